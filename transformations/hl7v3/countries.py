"""Names of countries as sources write them, to the ISO 3166 codes CDA writes.

Spec: ISO 3166-1 alpha-2; eHDSI addresses carry the code as the text of ``country``.
"""

from __future__ import annotations

import re

_ALPHA_2 = re.compile(r"[A-Z]{2}")

# Code, three-letter code, then names (English, and the country's own).
_TABLE = """
AT AUT Austria|Österreich
BE BEL Belgium|België|Belgique|Belgien
BG BGR Bulgaria|България
HR HRV Croatia|Hrvatska
CY CYP Cyprus|Κύπρος
CZ CZE Czechia|Czech Republic|Česko|Česká republika
DK DNK Denmark|Danmark
EE EST Estonia|Eesti
FI FIN Finland|Suomi
FR FRA France
DE DEU Germany|Deutschland
GR GRC Greece|Hellas|Ελλάδα
HU HUN Hungary|Magyarország
IE IRL Ireland|Éire
IT ITA Italy|Italia
LV LVA Latvia|Latvija
LT LTU Lithuania|Lietuva
LU LUX Luxembourg|Lëtzebuerg|Luxemburg
MT MLT Malta
NL NLD Netherlands|The Netherlands|Nederland
PL POL Poland|Polska
PT PRT Portugal
RO ROU Romania|România
SK SVK Slovakia|Slovensko|Slovak Republic
SI SVN Slovenia|Slovenija
ES ESP Spain|España
SE SWE Sweden|Sverige
IS ISL Iceland|Ísland
LI LIE Liechtenstein
NO NOR Norway|Norge
CH CHE Switzerland|Schweiz|Suisse|Svizzera
UA UKR Ukraine|Україна
GB GBR United Kingdom|Great Britain
US USA United States|United States of America
NZ NZL New Zealand
"""


def country_code(name: str) -> str | None:
    """Return the ISO code of a country given as code or name; ``None`` if unknown."""
    word = name.strip()
    if _ALPHA_2.fullmatch(word):
        return "GR" if word == "EL" else word
    return _CODES.get(word.casefold())


def _read_table() -> dict[str, str]:
    codes = {}
    for line in _TABLE.strip().splitlines():
        alpha_2, alpha_3, names = line.split(" ", 2)
        for name in (alpha_3, *names.split("|")):
            codes[name.casefold()] = alpha_2
    return codes


_CODES = _read_table()

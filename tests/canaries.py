"""The canaries: what is a patient's in the data of tests and demo, and nobody else's.

Each is distinctive: it stands in a log, an address or an error only where a patient's
data got there. What is not (a family name that is a word, a year) is not on the list.
A patient who is added to the sample country is added here; a test sees to it.

Spec: fact sheet 06 (no patient data in logs, metrics, addresses and errors).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus


@dataclass(frozen=True, slots=True)
class SamplePatient:
    """What is known of one patient, as the samples have it.

    Attributes
    ----------
    source
        Where the patient is met.
    birth_date
        ISO 8601; looked for as people and as HL7 write it, too.
    """

    source: str
    identifiers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    birth_date: str = ""
    contacts: tuple[str, ...] = ()

    def values(self) -> tuple[str, ...]:
        """Return every form that would give the patient away."""
        values = (*self.identifiers, *self.names, *self.contacts)
        if not self.birth_date:
            return values
        year, month, day = self.birth_date.split("-")
        dates = (
            self.birth_date,
            f"{year}{month}{day}",
            f"{day}.{month}.{year}",
            f"{day}/{month}/{year}",
        )
        return (*values, *dates)


SAMPLE_PATIENTS: Final = (
    SamplePatient(
        "sample country: bergmann",
        ("1957030451779",),
        ("Bergmann-Thill",),
        "1957-03-04",
        ("elise.bergmann@courrier.example", "allée des Érables", "+352 20 20 00 57"),
    ),
    SamplePatient(
        "sample country: lopes",
        ("1989112326453",),
        ("Lopes Ferreira", "Tiago"),
        "1989-11-23",
        ("rue des Forges",),
    ),
    SamplePatient(
        "sample country: kremer",
        ("1946081508368",),
        ("Kremer-Hoffmann",),
        "1946-08-15",
        ("montée du Château", "+352 20 20 00 46"),
    ),
    SamplePatient(
        "country A without sockets: Eva",
        ("1893120105732",),
        ("Planted", "Weber"),
        "1970-01-31",
    ),
    SamplePatient("country A without sockets: Luc", ("1972121434125",)),
    SamplePatient(
        "the fake national server", names=("Müller-Straße",), birth_date="1893-12-01"
    ),
    SamplePatient("audit", ("1985051512345", "1985051512346", "1990010112345")),
    SamplePatient(
        "prescriptions of the corpus", names=("Example-Thill",), birth_date="1979-05-14"
    ),
)

_VALUES: Final = sorted({v for each in SAMPLE_PATIENTS for v in each.values()})
# A value stands alone: the digits of a longer number, or a part of a word, are not it.
_ANY: Final = re.compile(
    r"(?<![^\W_])(?:" + "|".join(map(re.escape, _VALUES)) + r")(?![^\W_])",
    re.IGNORECASE,
)
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


def canary_in(text: str) -> str | None:
    """Return the canary that ``text`` holds, however it is escaped; None without one.

    Escapes of addresses, JSON and XML are undone, one at a time.
    """
    found = _ANY.search(text)
    for sign, undone in _UNDOING:
        if found is None and sign in text:
            found = _ANY.search(undone(text))
    return found.group() if found else None


def _without_json_escapes(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


_UNDOING: Final = (
    ("%", unquote_plus),
    ("+", unquote_plus),
    ("\\u", _without_json_escapes),
    ("&", html.unescape),
)

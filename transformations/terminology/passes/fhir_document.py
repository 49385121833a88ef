"""Pivot and translate on FHIR JSON, in place: codings added, names as extensions.

Nothing of the source is taken away. A pivot adds the European coding after the national
ones and marks which of them a person chose; a translation stands beside ``display`` as
the extension for translations.

Spec: FHIR R4 §2.24.0.7 (Coding.userSelected), extension ``translation`` / HL7 IPS
Coding-uv-ips / eHDSI laboratory on FHIR.
Seen: OpenNCP 9 FHIR transcoding and translation (its ``lang`` is a valueString where
the extension says valueCode; both are read).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from transformations.findings import Severity
from transformations.terminology.fhir_elements_table import FHIR_ELEMENTS
from transformations.terminology.languages import (
    ENGLISH,
    PIVOT_LANGUAGES,
    base_language,
)
from transformations.terminology.passes.account import (
    Account,
    CodeFate,
    TermFinding,
    TermRule,
)
from transformations.terminology.passes.pivot import Unmapped, may_hold
from transformations.terminology.passes.units import NONE, UCUM, unit_concept
from transformations.terminology.port import Catalogue, Concept, Designation
from transformations.terminology.systems import system_key, uri_of

Json: TypeAlias = dict[str, Any]

TRANSLATION_URL = "http://hl7.org/fhir/StructureDefinition/translation"


class _Place(NamedTuple):
    """A concept or quantity, its path with indices, and its path in the table."""

    value: Json
    where: str
    path: str


def pivot_fhir(
    document: Json, catalogue: Catalogue, unmapped: Unmapped = Unmapped.NULL_FLAVOR
) -> Account:
    """Add the European codings to a FHIR document, and account for each concept."""
    account = Account(release=catalogue.release)
    for place in _concepts(document):
        _pivot_concept(place, catalogue, unmapped, account)
    return account


def translate_fhir(
    document: Json, catalogue: Catalogue, languages: Sequence[str]
) -> Account:
    """Add names in the reader's language to a FHIR document, and account for each."""
    account = Account(release=catalogue.release)
    chain = tuple(languages)
    for place in _concepts(document):
        _translate_concept(place, catalogue, chain, account)
    for place in _quantities(document):
        account.units += _name_unit(place.value, catalogue, chain)
    return account


def _pivot_concept(
    place: _Place, catalogue: Catalogue, unmapped: Unmapped, account: Account
) -> None:
    value_sets = FHIR_ELEMENTS.get(place.path)
    codings = _codings(place.value)
    if not codings:
        account.book(place.value, CodeFate.MISSING, place.path, reason="text only")
        return
    if value_sets is None:
        account.book(place.value, CodeFate.KEPT, reason="unbound")
        return
    answers = [_answer(catalogue, coding, value_sets) for coding in codings]
    if True in answers:
        account.book(place.value, CodeFate.KEPT, place.path)
        return
    target = _target(catalogue, codings, value_sets)
    if target is not None:
        _add_coding(place.value, codings, target, catalogue)
        account.book(place.value, CodeFate.TRANSCODED, place.path, ENGLISH)
    elif None in answers:
        account.book(
            place.value, CodeFate.KEPT, place.path, reason="value set not here"
        )
        account.findings.append(_unjudged(place))
    else:
        account.book(place.value, CodeFate.KEPT, place.path, reason="unmapped")
        account.findings.append(_unmapped(place, unmapped))


def _answer(
    catalogue: Catalogue, coding: Json, value_sets: Sequence[str]
) -> bool | None:
    answers = [
        catalogue.has(one, coding["code"], coding["system"]) for one in value_sets
    ]
    if True in answers:
        return True
    is_open = any(
        answer is None and may_hold(one, coding["system"])
        for answer, one in zip(answers, value_sets, strict=True)
    )
    return None if is_open else False


def _target(
    catalogue: Catalogue, codings: Sequence[Json], value_sets: Sequence[str]
) -> Concept | None:
    for coding in codings:
        found = catalogue.pivot(coding["code"], coding["system"], value_sets)
        if found is not None:
            return found
    return None


def _add_coding(
    concept: Json, codings: Sequence[Json], target: Concept, catalogue: Catalogue
) -> None:
    """Add the European coding last; what stood there was chosen by a person."""
    for coding in codings:
        coding.setdefault("userSelected", True)
    added: Json = {"system": uri_of(target.code_system), "code": target.code}
    if target.version:
        added["version"] = target.version
    name = catalogue.display(target.code, target.code_system, PIVOT_LANGUAGES)
    if name is not None:
        added["display"] = name.text
    added["userSelected"] = False
    concept["coding"].append(added)


def _unjudged(place: _Place) -> TermFinding:
    return TermFinding(
        TermRule.VALUE_SET_ABSENT,
        Severity.INFORMATION,
        place.where,
        "the catalogue does not hold a value set of this place; the code was not "
        "judged",
    )


def _unmapped(place: _Place, unmapped: Unmapped) -> TermFinding:
    if unmapped is Unmapped.REFUSE:
        return TermFinding(
            TermRule.REQUIRED_NOT_TRANSCODED,
            Severity.CRITICAL,
            place.where,
            "the code has none in the value sets of this place",
        )
    return TermFinding(
        TermRule.NOT_TRANSCODED,
        Severity.WARNING,
        place.where,
        "the code has none in the value sets of this place; the national one stays "
        "alone",
    )


def _translate_concept(
    place: _Place, catalogue: Catalogue, chain: tuple[str, ...], account: Account
) -> None:
    codings = _codings(place.value)
    if not codings:
        account.book(place.value, CodeFate.MISSING, place.path, reason="text only")
        return
    # The European coding first: a name of the national one is only the second best.
    for coding in sorted(codings, key=lambda one: one.get("userSelected") is True):
        name = catalogue.display(coding["code"], coding["system"], chain)
        if name is not None:
            _say(coding, "display", name)
            account.book(place.value, CodeFate.TRANSLATED, place.path, name.language)
            return
    account.book(place.value, CodeFate.KEPT, place.path, reason="no name")
    account.findings.append(
        TermFinding(
            TermRule.NOT_TRANSLATED,
            Severity.WARNING if place.path in FHIR_ELEMENTS else Severity.INFORMATION,
            place.where,
            "the catalogue has no name of this code in the languages asked for",
        )
    )


def _say(holder: Json, name: str, said: Designation) -> None:
    """Write a name beside a string, once per language; the string stays."""
    if holder.get(name) == said.text:
        return
    if name not in holder and base_language(said.language) == ENGLISH:
        holder[name] = said.text
        return
    beside = holder.setdefault(f"_{name}", {})
    extensions = beside.setdefault("extension", [])
    extensions[:] = [one for one in extensions if _language(one) != said.language]
    extensions.append(
        {
            "url": TRANSLATION_URL,
            "extension": [
                {"url": "lang", "valueCode": said.language},
                {"url": "content", "valueString": said.text},
            ],
        }
    )


def _language(extension: Json) -> str | None:
    """Return the language of a translation; None for any other extension."""
    if extension.get("url") != TRANSLATION_URL:
        return None
    for part in extension.get("extension", ()):
        if part.get("url") == "lang":
            found: str | None = part.get("valueCode", part.get("valueString"))
            return found
    return None


def _name_unit(quantity: Json, catalogue: Catalogue, chain: tuple[str, ...]) -> bool:
    concept = unit_concept(catalogue, quantity["code"])
    if concept is None:
        return False
    name = catalogue.display(concept.code, concept.code_system, chain)
    if name is None or base_language(name.language) == ENGLISH:
        return False
    _say(quantity, "unit", name)
    return True


def _codings(concept: Json) -> list[Json]:
    """Return the codings that can be looked up."""
    return [
        coding
        for coding in concept["coding"]
        if isinstance(coding, dict) and coding.get("code") and coding.get("system")
    ]


def _concepts(document: Json) -> Iterator[_Place]:
    """Yield every CodeableConcept of the resources, once."""
    for place in _objects(document):
        if isinstance(place.value.get("coding"), list):
            yield place


def _quantities(document: Json) -> Iterator[_Place]:
    for place in _objects(document):
        value = place.value
        if (
            "value" in value
            and isinstance(value.get("code"), str)
            and value["code"] != NONE
            and system_key(str(value.get("system", ""))) == UCUM
        ):
            yield place


def _objects(document: Json) -> Iterator[_Place]:
    kind = str(document.get("resourceType", ""))
    yield from _inside(document, kind, kind)


def _inside(value: Json, where: str, path: str) -> Iterator[_Place]:
    yield _Place(value, where, path)
    for name, child in list(value.items()):
        if name == "extension" or name.startswith("_"):
            # Extensions have places of their own, which no table names.
            continue
        children = child if isinstance(child, list) else [child]
        for index, one in enumerate(children):
            if not isinstance(one, dict):
                continue
            step = f"{where}.{name}"
            if isinstance(child, list):
                step = f"{step}[{index}]"
            kind = _resource_type(one)
            yield from _inside(one, step, kind or f"{path}.{name}")


def _resource_type(value: Mapping[str, Any]) -> str | None:
    kind = value.get("resourceType")
    return kind if isinstance(kind, str) else None

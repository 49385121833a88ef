"""What of a document is still there when it has gone over and come back.

A fact is a leaf that the first account calls carried (as it is, or by its code), named
by its kind of resource or element and its place in it, without numbers. It is kept
where the document that came back has it; else one of the two accounts must say that it
was lost. What is in neither is lost in silence, and there must be none of it. A fact
that stands in another place, or within other words, is told apart.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lxml import etree

from tests.transformations.patient_summary.documents import HEADER
from transformations.fhir import read_fhir_document
from transformations.fhir.leaves import json_leaves
from transformations.hl7v3.countries import country_code
from transformations.hl7v3.timestamps import from_ts, to_ts
from transformations.mapping import Fate
from transformations.patient_summary import (
    Transformed,
    codes,
    patient_summary_to_cda,
    patient_summary_to_fhir,
)

_NUMBER = re.compile(r"\[\d+\]")
_RESOURCE = re.compile(r"Bundle\.entry\[(\d+)\]\.resource\.(.+)")
# The same fact by another name, after one way over: left is read as right.
SAME = {
    "onsetPeriod.start": "onsetDateTime",
    "abatementPeriod.end": "abatementDateTime",
    "timingDateTime": "timingPeriod.start",
}
# The same value in another form.
_MEANINGS = {
    fhir.code: code.code
    for table in (codes.PROBLEM_TYPES, codes.CONDITION_SEVERITIES)
    for fhir, code in table.items()
}
_ROLES = {"N": "NOK", "C": "ECON"}
# A statement of absence has several forms, which tests of its own look at.
_ABSENCES = re.compile(
    r"nilknown|no-known-[a-z-]+|no-[a-z]+-info|.*absent-unknown-uv-ips"
)
_SHORT = 3
# What a document is held together by, not what it says.
_FRAME = frozenset(
    {"id", "resourceType", "fullUrl", "reference", "url", "code/@codeSystemVersion"}
)


class Fact(NamedTuple):
    """One thing a document says: of what kind, where, and what."""

    kind: str
    place: str
    value: str


@dataclass
class Trip:
    """What became of the facts of one document."""

    name: str
    kept: int = 0
    in_words: list[Fact] = field(default_factory=list)
    lost_aloud: list[Fact] = field(default_factory=list)
    silent: list[Fact] = field(default_factory=list)

    @property
    def facts(self) -> int:
        others = (self.in_words, self.lost_aloud, self.silent)
        return self.kept + sum(map(len, others))

    def line(self) -> str:
        """Return the line of the report."""
        return (
            f"| {self.name} | {self.facts} | {self.kept} | {len(self.in_words)} "
            f"| {len(self.lost_aloud)} | {len(self.silent)} |"
        )


def over_cda(name: str, data: bytes, kinds: frozenset[str]) -> Trip:
    """Send a FHIR document to CDA and back."""
    there = patient_summary_to_cda(read_fhir_document(data), HEADER, is_strict=True)
    back = patient_summary_to_fhir(there.document, is_strict=True)
    before = facts_of_ledger(json.loads(data), there)
    after = Counter(facts_of_bundle(json.loads(back.document)))
    return _compare(name, before, after, lost_values(back), kinds)


def facts_of_ledger(bundle: Any, there: Transformed) -> list[Fact]:
    """Return what the account of a FHIR source calls carried."""
    found = []
    for entry in there.ledger.entries():
        match = _RESOURCE.fullmatch(entry.path)
        if match is None:
            continue
        place = _NUMBER.sub("", match[2])
        is_code = entry.mark.fate is Fate.DERIVED and place.endswith(".code")
        if entry.mark.fate is Fate.MAPPED or is_code:
            kind = bundle["entry"][int(match[1])]["resource"]["resourceType"]
            found.append(_fact(kind, place, entry.value))
    return found


def facts_of_bundle(bundle: Any) -> Iterable[Fact]:
    """Return everything a FHIR document says."""
    for entry in bundle["entry"]:
        resource = entry["resource"]
        for leaf in json_leaves(resource, ""):
            place = _NUMBER.sub("", leaf.path[1:])
            yield _fact(resource["resourceType"], place, leaf.value)


def _fact(kind: str, place: str, value: Any) -> Fact:
    return Fact(kind, SAME.get(place, place), _plain(place, f"{value}".strip()))


def _plain(place: str, value: str) -> str:
    """Write a value in the one form that CDA knows of it."""
    if place.endswith("telecom.value"):
        return "".join(value.split()).removeprefix("tel:")
    if place.endswith("country"):
        return country_code(value) or value
    if place.startswith(("category", "severity")):
        return _MEANINGS.get(value, value)
    if place.startswith("contact.relationship"):
        return _ROLES.get(value, value)
    return f"{value[:-1]}+00:00" if _UTC.fullmatch(value) else value


_UTC = re.compile(r"[\dT:.-]+Z")


def over_fhir(name: str, data: bytes) -> Trip:
    """Send a CDA to FHIR and back."""
    there = patient_summary_to_fhir(data, is_strict=True)
    back = patient_summary_to_cda(
        read_fhir_document(there.document), HEADER, is_strict=True
    )
    before = [
        Fact("entry", _last_two(entry.path), entry.value)
        for entry in there.ledger.entries()
        if entry.mark.fate is Fate.MAPPED and "/section/entry" in entry.path
    ]
    after = Counter(facts_of_cda(back.document))
    return _compare(name, before, after, lost_values(back), frozenset({"entry"}))


def facts_of_cda(data: bytes) -> Iterable[Fact]:
    """Return everything the entries of a CDA say."""
    for element in etree.fromstring(data).iter("{*}*"):
        path = element.tag.rpartition("}")[2]
        for name, value in element.attrib.items():
            yield Fact("entry", f"{path}/@{name.rpartition('}')[2]}", value)
        if element.text and element.text.strip():
            yield Fact("entry", f"{path}/text()", element.text)


def _last_two(path: str) -> str:
    return "/".join(
        step.rpartition(":")[2] for step in _NUMBER.sub("", path).split("/")[-2:]
    )


def lost_values(transformed: Transformed) -> set[str]:
    """Return the values that an account calls lost or told in words."""
    return {
        f"{entry.value}".strip()
        for entry in transformed.ledger.entries()
        if entry.mark.fate in {Fate.LOST, Fate.NARRATIVE}
    }


def _forms(value: str) -> list[str]:
    """Return how a value may stand in an account: whole, or at the end of a URN."""
    forms = [value, to_ts(value), from_ts(value)]
    ends = [f"{before}{form}\n" for form in forms if form for before in "\n:"]
    return [one for one in ends if len(one) > _SHORT]


def _compare(
    name: str,
    before: list[Fact],
    after: Counter[Fact],
    lost: set[str],
    kinds: frozenset[str],
) -> Trip:
    trip = Trip(name)
    said = {fact.value for fact in after}
    words = "\n".join(said)
    all_lost = "\n".join(["", *lost, ""])
    for fact in before:
        if fact.kind not in kinds or fact.place.rpartition(".")[2] in _FRAME:
            continue
        is_form = fact.place.startswith(("category.coding.s", "severity.coding.s"))
        if is_form or _ABSENCES.fullmatch(fact.value):
            continue
        if fact in after:
            trip.kept += 1
        elif fact.value in said or (len(fact.value) > _SHORT and fact.value in words):
            trip.in_words.append(fact)
        elif fact.value in lost or any(form in all_lost for form in _forms(fact.value)):
            trip.lost_aloud.append(fact)
        else:
            trip.silent.append(fact)
    return trip

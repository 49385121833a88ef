"""Documents of our own that the rules are tried on."""

from __future__ import annotations

import copy
from functools import cache

from lxml import etree

from tests.transformations.patient_summary.summaries import HEADER
from transformations.fhir import read_fhir_document
from transformations.patient_summary import patient_summary_to_cda
from transformations.rules import Report, validate_cda

NS = {"c": "urn:hl7-org:v3", "p": "urn:hl7-org:pharm"}


class AllHeld:
    """A terminology in which every value set holds every code."""

    def has(self, _value_set: str, _code: str, _code_system: str) -> bool | None:
        return True


class Holding:
    """A terminology with the value sets it is given."""

    def __init__(self, **held: set[str]) -> None:
        self._held = {oid.replace("_", "."): codes for oid, codes in held.items()}

    def has(self, value_set: str, code: str, _code_system: str) -> bool | None:
        held = self._held.get(f"o.{value_set}")
        return None if held is None else code in held


@cache
def _summary(path: str) -> etree._Element:
    from pathlib import Path

    data = (Path(__file__).parents[3] / path).read_bytes()
    made = patient_summary_to_cda(read_fhir_document(data), HEADER, is_strict=True)
    return etree.fromstring(made.document)


def summary() -> etree._Element:
    """Return the CDA of the sample country's first patient."""
    folder = "ncp/national/sample_country/patients"
    return copy.deepcopy(_summary(f"{folder}/bergmann-summary.json"))


def one(root: etree._Element, path: str) -> etree._Element:
    """Return the first element at a path."""
    return root.xpath(path, namespaces=NS)[0]


def judged(root: etree._Element) -> Report:
    """Judge with a terminology that holds everything."""
    return validate_cda(root, AllHeld())


def new_rules(spoilt: etree._Element) -> set[str]:
    """Return the rules of the errors that the untouched sample does not have."""
    before = {finding.rule for finding in judged(summary()).errors}
    return {finding.rule for finding in judged(spoilt).errors} - before

"""Dispensations of our own: prepared from a prescription of the corpus, and written."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import simplejson
from lxml import etree

from tests.corpus.prescriptions import PRESCRIPTIONS, Case
from tests.corpus.prescriptions.parts import LU_PRODUCT, concept, medication
from transformations.edispensation import (
    EDISPENSATION_L3,
    Custodian,
    DispensedItem,
    DocumentHeader,
    Identifier,
    Pharmacist,
    Pharmacy,
    Substitution,
    SubstitutionKind,
    Transformed,
    prepare_dispensation,
    read_dispensations,
    write_edispensation,
)
from transformations.eprescription import PrescriptionItem, items
from transformations.fhir import FhirBundle, read_fhir_bundle
from trust.identifiers import CountryCode, Oid

Json = dict[str, Any]
NS = {"c": "urn:hl7-org:v3", "pharm": "urn:hl7-org:pharm"}
RECORDED = datetime(2026, 3, 4, 10, 1, tzinfo=UTC)
HEADER = DocumentHeader(
    document_id=Oid("2.25.329800735698586629295641978511506172918"),
    language="en-GB",
    country=CountryCode("LU"),
    custodian=Custodian("Agence de test", Oid("1.3.182.99.1")),
    type=EDISPENSATION_L3,
)
ITEM = DispensedItem(
    identifier=Identifier("urn:oid:1.3.182.99.7", "disp-1"),
    product=medication(
        id="given",
        code=concept((LU_PRODUCT, "0599999", "Amlogen 5 mg"), text="Amlogen 5 mg"),
    ),
    packages=2,
    handed_over=datetime(2026, 3, 4, 10, 0, tzinfo=UTC),
    pharmacist=Pharmacist(
        Identifier("urn:oid:1.3.182.4.1", "8800042"),
        "Apothicaire",
        ("Léa",),
        phone="+352 27 00 20",
    ),
    pharmacy=Pharmacy(
        Identifier("urn:oid:1.3.182.4.2", "99"),
        "Pharmacie de l'Exemple",
        "LU",
        ("5, rue du Test",),
        "2000",
        "Luxembourg",
        "+352 27 00 21",
    ),
    substitution=Substitution(SubstitutionKind.GENERIC, "The brand was not in stock"),
    remark="The patient asked for large print.",
    lot="L-4711",
    expires=date(2027, 1, 31),
)


def by_name(name: str) -> Case:
    """Return a prescription of the corpus."""
    return next(case for case in PRESCRIPTIONS if case.name == name)


def items_of(case: Case) -> list[tuple[FhirBundle, PrescriptionItem]]:
    """Return each item of a prescription with the Bundle it stands in."""
    bundle = read_fhir_bundle(case.data())
    return [(bundle, item) for item in items(bundle)]


def prepared(item: DispensedItem = ITEM, name: str = "once-daily") -> Json:
    """Prepare a dispensation of the first item of a prescription."""
    bundle, prescribed = items_of(by_name(name))[0]
    return prepare_dispensation(bundle, prescribed, item, RECORDED)


def with_item(**changes: Any) -> DispensedItem:
    """Return the usual item, changed."""
    return replace(ITEM, **changes)


def resource(bundle: Json, kind: str) -> Json:
    """Return the first resource of a type."""
    return next(
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == kind
    )


def as_collection(bundle: Json) -> Json:
    """Return the resources of a document without what makes it one."""
    entries = bundle["entry"][1:]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


class Written:
    """What came of a Bundle: the CDA, its account, its findings."""

    def __init__(self, bundle: Json, number: int = 0):
        data = simplejson.dumps(bundle, use_decimal=True).encode()
        self.source = json.loads(data)
        self.documents = read_dispensations(data)
        self.result: Transformed = write_edispensation(
            self.documents[number], HEADER, is_strict=True
        )
        self.tree = etree.fromstring(self.result.document)

    def xpath(self, path: str) -> list[Any]:
        return list(self.tree.xpath(path, namespaces=NS))

    def one(self, path: str) -> Any:
        (found,) = self.xpath(path)
        return found

    def rules(self, severity: str = "critical") -> set[str]:
        return {
            finding.rule
            for finding in self.result.findings
            if finding.severity.value == severity
        }


@cache
def usual() -> Written:
    """Return the usual dispensation as it is written."""
    return Written(prepared())

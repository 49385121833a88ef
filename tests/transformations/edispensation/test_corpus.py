"""Every prescription of the corpus can be dispensed: the document keeps all rules.

What its prescription lacks and an eDispensation must repeat is a critical finding; such
a document does not leave.
"""

import json
from functools import cache

import pytest
from fhir.resources.R4B.bundle import Bundle

from tests.corpus.prescriptions import PRESCRIPTIONS
from tests.transformations.edispensation.prepared import (
    ITEM,
    RECORDED,
    Written,
    items_of,
)
from tests.transformations.patient_summary.documents import schema
from tests.transformations.rules.official import STOPPED, official_rules
from transformations.edispensation import (
    NotPrepared,
    edispensation_to_fhir,
    prepare_dispensation,
    read_dispensation_facts,
)
from transformations.fhir import json_leaves
from transformations.mapping import Fate
from transformations.rules.cda import validate_cda
from trust.xml import DOCUMENT_LIMITS, parse_xml

pytestmark = pytest.mark.spec("eHDSI eDispensation EH.1.2")
# What a dispensation cannot be made of, and says so.
LACKS_FACT = {
    "patient-birth-date-missing",
    "patient-given-name-missing",
    "prescribed-product-missing",
    "package-content-unknown",
}


@cache
def dispensed() -> dict[str, Written]:
    """Prepare and write a dispensation of each item there is."""
    made = {}
    for case in PRESCRIPTIONS:
        for number, (source, item) in enumerate(items_of(case)):
            try:
                bundle = prepare_dispensation(source, item, ITEM, RECORDED)
            except NotPrepared:
                continue
            made[f"{case.name}-{number}"] = Written(bundle)
    return made


NAMES = [
    f"{case.name}-{number}"
    for case in PRESCRIPTIONS
    for number in range(case.items)
    if case.name != "no-identifier"
]
by_name = pytest.mark.parametrize("name", NAMES)


def leaves_now() -> set[str]:
    """Return which of them may leave."""
    return {name for name, one in dispensed().items() if not one.rules()}


def test_nearly_all_of_them_may_leave():
    assert set(NAMES) == set(dispensed())
    kept = {name for name in NAMES if name not in leaves_now()}
    assert {rule for name in kept for rule in dispensed()[name].rules()} <= LACKS_FACT
    assert len(kept) < len(NAMES) / 8


@by_name
def test_it_keeps_the_schema_and_our_rules(name):
    written = dispensed()[name]
    if name in leaves_now():
        assert schema().validate(written.tree), schema().error_log
        report = validate_cda(parse_xml(written.result.document, DOCUMENT_LIMITS))
        assert not [one for one in report.findings if one.severity.value == "error"]


@pytest.mark.timeout(3600)
@pytest.mark.spec("eHDSI Wave 8 Schematron")
@by_name
def test_it_keeps_the_official_rules(name):
    official = official_rules()
    if name not in leaves_now():
        return
    found = official.complaints(dispensed()[name].result.document)
    assert not [one for one in found if one.role in {"error", STOPPED}]


@by_name
def test_every_leaf_of_its_source_stands_once_in_the_ledger(name):
    written = dispensed()[name]
    entries = list(written.result.ledger.entries())
    assert not list(written.result.ledger.unmapped())
    assert len(entries) == len(list(json_leaves(written.source, "Bundle")))
    assert len({entry.path for entry in entries}) == len(entries)
    assert all(one.mark.reason for one in entries if one.mark.fate is Fate.LOST)


@by_name
def test_what_country_a_reads_is_what_was_handed_over(name):
    if name not in leaves_now():
        return
    facts = read_dispensation_facts(dispensed()[name].result.document)
    assert facts.packages == ITEM.packages
    assert facts.dispensed.name == "Amlogen 5 mg"
    assert facts.is_substituted
    assert facts.dispenser.ids == ("1.3.182.4.1^8800042",)
    assert facts.dispenser.organization == ITEM.pharmacy.name
    assert facts.handed_over == "2026-03-04T10:00:00+00:00"
    source = dispensed()[name].source
    (named,) = next(
        entry["resource"]["authorizingPrescription"]
        for entry in source["entry"]
        if entry["resource"]["resourceType"] == "MedicationDispense"
    )
    system, value = named["identifier"]["system"], named["identifier"]["value"]
    assert facts.prescription_id == f"{system.removeprefix('urn:oid:')}^{value}"


@by_name
def test_it_comes_back_as_it_went(name):
    if name not in leaves_now():
        return
    back = edispensation_to_fhir(dispensed()[name].result.document, is_strict=True)
    Bundle.model_validate_json(back.document)
    again = json.loads(back.document)
    before, after = facts_of(dispensed()[name].source), facts_of(again)
    assert after == before


def facts_of(bundle):
    """Return what a dispensation says, wherever its resources stand."""
    urls = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    of = {one["resourceType"]: one for one in urls.values()}
    dispense = of["MedicationDispense"]
    product = urls[dispense["medicationReference"]["reference"]]
    (prescription,) = dispense["authorizingPrescription"]
    request = urls[prescription["reference"]]
    role = urls[dispense["performer"][0]["actor"]["reference"]]
    return {
        "dispense": {
            name: dispense[name] for name in ("identifier", "status", "whenHandedOver")
        },
        "packages": str(dispense["quantity"]["value"]),
        "was": dispense["substitution"]["wasSubstituted"],
        "notes": [one["text"] for one in dispense.get("note", ())],
        "recorded": dispense["extension"][0]["valueDateTime"],
        "product": [one["code"] for one in product["code"]["coding"]],
        "holds": str(product["amount"]["numerator"]["value"]),
        "batch": product["batch"],
        "ingredients": [
            (
                one["itemCodeableConcept"]["coding"][0]["code"],
                str(one["strength"]["numerator"]["value"]),
            )
            for one in product["ingredient"]
        ],
        "order": prescription["identifier"],
        "item": request["identifier"],
        "patient": of["Patient"]["identifier"],
        "born": of["Patient"]["birthDate"],
        "who": urls[role["practitioner"]["reference"]]["identifier"],
        "where": urls[role["organization"]["reference"]]["identifier"],
        "address": urls[role["organization"]["reference"]]["address"][0]["country"],
    }

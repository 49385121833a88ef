"""A MedicationRequest as a prescription item: the facts that decide, none invented."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ncp.errors import NationalError
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_item import read_item
from ncp.national.fhir_prescriptions import FhirPrescriptionSource
from ncp.national.prescriptions import Prescription
from ncp.national.server_base import ServerBase
from tests.corpus.prescriptions import PRESCRIPTIONS
from tests.corpus.prescriptions.parts import concept, ingredient, medication, request
from tests.ncp.country_a.scene import EVA, record_of
from tests.ncp.national.fake_server import FakeServer


def item(changes: dict[str, Any], medicine: dict[str, Any] | None = None):
    made = request(meta={"versionId": "1"}, **changes)
    read = read_item(made, medication(**(medicine or {})), dispensed=0)
    assert read is not None
    return read


def test_the_usual_prescription_is_read() -> None:
    read = item({})
    assert read.identifier == "1.3.182.99.5^rx-100"
    assert read.authored == datetime(2026, 2, 3, 8, 15, tzinfo=UTC)
    assert (read.packages, read.repeats, read.may_substitute) == (1, 0, True)
    assert read.product.name == "Amlodix 5 mg"
    assert read.product.atc is not None
    assert read.product.atc.code == "C08CA01"
    assert read.product.strength == "5 mg"
    assert not read.product.is_compounded


CAPSULES = {"value": 20, "unit": "capsule"}
IN_PACKAGES_OF = {"numerator": CAPSULES, "denominator": {"value": 1}}


@pytest.mark.spec("eHDSI EH.3.2: packages, and no other unit")
@pytest.mark.parametrize(
    ("told", "holds", "packages", "is_releasable"),
    [
        ({**CAPSULES, "value": 40}, IN_PACKAGES_OF, 2, False),
        ({**CAPSULES, "value": 30}, IN_PACKAGES_OF, None, False),
        ({"value": 40, "unit": "mL"}, IN_PACKAGES_OF, None, False),
        (CAPSULES, None, None, True),
        ({"value": 2, "unit": "package"}, None, 2, False),
        (None, IN_PACKAGES_OF, None, False),
    ],
)
def test_an_amount_is_read_as_its_document_will_tell_it(
    told, holds, packages, is_releasable
) -> None:
    read = item({"dispenseRequest": {"quantity": told}}, {"amount": holds})
    assert (read.packages, read.is_releasable) == (packages, is_releasable)


def test_without_an_identifier_under_an_oid_nothing_could_name_it() -> None:
    nameless = request(meta={"versionId": "1"}, identifier=[{"value": "rx-1"}])
    assert read_item(nameless, medication(), dispensed=0) is None


@pytest.mark.parametrize("lacking", ["meta", "authoredOn"])
def test_without_version_or_date_it_cannot_be_used(lacking: str) -> None:
    made = {**request(), "meta": {"versionId": "1"}}
    del made[lacking]
    with pytest.raises(NationalError):
        read_item(made, medication(), dispensed=0)


def test_an_end_that_is_a_day_is_over_with_that_day() -> None:
    read = item({"dispenseRequest": {"validityPeriod": {"end": "2026-05-01"}}})
    assert read.valid_until == datetime(2026, 5, 1, 23, 59, 59, 999999, tzinfo=UTC)


def test_an_end_that_cannot_be_read_is_no_absent_end() -> None:
    with pytest.raises(NationalError):
        item({"dispenseRequest": {"validityPeriod": {"end": "2026-05"}}})


@pytest.mark.parametrize(
    ("substitution", "expected"),
    [
        ({"allowedBoolean": False}, False),
        ({"allowedBoolean": True}, True),
        ({}, None),
        ({"allowedCodeableConcept": concept(("x", "N", "none"))}, False),
        ({"allowedCodeableConcept": concept(("x", "G", "generic"))}, True),
    ],
)
def test_whether_another_product_may_be_given(substitution, expected) -> None:
    assert item({"substitution": substitution}).may_substitute is expected


def test_what_is_made_from_ingredients_has_no_product_code() -> None:
    read = item(
        {},
        {
            "code": concept(text="Cream of the house"),
            "extension": None,
            "ingredient": [
                ingredient("D07AC01", "betamethasone"),
                ingredient("D02AE01", "carbamide"),
            ],
        },
    )
    assert read.product.is_compounded


def read_of_corpus() -> list[Prescription]:
    found = []
    for case in PRESCRIPTIONS:
        resources = [entry["resource"] for entry in case.bundle()["entry"]]
        by_id = {str(each.get("id")): each for each in resources}
        for each in resources:
            if each["resourceType"] != "MedicationRequest" or "authoredOn" not in each:
                continue
            named = str(each.get("medicationReference", {}).get("reference"))
            medicine = by_id.get(named.rpartition("/")[2])
            read = read_item(
                {**each, "meta": {"versionId": "1"}}, medicine, dispensed=0
            )
            found += [read] * (read is not None)
    return found


def test_every_prescription_of_the_corpus_can_be_judged() -> None:
    read = read_of_corpus()
    assert len(read) > 100
    assert any(each.product.is_compounded for each in read)
    assert any(each.product.has_parts for each in read)
    assert any(each.repeats for each in read)


# The national PDF ---------------------------------------------------------------------


def test_a_pdf_is_found_where_the_prescription_names_it(server: FakeServer) -> None:
    data = base64.b64encode(b"%PDF-1.7 national").decode()
    attachment = {"contentType": "application/pdf", "data": data}
    about = {"subject": {"reference": "Patient/1"}}
    server.on_search("MedicationDispense")
    made = request(
        meta={"versionId": "1"},
        supportingInformation=[{"reference": "DocumentReference/d"}],
        medicationReference=None,
        medicationCodeableConcept=concept(text="Amlodix"),
        requester=None,
        **about,
    )
    server.on_search("MedicationRequest", made)
    server.on("GET", "MedicationRequest/order", made)
    reference = {
        "resourceType": "DocumentReference",
        "id": "d",
        "content": [{"attachment": attachment}],
    }
    server.on("GET", "DocumentReference/d", {**reference, **about})
    patient = replace(record_of(EVA, "Weber"), source="Patient/1")
    source = FhirPrescriptionSource(FhirClient(ServerBase.parse(server.base)))
    [read] = source.prescriptions(patient)
    assert read.has_pdf
    assert source.pdf(patient, read) == b"%PDF-1.7 national"
    other = {"subject": {"reference": "Patient/2"}}
    server.on("GET", "DocumentReference/d", {**reference, **other})
    [read] = source.prescriptions(patient)
    assert not read.has_pdf

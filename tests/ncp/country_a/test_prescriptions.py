"""Prescriptions cross the border: listed with what decides, made when fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from ncp.country_a.prescriptions import CrossingPolicy, OfferedPrescriptions
from ncp.country_a.services import RespondingServices
from ncp.errors import Refusal
from ncp.ihe.codes import ClassCode
from ncp.ihe.document_entry import DocumentEntry
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_prescriptions import FhirPrescriptionSource
from ncp.national.fhir_server import FhirPatientIndex
from ncp.national.sample_country import create_app, read_folder, start
from ncp.national.sample_country.attachments import read_attachment
from ncp.national.server_base import ServerBase
from tests.ncp.country_a.scene import CountryA
from transformations.eprescription.facts import read_prescription_facts
from transformations.original_documents import read_original
from transformations.rules import validate_cda
from trust.identifiers import Oid, PatientId
from trust.xml import DOCUMENT_LIMITS, parse_xml

OURS = Path(str(files("ncp.national.sample_country") / "patients"))
ELISE = PatientId(Oid("1.3.182.4.4"), "1957030451779")
TIAGO = PatientId(Oid("1.3.182.4.4"), "1989112326453")
EP = ClassCode.EPRESCRIPTION
OPEN = "urn:ihe:iti:xdw:2011:eventCode:open"


@pytest.fixture(scope="module")
def client() -> Iterator[FhirClient]:
    server = start(create_app(read_folder(OURS)))
    yield FhirClient(ServerBase.parse(server.url))
    server.stop()


@pytest.fixture
def prescribing(tmp_path: Path, client: FhirClient) -> Iterator[CountryA]:
    country = CountryA(
        tmp_path,
        patients=FhirPatientIndex(client),
        prescriptions=OfferedPrescriptions(FhirPrescriptionSource(client)),
    )
    yield country
    country.store.close()


def codes(entry: DocumentEntry) -> dict[str, str]:
    return {each.coding_scheme: each.code for each in entry.events}


@pytest.mark.spec("eHDSI XCA profile, ePrescription metadata")
def test_what_may_cross_is_listed_with_what_decides(prescribing: CountryA) -> None:
    entry, _ = prescribing.entries(ELISE, EP)
    assert (entry.class_code, entry.format_code) == (EP, "urn:epsos:ep:pre:2010")
    assert entry.title == "eHDSI - ePrescription"
    assert entry.description == "Amoxiral 500 mg, gélules, Capsule, hard, 500 mg"
    assert entry.creation_time == datetime(2026, 1, 19, 9, 45, tzinfo=UTC)
    assert [author.family for author in entry.authors] == ["Schintgen"]
    assert codes(entry) == {
        "1.3.6.1.4.1.19376.1.2.3": OPEN,
        "2.16.840.1.113883.6.73": "J01CA04",
        "0.4.0.127.0.16.1.1.2.1": "10210000",
        "eHDSI_Strength_CodeSystem": "500 mg",
    }


def test_each_item_of_a_prescription_is_an_entry_of_its_own(
    prescribing: CountryA,
) -> None:
    entries = prescribing.entries(TIAGO, EP)[::2]
    assert [each.description.partition(",")[0] for each in entries] == [
        "Ventoral 100 µg/dose",
        "Ibufort 400 mg",
        "Pantogel 20 mg",
    ]
    forbidden = [each for each in entries if ("N", "None") in _substitutions(each)]
    assert len(forbidden) == 1


def _substitutions(entry: DocumentEntry) -> list[tuple[str, str]]:
    return [
        (each.code, each.name)
        for each in entry.events
        if each.coding_scheme == "2.16.840.1.113883.5.1070"
    ]


def test_the_record_says_what_is_left_out_and_why(prescribing: CountryA) -> None:
    prescribing.entries(TIAGO, EP)
    [record] = prescribing.records()
    assert record.sentence is not None
    assert "Of 6 prescriptions 3 are not listed" in record.sentence
    for rule in ("compounded 1", "expired 1", "status 1"):
        assert rule in record.sentence
    assert "1989112326453" not in record.sentence


@pytest.mark.spec("eHDSI ePrescription EH.1.1")
def test_it_is_made_when_it_is_fetched(prescribing: CountryA) -> None:
    entry, _ = prescribing.entries(ELISE, EP)
    answer = prescribing.retrieve(ELISE, entry.unique_id)
    [document] = answer.documents
    facts = read_prescription_facts(document.content)
    assert facts.document_id == entry.unique_id
    assert "1.3.182.99.11^RX-2026-0001" in {facts.prescription_id, facts.item_id}
    report = validate_cda(parse_xml(document.content, DOCUMENT_LIMITS), None)
    assert report.errors == ()


@pytest.mark.spec("eHDSI ePrescription PDF embedded EH.1.6")
def test_each_is_offered_as_pdf_too_and_says_of_which_it_is_the_form(
    prescribing: CountryA,
) -> None:
    listed = prescribing.listed(ELISE, EP)
    coded, pdf = listed.entries
    assert pdf.format_code == "urn:ihe:iti:xds-sd:pdf:2008"
    assert (pdf.events, pdf.authors) == (coded.events, coded.authors)
    assert [(each.source, each.target) for each in listed.transforms] == [
        (pdf.entry_id, coded.entry_id)
    ]
    [document] = prescribing.retrieve(ELISE, pdf.unique_id).documents
    root = parse_xml(document.content, DOCUMENT_LIMITS)
    assert read_original(root).content.startswith(b"%PDF-1.7")
    assert validate_cda(root, None).errors == ()


class WithPdf:
    """A national system that holds a PDF of each prescription."""

    def __init__(self, source: FhirPrescriptionSource) -> None:
        self._source = source
        self.data = read_attachment(OURS, "bergmann-laboratory.typ")

    def prescriptions(self, patient):
        found = self._source.prescriptions(patient)
        return [replace(each, has_pdf=True) for each in found]

    def current(self, patient, identifier):
        return self._source.current(patient, identifier)

    def content(self, patient, prescription) -> bytes:
        return self._source.content(patient, prescription)

    def pdf(self, patient, prescription) -> bytes:
        return self.data


def test_the_national_pdf_goes_as_it_is(
    prescribing: CountryA, client: FhirClient
) -> None:
    source = WithPdf(FhirPrescriptionSource(client))
    prescribing.serve_by(
        replace(prescribing.services, prescriptions=OfferedPrescriptions(source))
    )
    _, pdf = prescribing.entries(ELISE, EP)
    [document] = prescribing.retrieve(ELISE, pdf.unique_id).documents
    root = parse_xml(document.content, DOCUMENT_LIMITS)
    assert read_original(root).content == source.data


class WithAmounts(FhirPrescriptionSource):
    """A national system that orders twenty capsules, and knows no packages."""

    def prescriptions(self, patient):
        return [
            replace(each, packages=None, is_releasable=True)
            for each in super().prescriptions(patient)
        ]

    def content(self, patient, prescription) -> bytes:
        bundle = json.loads(super().content(patient, prescription))
        resources = [each["resource"] for each in bundle["entry"]]
        for each in resources:
            if each["resourceType"] == "Medication":
                each.pop("amount", None)
            if each["resourceType"] == "MedicationRequest":
                [overall] = each["dispenseRequest"]["extension"]
                overall["valueQuantity"] = {"value": 20, "unit": "capsule"}
        return json.dumps(bundle).encode()


@pytest.mark.spec("eHDSI EH.3.2: packages, and no other unit")
@pytest.mark.parametrize("is_released", [False, True])
def test_an_amount_without_packages_is_given_out_only_where_the_country_says_so(
    prescribing: CountryA, client: FhirClient, *, is_released: bool
) -> None:
    policy = CrossingPolicy(releases_amounts=is_released)
    offered = OfferedPrescriptions(WithAmounts(client), policy)
    prescribing.serve_by(replace(prescribing.services, prescriptions=offered))
    listed = prescribing.entries(ELISE, EP)
    assert bool(listed) is is_released
    for entry in listed[:1]:
        [document] = prescribing.retrieve(ELISE, entry.unique_id).documents
        facts = read_prescription_facts(document.content)
        assert facts.packages == 1
        assert facts.product.content == ((Decimal(20), "{capsule}"),)


def test_one_that_is_no_longer_offered_cannot_be_fetched(
    prescribing: CountryA, client: FhirClient
) -> None:
    answer = prescribing.retrieve(ELISE, "2.25.123")
    assert answer.documents == ()
    assert prescribing.conditions()[-1] == Refusal.DOCUMENT_UNKNOWN


def test_where_none_are_offered_the_class_is_not_served(tmp_path: Path) -> None:
    country = CountryA(tmp_path)
    assert isinstance(country.services, RespondingServices)
    country.list_documents(ELISE, EP)
    assert country.conditions() == [Refusal.CLASS_CODE_UNSUPPORTED]
    country.store.close()

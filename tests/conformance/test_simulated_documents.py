"""The documents of a simulated country are what they would be in a real one."""

from __future__ import annotations

import pytest
from lxml import etree

from conformance.simulators.documents.files import pdf_of, png_of_a_disc
from conformance.simulators.documents.held import Held
from conformance.simulators.documents.originals import originals_of
from conformance.simulators.documents.persona import Origin
from conformance.simulators.documents.prescriptions import prescriptions_of
from conformance.simulators.documents.summary import summaries_of
from tests.capabilities import require_schemas
from tests.transformations.rules.official import STOPPED, official_rules
from tests.transformations.rules.samples import AllHeld
from transformations.inspection import STRICT, inspect
from transformations.original_documents import read_original, type_of
from transformations.rules import validate_cda
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId

HOME = HomeCommunityId("2.999.1.1")
ORIGIN = Origin(CountryCode("XA"), HOME, "Simulated contact point XA")
PATIENT = PatientId(Oid(HOME), "KIT-KNOWN|ABC123")
NS = {"v3": "urn:hl7-org:v3", "pharm": "urn:hl7-org:pharm"}


def everything() -> list[Held]:
    works = [
        summaries_of(ORIGIN, PATIENT),
        *(each.forms() for each in prescriptions_of(ORIGIN, PATIENT)),
        *originals_of(ORIGIN, PATIENT),
    ]
    return [held for work in works for held in work]


every_document = pytest.mark.parametrize(
    "held", everything(), ids=lambda held: f"{held.kind.mark}-{held.suffix}"
)


@every_document
def test_a_document_keeps_the_rules_of_its_templates(held):
    report = validate_cda(etree.fromstring(held.content), AllHeld())
    assert [str(each) for each in report.errors] == []


@every_document
@pytest.mark.spec("CDA R2")
def test_a_document_is_valid_against_the_schema(held):
    schema = etree.XMLSchema(file=str(require_schemas() / "CDA_Pharma.xsd"))
    schema.assertValid(etree.fromstring(held.content))


@every_document
@pytest.mark.timeout(3600)
def test_a_document_keeps_the_official_rules(held):
    found = official_rules().complaints(held.content)
    assert not any(each.role == STOPPED for each in found)
    # The template of images wants `application/png`, which is no media type.
    told = [each.text for each in found if each.role == "error"]
    assert [text for text in told if "mediaType" not in text] == []


@every_document
def test_a_document_names_its_patient_and_itself(held):
    root = etree.fromstring(held.content)
    [patient] = root.findall("v3:recordTarget/v3:patientRole/v3:id", NS)
    assert patient.get("extension") == PATIENT.extension
    own = root.find("v3:id", NS)
    parts = filter(None, (own.get("root"), own.get("extension")))
    assert "^".join(parts) == held.document_id


def test_no_two_documents_have_one_id():
    ids = [held.document_id for held in everything()]
    assert len(set(ids)) == len(ids) == 10


def test_a_file_inside_is_what_it_says_and_does_nothing():
    for work in originals_of(ORIGIN, PATIENT):
        [held] = work
        envelope = read_original(etree.fromstring(held.content))
        kind = type_of(held.kind.code)
        assert kind is not None
        inspected = inspect(envelope.content, envelope.declared, kind, STRICT)
        assert inspected.findings == ()
        assert inspected.content == envelope.content


def test_what_is_written_stands_in_the_pdf():
    made = pdf_of("A (title)", ["one\\two"])
    assert made.startswith(b"%PDF-1.7")
    assert rb"(A \(title\))" in made
    assert rb"(one\\two)" in made
    assert png_of_a_disc().startswith(b"\x89PNG")


@pytest.mark.spec("eHDSI EH.3.2")
def test_what_is_listed_of_a_prescription_stands_in_the_document():
    for prescription in prescriptions_of(ORIGIN, PATIENT):
        coded, paper = prescription.forms()
        root = etree.fromstring(coded.content)
        told = {code for _scheme, code, _coding, _name in coded.events}
        for path in (".//pharm:asSpecializedKind//pharm:code", ".//pharm:formCode"):
            assert root.find(path, NS).get("code") in told
        [substitution] = root.findall(".//v3:observation/v3:value", NS)
        assert substitution.get("code") in told
        section = root.find(".//v3:section/v3:id", NS)
        assert prescription.is_called(
            f"{section.get('root')}^{section.get('extension')}"
        )
        assert paper.events == coded.events


def test_a_prescription_is_called_by_its_own_names_alone():
    first, second = prescriptions_of(ORIGIN, PATIENT)
    assert first.id == "RX1KITKNOWN"
    for name in (first.id, f"{HOME}.4^{first.id}", f"{first.id}^^^&{HOME}.4&ISO"):
        assert first.is_called(name)
        assert not second.is_called(name)
    assert not first.is_called("")

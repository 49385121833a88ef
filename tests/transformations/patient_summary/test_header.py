"""The header of the patient summary."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.transformations.patient_summary.documents import (
    HEADER,
    one,
    own_bundle,
    schema,
    transform,
    tree,
)
from transformations.fhir import read_fhir_document
from transformations.mapping import Severity
from transformations.patient_summary import DocumentHeader, patient_summary_to_cda


def changed(kind: str, **values: Any) -> dict[str, Any]:
    """Return our bundle with elements of one resource replaced or (None) removed."""
    bundle = own_bundle()
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == kind:
            for name, value in values.items():
                entry["resource"].pop(name)
                if value is not None:
                    entry["resource"][name] = value
    return bundle


def rules(bundle: dict[str, Any], severity: Severity = Severity.CRITICAL) -> set[str]:
    found = transform(bundle).findings
    return {finding.rule for finding in found if finding.severity is severity}


@pytest.mark.spec("eHDSI EH.1.3 header")
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/c:ClinicalDocument/c:id/@root", HEADER.document_id),
        ("/c:ClinicalDocument/c:title/text()", "Résumé patient"),
        ("/c:ClinicalDocument/c:languageCode/@code", "fr-LU"),
        ("/c:ClinicalDocument/c:confidentialityCode/@code", "R"),
        ("/c:ClinicalDocument/c:effectiveTime/@value", "20240301093000+0100"),
        ("/c:ClinicalDocument/c:setId/@extension", "set-1"),
        ("//c:patientRole/c:id/@extension", "1979010112345"),
        ("//c:patientRole/c:addr/c:country/text()", "LU"),
        ("//c:patientRole/c:telecom/@value", "tel:+352123"),
        ("//c:patientRole/c:telecom/@use", "MC"),
        ("//c:administrativeGenderCode/@code", "F"),
        ("//c:birthTime/@value", "19790101"),
        ("//c:languageCommunication/c:languageCode/@code", "lb-LU"),
        ("//c:author/c:functionCode/@code", "221"),
        ("//c:author/c:time/@value", "20240301093000+0100"),
        ("//c:assignedAuthor/c:id/@extension", "900"),
        ("//c:assignedAuthor//c:family/text()", "Muller"),
        ("//c:assignedAuthor/c:representedOrganization/c:id/@extension", "7"),
        ("//c:representedCustodianOrganization/c:name/text()", "Hôpital de test"),
        ("//c:legalAuthenticator/c:time/@value", "20240301094500+0100"),
        ("//c:legalAuthenticator//c:given/text()", "Jean"),
        ("//c:associatedEntity[@classCode='ECON']//c:given/text()", "Paul"),
        ("//c:associatedEntity[@classCode='PRS']//c:family/text()", "Muller"),
        ("//c:serviceEvent/c:effectiveTime/c:high/@value", "20240229"),
        ("//c:relatedDocument[@typeCode='XFRM']//c:id/@extension", "doc-1"),
    ],
)
def test_a_fact_of_the_header_is_written_where_it_belongs(path, value):
    assert one(transform(own_bundle()), path) == value


@pytest.mark.parametrize(
    ("kind", "name", "rule", "path"),
    [
        ("Patient", "birthDate", "patient-birth-date-missing", "//c:birthTime"),
        ("Patient", "gender", "patient-gender-missing", "//c:administrativeGenderCode"),
        ("Patient", "identifier", "patient-identifier-missing", "//c:patientRole/c:id"),
    ],
)
def test_a_mandatory_fact_that_is_missing_is_critical_and_written_as_absent(
    kind, name, rule, path
):
    bundle = changed(kind, **{name: None})
    assert rules(bundle) == {rule}
    transformed = transform(bundle)
    assert one(transformed, path).get("nullFlavor")
    assert schema().validate(tree(transformed))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([{"family": "Weber"}], {"patient-given-name-missing"}),
        ([{"given": ["Anne"]}], {"patient-family-name-missing"}),
        ([{"text": "Anne Weber"}], {"patient-given-name-missing"}),
        ([], {"patient-family-name-missing", "patient-given-name-missing"}),
        ([{"family": "Weber"}, {"given": ["Anne"]}], set()),
        ([{"family": "Weber"}, {"family": "W", "given": ["A"]}], set()),
    ],
)
def test_both_parts_of_the_name_are_demanded_even_if_spread(names, expected):
    bundle = changed("Patient", name=names)
    assert rules(bundle) == expected
    assert schema().validate(tree(transform(bundle)))


def test_parts_spread_over_several_names_are_joined():
    bundle = changed("Patient", name=[{"family": "Weber"}, {"given": ["Anne"]}])
    name = one(transform(bundle), "//c:patient/c:name")
    assert [child.text for child in name] == ["Weber", "Anne"]


def test_an_unknown_gender_is_unknown():
    code = one(
        transform(changed("Patient", gender="unknown")), "//c:administrativeGenderCode"
    )
    assert dict(code.attrib) == {"nullFlavor": "UNK"}


def test_the_given_custodian_stands_in_where_the_source_has_none():
    transformed = transform(changed("Composition", custodian=None))
    path = "//c:representedCustodianOrganization/c:id/@root"
    assert one(transformed, path) == HEADER.custodian.id
    assert "custodian-given" in {finding.rule for finding in transformed.findings}


@pytest.mark.spec("eHDSI EH.1.3 legalAuthenticator: signatureCode S or nullFlavor")
def test_without_a_legal_attester_the_custodian_stands_in_and_nobody_has_signed():
    transformed = transform(changed("Composition", attester=None))
    path = "//c:legalAuthenticator//c:representedOrganization/c:name/text()"
    assert one(transformed, path) == "Hôpital de test"
    signature = "//c:legalAuthenticator/c:signatureCode"
    assert one(transformed, f"{signature}/@nullFlavor") == "NI"
    assert not one(transformed, signature).get("code")
    assert schema().validate(tree(transformed))


def test_the_stand_in_bears_the_name_of_an_organization_and_of_no_person():
    transformed = transform(changed("Composition", attester=None))
    person = "//c:legalAuthenticator//c:assignedPerson/c:name"
    assert one(transformed, f"{person}/c:family/text()") == "Hôpital de test"
    assert one(transformed, f"{person}/c:given/text()") == "NCPeH LU"


def test_an_attester_who_is_not_in_the_document_signs_nothing():
    attester = [{"mode": "legal", "party": {"reference": "Practitioner/none"}}]
    transformed = transform(changed("Composition", attester=attester))
    path = "//c:legalAuthenticator/c:signatureCode/@nullFlavor"
    assert one(transformed, path) == "NI"
    rule = "legal-authenticator-unknown"
    assert rule in {finding.rule for finding in transformed.findings}


def test_a_legal_attester_has_signed():
    path = "//c:legalAuthenticator/c:signatureCode/@code"
    assert one(transform(own_bundle()), path) == "S"


def test_without_a_general_practitioner_the_custodian_is_asked():
    transformed = transform(changed("Patient", generalPractitioner=None))
    path = "//c:associatedEntity[@classCode='PRS']/c:scopingOrganization/c:name/text()"
    assert one(transformed, path) == "Hôpital de test"


def test_a_document_without_an_author_is_critical():
    bundle = changed("Composition", author=[{"reference": "Practitioner/none"}])
    assert rules(bundle) == {"author-missing"}
    assert schema().validate(tree(transform(bundle)))


@pytest.mark.parametrize("kind", ["Organization/o", "Practitioner/d", "Patient/p"])
def test_an_author_of_any_kind_has_a_person_or_a_device_and_an_organization(kind):
    bundle = changed("Composition", author=[{"reference": kind}])
    transformed = transform(bundle)
    one(transformed, "//c:assignedAuthor/c:representedOrganization")
    one(
        transformed,
        "//c:assignedAuthor/c:assignedPerson|//c:assignedAuthoringDevice",
    )
    assert schema().validate(tree(transformed))


def test_a_guardian_stands_with_the_patient():
    bundle = own_bundle()
    coding = bundle["entry"][1]["resource"]["contact"][0]["relationship"][0]["coding"][
        0
    ]
    coding.update(
        system="http://terminology.hl7.org/CodeSystem/v3-RoleClass", code="GUARD"
    )
    transformed = transform(bundle)
    assert one(transformed, "//c:guardian//c:given/text()") == "Paul"
    assert schema().validate(tree(transformed))


def test_a_bare_language_takes_the_country_of_the_document():
    transformed = transform(changed("Composition", language="de"))
    assert one(transformed, "/c:ClinicalDocument/c:languageCode/@code") == "de-LU"


def test_the_moment_of_making_is_that_of_the_header_if_given():
    made = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    header = DocumentHeader(
        HEADER.document_id, HEADER.language, HEADER.country, HEADER.custodian, made
    )
    document = read_fhir_document(json.dumps(own_bundle()).encode())
    transformed = patient_summary_to_cda(document, header, is_strict=True)
    path = "/c:ClinicalDocument/c:effectiveTime/@value"
    assert one(transformed, path) == "20250102030405+0000"


def test_a_document_entered_in_error_is_critical():
    bundle = changed("Composition", status="entered-in-error")
    assert rules(bundle) == {"document-entered-in-error"}


def test_another_kind_of_document_is_critical():
    other = {"coding": [{"system": "http://loinc.org", "code": "34105-7"}]}
    assert rules(changed("Composition", type=other)) == {"not-a-patient-summary"}


@pytest.mark.spec("eHDSI EH.1.3: the address of an organization has a country")
def test_an_organization_without_address_has_an_unknown_country():
    transformed = transform(changed("Organization", address=None))
    for country in tree(transformed).iterfind(
        ".//{*}representedOrganization/{*}addr/*"
    ):
        assert dict(country.attrib) == {"nullFlavor": "UNK"}
    path = "//c:representedCustodianOrganization/c:addr/c:country/@nullFlavor"
    assert one(transformed, path) == "UNK"

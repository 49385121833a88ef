"""Code systems and absence statements mean the same in both worlds."""

import pytest

from transformations.terminology import (
    REQUIRED_SECTIONS,
    SECTION_LABELS,
    AbsenceKind,
    SectionCode,
    absence_of_code,
    absence_of_empty_reason,
    absence_statement,
    absent_reason_of,
    canonical_oid,
    null_flavor_of,
    oid_of,
    system_name,
    uri_of,
)
from transformations.terminology.systems_table import SYSTEMS

IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
SCT = "http://snomed.info/sct"


def test_the_preferred_rows_translate_there_and_back():
    for row in SYSTEMS:
        written = oid_of(row.uri)
        assert written is not None
        assert oid_of(uri_of(written)) == written


def test_no_two_written_systems_share_an_oid_or_a_uri():
    written = {oid_of(row.uri) for row in SYSTEMS}
    assert len({uri_of(oid) for oid in written}) == len(written)


@pytest.mark.parametrize(
    ("uri", "oid"),
    [
        (SCT, "2.16.840.1.113883.6.96"),
        ("http://hl7.org/fhir/sid/icd-10", "1.3.6.1.4.1.12559.11.10.1.3.1.44.2"),
        ("http://hl7.org/fhir/sid/atc", "2.16.840.1.113883.6.73"),
        ("urn:oid:2.16.840.1.113883.6.3", "1.3.6.1.4.1.12559.11.10.1.3.1.44.2"),
        ("urn:oid:1.3.182.5.48", "1.3.182.5.48"),
        ("urn:oid:not-an-oid", None),
        ("https://cnk.example/codes", None),
        ("$ucum", None),
    ],
)
def test_a_fhir_system_has_the_oid_that_is_written(uri, oid):
    assert oid_of(uri) == oid


def test_an_unknown_oid_keeps_itself_as_urn():
    assert uri_of("1.3.182.5.48") == "urn:oid:1.3.182.5.48"
    assert canonical_oid("1.3.182.5.48") == "1.3.182.5.48"
    assert system_name("1.3.182.5.48") is None


def test_the_mistyped_oid_of_ihe_reads_as_the_right_one():
    assert canonical_oid("1.3.5.1.4.1.19376.1.5.3.2") == "1.3.6.1.4.1.19376.1.5.3.2"


@pytest.mark.parametrize("section", REQUIRED_SECTIONS)
@pytest.mark.parametrize(
    "kind", [AbsenceKind.KNOWN_ABSENCE, AbsenceKind.NO_INFORMATION]
)
def test_every_required_section_can_say_absent_and_unknown(section, kind):
    statement = absence_statement(section, kind)
    assert absence_of_code(section, IPS, statement.code) == statement


@pytest.mark.parametrize(
    ("section", "code", "means"),
    [
        (SectionCode.ALLERGIES, "716186003", "no-known-allergies"),
        (SectionCode.ALLERGIES, "409137002", "no-known-medication-allergies"),
        (SectionCode.MEDICATIONS, "787481004", "no-known-medications"),
        (SectionCode.PROBLEMS, "160245001", "no-known-problems"),
        (SectionCode.PROCEDURES, "787480003", "no-known-procedures"),
        (SectionCode.DEVICES, "787483001", "no-known-devices"),
        (SectionCode.DEVICES, "1287211007", "no-device-info"),
    ],
)
def test_snomed_ct_statements_of_ips_2_are_read(section, code, means):
    statement = absence_of_code(section, SCT, code)
    assert statement is not None
    assert statement.code == means


def test_the_singular_of_procedures_is_read_too():
    found = absence_of_code(SectionCode.PROCEDURES, IPS, "no-known-procedure")
    assert found is not None
    assert found.code == "no-known-procedures"


def test_a_statement_of_another_section_is_no_statement_here():
    assert absence_of_code(SectionCode.PROBLEMS, IPS, "no-known-allergies") is None
    assert (
        absence_of_code(SectionCode.PROBLEMS, "http://loinc.org", "160245001") is None
    )


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("nilknown", AbsenceKind.KNOWN_ABSENCE),
        ("withheld", AbsenceKind.NO_INFORMATION),
        ("unavailable", AbsenceKind.NO_INFORMATION),
        ("made-up", AbsenceKind.NO_INFORMATION),
    ],
)
def test_only_nil_known_claims_that_there_is_nothing(reason, kind):
    assert absence_of_empty_reason(SectionCode.ALLERGIES, reason).kind is kind


def test_unknown_reasons_become_unknown():
    assert null_flavor_of("asked-unknown") == "ASKU"
    assert null_flavor_of("made-up") == "UNK"
    assert absent_reason_of("MSK") == "masked"
    assert absent_reason_of("XYZ") == "unknown"


def test_every_section_has_a_label():
    assert set(SECTION_LABELS) == set(SectionCode)

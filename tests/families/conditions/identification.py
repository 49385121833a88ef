"""The conditions of ITI-55."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ncp.errors import Refusal
from tests.families.asking import Asking, replaced, with_parameter
from tests.families.conditions.condition import (
    NOBODY,
    NOT_EVEN_IDENTIFY,
    OPENNCP,
    Condition,
    bent,
    held_back,
    identify,
    refused,
    signed_elsewhere,
    switched_off,
)
from tests.ncp.country_a.scene import (
    EVA,
    record_of,
)

BIRTH = (
    b'<livingSubjectBirthTime xmlns="urn:hl7-org:v3"><value value="%s"/>'
    b"<semanticsText>LivingSubject.birthTime</semanticsText></livingSubjectBirthTime>"
)
GENDER = (
    b'<livingSubjectAdministrativeGender xmlns="urn:hl7-org:v3"><value code="%s"/>'
    b"<semanticsText>LivingSubject.administrativeGender</semanticsText>"
    b"</livingSubjectAdministrativeGender>"
)
ONLY_A_NAME = (
    b'<livingSubjectName xmlns="urn:hl7-org:v3"><value><given>Given</given>%s</value>'
    b"<semanticsText>LivingSubject.name</semanticsText></livingSubjectName>"
)
ADDRESS = (
    b'<patientAddress xmlns="urn:hl7-org:v3"><value><postalCode>%s</postalCode>'
    b"</value><semanticsText>Patient.addr</semanticsText></patientAddress>"
)
SUBJECT_ID = rb"<((?:v3:)?)livingSubjectId>.*?</(?:v3:)?livingSubjectId>"


def added(xml: bytes) -> Callable[[Asking], object]:
    return bent(with_parameter(xml), identify)


def instead_of_the_id(xml: bytes) -> Callable[[Asking], object]:
    return bent(replaced(SUBJECT_ID, xml), identify)


def no_consent(asking: Asking) -> object:
    asking.country.nation.consent_given = False
    return asking.identify()


def two_people(asking: Asking) -> object:
    asking.country.nation.people.append(record_of(EVA, "Twin"))
    return asking.identify()


def record_without_a_birth_date(asking: Asking) -> object:
    nation = asking.country.nation
    nation.people = [replace(each, birth_date=None) for each in nation.people]
    return asking.identify()


IDENTIFICATION = (
    Condition("known", "XCPD #0, XCPD #10.1; PSA_UC1_001", identify),
    Condition(
        "demographics-needed", "XCPD #1", refused(Refusal.DEMOGRAPHICS_NEEDED, identify)
    ),
    Condition(
        "only-a-given-name", "XCPD #2, XCPD #11", instead_of_the_id(ONLY_A_NAME % b"")
    ),
    Condition(
        "only-a-name",
        "XCPD #11.1",
        instead_of_the_id(ONLY_A_NAME % b"<family>Weber</family>"),
    ),
    Condition(
        "health-card-needed", "XCPD #3", refused(Refusal.HEALTH_CARD_NEEDED, identify)
    ),
    Condition(
        "privacy-at-stake", "XCPD #4", refused(Refusal.PRIVACY_AT_STAKE, identify)
    ),
    Condition("no-permission", "XCPD #5; NCP_020", identify, NOT_EVEN_IDENTIFY),
    Condition("no-permission-at-all", "NCP_032", identify, {"permissions": ()}),
    Condition(
        "authentication-needed",
        "XCPD #6; NCP_014",
        refused(Refusal.PATIENT_AUTHENTICATION_NEEDED, identify),
    ),
    Condition(
        "nobody",
        "XCPD #7; PSA_UC1_010, ePeDA_UC9_010, PSA_EPA_010, PSA_EPA_011, PSA_EPA_012",
        lambda asking: asking.identify(NOBODY),
    ),
    Condition("only-a-postal-code", "XCPD #8", instead_of_the_id(ADDRESS % b"1000")),
    Condition(
        "confidence-over-all",
        "XCPD #9",
        bent(
            replaced(
                rb"<matchCriterionList/>",
                b'<matchCriterionList><minimumDegreeMatch><value value="101"/>'
                b"</minimumDegreeMatch></matchCriterionList>",
            ),
            identify,
        ),
        families=OPENNCP,
    ),
    Condition(
        "no-extension",
        "XCPD #10; NCP_010",
        bent(replaced(rb' extension="1893120105732"', b""), identify),
    ),
    Condition("birth-date-wrong", "XCPD #12", added(BIRTH % b"19700201")),
    Condition("birth-date-of-no-form", "XCPD #12", added(BIRTH % b"31.1.1970")),
    Condition("birth-date-right", "XCPD #12.1", added(BIRTH % b"19700131")),
    Condition("gender-wrong", "XCPD #13", added(GENDER % b"M")),
    Condition("gender-of-no-form", "XCPD #13", added(GENDER % b"X")),
    Condition("gender-right", "XCPD #13.1", added(GENDER % b"F")),
    Condition(
        "birth-place",
        "XCPD #14",
        added(b'<livingSubjectBirthPlaceName xmlns="urn:hl7-org:v3"/>'),
    ),
    Condition("address-of-another", "XCPD #15", added(ADDRESS % b"1000")),
    Condition("address-right", "XCPD #15.1", added(ADDRESS % b"4001")),
    Condition(
        "unknown-parameter", "XCPD #16", added(b'<shoeSize xmlns="urn:hl7-org:v3"/>')
    ),
    Condition(
        "record-without-a-birth-date",
        "PSA_UC1_011, PSA_UC1_012, PSA_UC1_020",
        record_without_a_birth_date,
    ),
    Condition("no-consent", "PSA_EPA_030, ERP_010, ERP_011, ERP_020", no_consent),
    Condition("two-people", "OpenNCP 9 mock, PI_MULTIPLE_MATCHES", two_people),
    Condition(
        "registry-down",
        "OpenNCP 9 mock, 999999",
        refused(Refusal.NATIONAL_UNAVAILABLE, identify),
    ),
    Condition(
        "busy", "ITI TF-2 3.55.4.2.2.7", refused(Refusal.RESPONDER_BUSY, identify)
    ),
    Condition(
        "deferred",
        "NCPeH-Simulation-API, NS250",
        bent(replaced(rb'PriorityCode code="I"', b'PriorityCode code="D"'), identify),
    ),
    Condition(
        "another-receiver",
        "another receiver",
        bent(
            replaced(
                rb'(receiver typeCode="RCV">.*?<(?:v3:)?id root=")[0-9.]+',
                rb"\g<1>2.16.17.710.999.1",
            ),
            identify,
        ),
    ),
    Condition("another-country-signs", "NCP_060", signed_elsewhere(identify)),
    Condition("service-switched-off", "NCP_052", switched_off(identify)),
    Condition("held-back", "eHDSI CP-059", held_back(identify)),
)

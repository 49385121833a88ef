"""Our gateway as country A, asked by a country B of each family of programs.

However a family writes its questions, it gets the same exact answers.
"""

from __future__ import annotations

import uuid

import pytest
from lxml import etree

from conformance.attacks import Client
from conformance.simulators.assertions import Issuer, Professional
from conformance.simulators.country_b import CountryB, Partner
from conformance.simulators.dialect import Dialect
from conformance.simulators.http_messages import Fault
from conformance.simulators.reading import ToldError
from conformance.simulators.submissions import DISCARD
from conformance.simulators.tls import KeyFiles, client_context
from ncp.demo.cast import LUXEMBOURG, PORTUGAL
from tests.integration.envoy import seal_of
from tests.ncp.country_a.test_dispensing_on_the_wire import of
from trust.identifiers import HomeCommunityId, PatientId

HL7 = {"v3": "urn:hl7-org:v3"}
DOCTOR = Professional()
CODED, PDF = "urn:epSOS:ps:ps:2010", "urn:ihe:iti:xds-sd:pdf:2008"
NO_CONSENT = "The patient's consent is not given."
BROKEN = "ERROR_SEC_DATA_INTEGRITY_NOT_ENSURED"


@pytest.fixture(scope="module")
def partner(scene, hostile_keys) -> Partner:
    own, other = scene.portugal.pki, scene.luxembourg.pki

    def context(files):
        return client_context(KeyFiles(files.certificate, files.key), other.authority)

    return Partner(
        LUXEMBOURG.home_community_id,
        f"{scene.luxembourg.international_door}/services",
        context(own.tls_client),
        context(hostile_keys.clients(own)[Client.EXPIRED]),
    )


def asking_as(scene, partner, dialect, professional=DOCTOR) -> CountryB:
    seal = seal_of(scene.portugal.pki.seal)
    issuer = Issuer(
        dialect, PORTUGAL.code, PORTUGAL.home_community_id, seal, professional
    )
    return CountryB(issuer, partner, slow_s=0.5)


@pytest.fixture(scope="module", params=list(Dialect))
def asking(request, scene, partner) -> CountryB:
    return asking_as(scene, partner, request.param)


@pytest.fixture
def unknown(agreeing) -> PatientId:
    return PatientId(agreeing.root, "1990010112345")


@pytest.mark.spec("ITI TF-2 3.55.4.2")
def test_a_known_patient_is_named_once(asking, agreeing):
    answer = asking.identify(agreeing)
    assert (answer.http_status, answer.acknowledgement, answer.response) == (
        200,
        "AA",
        "OK",
    )
    assert answer.patients == (agreeing,)
    assert answer.errors == ()


@pytest.mark.spec("ITI TF-2 3.55.4.2.2.7")
def test_nobody_is_told_as_nobody(asking, unknown):
    answer = asking.identify(unknown)
    assert (answer.acknowledgement, answer.response) == ("AA", "NF")
    assert answer.reason == "AnswerNotAvailable"
    assert answer.codes == ("ERROR_PI_NO_MATCH",)
    assert answer.patients == ()


def test_who_has_not_agreed_is_not_named(asking, refusing):
    answer = asking.identify(refusing)
    assert (answer.acknowledgement, answer.response) == ("AE", "AE")
    assert answer.reason == "InsufficientRights"
    assert answer.errors == (ToldError("WARNING_PI_NO_CONSENT", "E", NO_CONSENT),)
    assert answer.patients == ()


@pytest.mark.spec("ITI TF-2 3.38.4.2")
def test_both_forms_are_listed(asking, agreeing):
    answer = asking.list(agreeing)
    assert (answer.status, answer.errors) == ("Success", ())
    assert [entry.format_code for entry in answer.entries] == [CODED, PDF]
    assert {entry.class_code for entry in answer.entries} == {"60591-5"}
    assert {entry.home for entry in answer.entries} == {
        LUXEMBOURG.home_community_id.urn
    }


def test_several_class_codes_are_read_in_either_quotation(asking, agreeing):
    answer = asking.list(agreeing, "34105-7", "11502-2")
    assert answer.status == "Success"
    assert [entry.class_code for entry in answer.entries] == ["11502-2"]


def test_who_has_not_agreed_is_not_listed(asking, refusing):
    answer = asking.list(refusing)
    assert answer.status == "Failure"
    assert answer.errors == (ToldError("ERROR_PS_NO_CONSENT", "Error", NO_CONSENT),)
    assert answer.entries == ()


@pytest.mark.spec("ITI TF-2 3.39.4.2")
def test_a_summary_comes_in_a_package(asking, agreeing):
    coded, _pdf = asking.list(agreeing).entries
    answer = asking.fetch(agreeing, coded)
    assert (answer.status, answer.errors) == ("Success", ())
    assert answer.is_package
    [document] = answer.documents
    identifier = etree.fromstring(document).find("v3:id", HL7)
    assert identifier.get("root") == coded.unique_id


def test_two_documents_come_in_one_answer(asking, agreeing):
    listed = asking.list(agreeing).entries
    answer = asking.fetch(agreeing, *listed)
    assert answer.status == "Success"
    roots = [etree.fromstring(each).find("v3:id", HL7) for each in answer.documents]
    assert [root.get("root") for root in roots] == [each.unique_id for each in listed]


def test_a_document_of_another_patient_is_as_good_as_missing(asking, agreeing, another):
    coded, _pdf = asking.list(agreeing).entries
    answer = asking.fetch(another, coded)
    assert answer.status == "Failure"
    assert answer.codes == ("ERROR_GENERIC_DOCUMENT_MISSING",)
    assert answer.documents == ()


@pytest.mark.spec("ITI TF-2 3.41.4")
def test_a_prescription_is_dispensed_and_given_back(asking, agreeing):
    number = uuid.uuid4().int
    unique_id, document = f"2.25.{number}", of(number, patient=agreeing).content
    answer = asking.submit(agreeing, unique_id, document)
    assert (answer.status, answer.errors) == ("Success", ())
    back = asking.submit(agreeing, unique_id, document, operation=DISCARD)
    assert (back.status, back.errors) == ("Success", ())


def test_a_dispensation_of_an_unknown_prescription_is_refused(asking, agreeing):
    number = uuid.uuid4().int
    unknown = of(number, "1.3.182.99.11^RX-NONE", patient=agreeing)
    unique_id, document = f"2.25.{number}", unknown.content
    answer = asking.submit(agreeing, unique_id, document)
    assert answer.status == "Failure"
    assert answer.codes == ("4105",)


@pytest.mark.parametrize("dialect", Dialect)
def test_a_missing_permission_is_told(scene, partner, dialect, agreeing):
    bare = Professional(permissions=("PRD-006",))
    asking = asking_as(scene, partner, dialect, bare)
    assert asking.identify(agreeing).patients == (agreeing,)
    answer = asking.list(agreeing)
    assert (answer.status, answer.codes, answer.entries) == ("Failure", ("4703",), ())


@pytest.mark.parametrize("dialect", Dialect)
def test_a_message_for_another_country_is_refused(scene, partner, dialect, agreeing):
    elsewhere = Partner(HomeCommunityId("2.999.9"), partner.services, partner.context)
    answer = asking_as(scene, elsewhere, dialect).identify(agreeing)
    assert (answer.acknowledgement, answer.reason) == ("AE", "AnswerNotAvailable")
    assert answer.codes == ("ERROR_PI_GENERIC",)
    assert answer.patients == ()


# What is done wrong on purpose ------------------------------------------------------


def test_a_slow_question_is_answered(asking, agreeing):
    assert asking.identify(agreeing, Fault.SLOW).patients == (agreeing,)


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.HALF_CLOSED])
def test_half_a_question_gets_no_answer_and_harms_no_other(asking, agreeing, fault):
    assert asking.identify(agreeing, fault).http_status == 0
    assert asking.identify(agreeing).patients == (agreeing,)


def test_a_package_of_another_boundary_is_a_fault(asking, agreeing):
    coded, _pdf = asking.list(agreeing).entries
    answer = asking.fetch(agreeing, coded, fault=Fault.WRONG_BOUNDARY)
    assert (answer.http_status, answer.fault) == (400, ("Sender",))
    assert answer.documents == ()


@pytest.mark.parametrize(
    ("fault", "status"), [(Fault.DOCTYPE, 400), (Fault.PAGE, 415)], ids=str
)
def test_what_is_no_message_is_a_fault(asking, agreeing, fault, status):
    answer = asking.identify(agreeing, fault)
    assert (answer.http_status, answer.fault) == (status, ("Sender",))
    [coded, _pdf] = asking.list(agreeing).entries
    assert asking.fetch(agreeing, coded, fault=fault).documents == ()


def test_an_expired_certificate_gets_no_answer(asking, agreeing):
    assert asking.identify(agreeing, Fault.EXPIRED_CERTIFICATE).http_status == 0


def test_assertions_without_signatures_are_refused(asking, agreeing):
    answer = asking.identify(agreeing, Fault.UNSIGNED_ASSERTION)
    assert (answer.acknowledgement, answer.codes) == ("AE", (BROKEN,))
    assert answer.patients == ()
    listed = asking.list(agreeing, fault=Fault.UNSIGNED_ASSERTION)
    assert (listed.status, listed.codes, listed.entries) == ("Failure", (BROKEN,), ())


@pytest.mark.spec("WS-Addressing 1.0 Core 3.2")
def test_a_message_id_is_not_taken_for_two_messages(asking, agreeing):
    answer = asking.identify(agreeing, Fault.DUPLICATE_MESSAGE_ID)
    assert answer.http_status == 400
    assert answer.fault == ("Sender", "InvalidAddressingHeader")


def test_an_unknown_class_code_is_told_as_such(asking, agreeing):
    answer = asking.list(agreeing, fault=Fault.UNKNOWN_CODE)
    assert answer.status == "Failure"
    assert answer.codes == ("ERROR_GENERIC_SERVICE_SIGNIFIER_UNKNOWN",)

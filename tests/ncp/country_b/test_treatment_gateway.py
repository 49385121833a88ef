"""The four steps of a professional, and what may go wrong at the other end."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from ncp.conformity import Conformity
from ncp.country_b.initiating_gateway import TreatmentGateway
from ncp.country_b.treatment import FetchedDocument, SoughtPatient
from ncp.errors import (
    NcpError,
    PeerRefused,
    PeerUnavailable,
    PolicyError,
    ProtocolError,
    Refusal,
)
from ncp.exchange import HttpPayload
from ncp.ihe.soap import read_request
from ncp.peers.directory import Endpoints
from tests.ncp.country_a.scene import DOCTOR, EVA, LUC, record_of
from tests.ncp.country_b.scene import LUXEMBOURG, CountryB
from trust.identifiers import CountryCode, PatientId

NOBODY = PatientId(EVA.root, "2000010100000")


def unreachable() -> PeerUnavailable:
    return PeerUnavailable(Refusal.PEER_UNREACHABLE, "the line is dead")


def test_a_summary_comes_home_in_four_steps(country_b: CountryB) -> None:
    found = country_b.gateway.identify(DOCTOR, LUXEMBOURG, SoughtPatient((EVA,)))
    [patient] = found.patients
    assert patient.family == ("Weber",)
    confirmed = country_b.gateway.confirm(DOCTOR, patient.handle, "TREATMENT")
    assert confirmed.expires > country_b.services.clock.now()
    [listed] = country_b.gateway.documents(DOCTOR, patient.handle).documents
    assert listed.kind == "60591-5"
    fetched = country_b.gateway.fetch(DOCTOR, patient.handle, listed.document)
    assert b"ClinicalDocument" in fetched.content
    assert fetched.names_patient
    assert country_b.outcomes() == [("answered", None)] * 3
    trail = list(country_b.store.audit_trail())
    assert [each.event for each in trail] == [
        "EHDSI-91",
        "ITI-55",
        "EHDSI-92",
        "ITI-38",
        "ITI-39",
    ]
    assert {each.side for each in trail} == {"B"}


def test_nobody_found_is_an_answer_and_no_error(country_b: CountryB) -> None:
    sought = SoughtPatient((NOBODY,))
    assert country_b.gateway.identify(DOCTOR, LUXEMBOURG, sought).patients == ()


def test_an_empty_list_is_an_answer_and_no_error(country_b: CountryB) -> None:
    handle = country_b.treating(LUC)
    assert country_b.gateway.documents(DOCTOR, handle).documents == ()


def test_a_refusal_is_told_with_the_codes_of_the_other_country(
    country_b: CountryB,
) -> None:
    country_b.country_a.nation.consent_given = False
    with pytest.raises(PeerRefused) as refused:
        country_b.handle_of(EVA)
    assert refused.value.codes == ("WARNING_PI_NO_CONSENT",)
    assert "consent is not given" in refused.value.public_message
    assert country_b.outcomes() == [("refused", Refusal.PEER_ANSWERED_ERROR)]


def test_an_ambiguous_patient_is_not_chosen(country_b: CountryB) -> None:
    country_b.country_a.nation.people.append(record_of(EVA, "Double"))
    with pytest.raises(PeerRefused) as refused:
        country_b.handle_of(EVA)
    assert refused.value.codes == ("ERROR_PI_MULTIPLE_MATCHES",)


def test_a_country_without_settings_is_named(country_b: CountryB) -> None:
    with pytest.raises(NcpError) as refused:
        country_b.gateway.identify(DOCTOR, CountryCode("FR"), SoughtPatient((EVA,)))
    assert refused.value.refusal is Refusal.PEER_UNKNOWN
    assert "FR" in refused.value.public_message


# Between the steps ------------------------------------------------------------------


def test_documents_need_a_confirmed_treatment(country_b: CountryB) -> None:
    handle = country_b.handle_of(EVA)
    with pytest.raises(PolicyError) as refused:
        country_b.gateway.documents(DOCTOR, handle)
    assert refused.value.refusal is Refusal.TREATMENT_NOT_CONFIRMED


def test_a_treatment_is_of_its_professional_alone(country_b: CountryB) -> None:
    handle = country_b.treating(EVA)
    colleague = replace(DOCTOR, identifier="doctor-2")
    with pytest.raises(PolicyError) as refused:
        country_b.gateway.documents(colleague, handle)
    assert refused.value.refusal is Refusal.TREATMENT_UNKNOWN


def test_a_treatment_ends_with_its_assertion(country_b: CountryB) -> None:
    handle = country_b.treating(EVA)
    country_b.country_a.clock.moment += timedelta(hours=2, seconds=1)
    with pytest.raises(PolicyError) as refused:
        country_b.gateway.documents(DOCTOR, handle)
    assert refused.value.refusal is Refusal.TREATMENT_UNKNOWN


def test_a_document_is_fetched_from_the_list_of_its_treatment_only(
    country_b: CountryB,
) -> None:
    eva, luc = country_b.treating(EVA), country_b.treating(LUC)
    [listed] = country_b.gateway.documents(DOCTOR, eva).documents
    with pytest.raises(PolicyError) as refused:
        country_b.gateway.fetch(DOCTOR, luc, listed.document)
    assert refused.value.refusal is Refusal.DOCUMENT_UNKNOWN


def too_late() -> PeerUnavailable:
    return PeerUnavailable(
        Refusal.PEER_UNREACHABLE, "it did not answer in time", waited_in_full=True
    )


# The line ---------------------------------------------------------------------------


def test_after_a_fault_the_same_message_is_sent_once_more(country_b: CountryB) -> None:
    country_b.line.faults = [unreachable()]
    country_b.handle_of(EVA)
    first, second = country_b.line.sent
    assert (
        read_request(first, None).addressing.message_id
        == read_request(second, None).addressing.message_id
    )


def test_a_second_fault_is_told_and_recorded(country_b: CountryB) -> None:
    country_b.line.faults = [unreachable(), unreachable()]
    with pytest.raises(PeerUnavailable, match="dead"):
        country_b.handle_of(EVA)
    assert country_b.outcomes() == [("failed", Refusal.PEER_UNREACHABLE)]
    _, exchange, failure = country_b.store.audit_trail()
    assert (exchange.event, exchange.outcome) == ("ITI-55", 12)
    assert (failure.event, failure.outcome) == ("EHDSI-CF", 12)
    assert failure.exchange_id == exchange.exchange_id


def test_a_peer_that_is_not_believed_is_not_asked_again(country_b: CountryB) -> None:
    country_b.line.faults = [PeerUnavailable(Refusal.PEER_NOT_BELIEVED, "who is it?")]
    with pytest.raises(PeerUnavailable):
        country_b.handle_of(EVA)
    assert len(country_b.line.sent) == 1


def test_a_peer_whose_entry_has_changed_is_asked_again_where_it_is_now(
    country_b: CountryB,
) -> None:
    before = country_b.services.directory.find(LUXEMBOURG)
    there = "https://new.example.lu/x"
    country_b.line.moved = replace(before, endpoints=Endpoints(there, there))
    country_b.line.faults = [PeerUnavailable(Refusal.PEER_NOT_BELIEVED, "who is it?")]
    country_b.handle_of(EVA)
    first, second = (read_request(each, None) for each in country_b.line.sent)
    assert first.addressing.message_id == second.addressing.message_id
    assert second.addressing.to == there
    assert country_b.outcomes() == [("answered", None)]


def test_who_had_all_the_time_to_answer_is_not_asked_for_it_twice(
    country_b: CountryB,
) -> None:
    country_b.line.faults = [too_late()]
    with pytest.raises(PeerUnavailable, match="did not answer in time"):
        country_b.handle_of(EVA)
    assert len(country_b.line.sent) == 1
    assert country_b.outcomes() == [("failed", Refusal.PEER_UNREACHABLE)]


def test_who_answers_late_where_it_was_is_asked_where_it_is_now(
    country_b: CountryB,
) -> None:
    before = country_b.services.directory.find(LUXEMBOURG)
    there = "https://new.example.lu/x"
    country_b.line.moved = replace(before, endpoints=Endpoints(there, there))
    country_b.line.faults = [too_late()]
    country_b.handle_of(EVA)
    assert len(country_b.line.sent) == 2


def test_a_country_that_is_switched_off_is_not_asked_again(country_b: CountryB) -> None:
    country_b.line.faults = [PeerUnavailable(Refusal.SERVICE_UNAVAILABLE, "it is off")]
    with pytest.raises(PeerUnavailable):
        country_b.handle_of(EVA)
    assert len(country_b.line.sent) == 1
    assert country_b.outcomes() == [("failed", Refusal.SERVICE_UNAVAILABLE)]


# The answer -------------------------------------------------------------------------


def replaced(old: bytes, new: bytes):
    def bend(payload: HttpPayload) -> HttpPayload:
        assert old in payload.body
        return HttpPayload(payload.content_type, payload.body.replace(old, new))

    return bend


def test_an_answer_to_another_message_is_refused(country_b: CountryB) -> None:
    def bend(payload: HttpPayload) -> HttpPayload:
        sent = read_request(country_b.line.sent[-1], None).addressing.message_id
        return replaced(f"{sent}</".encode(), b"urn:uuid:other</")(payload)

    country_b.line.bend = bend
    with pytest.raises(ProtocolError, match="another message"):
        country_b.handle_of(EVA)
    assert country_b.outcomes() == [("refused", Refusal.PEER_ANSWER_INVALID)]


def test_a_list_of_another_patient_is_refused(country_b: CountryB) -> None:
    handle = country_b.treating(EVA)
    country_b.line.bend = replaced(EVA.extension.encode(), LUC.extension.encode())
    with pytest.raises(ProtocolError, match="does not name the patient"):
        country_b.gateway.documents(DOCTOR, handle)


def test_a_document_that_was_not_asked_for_is_refused(country_b: CountryB) -> None:
    handle = country_b.treating(EVA)
    [listed] = country_b.gateway.documents(DOCTOR, handle).documents
    country_b.line.bend = replaced(
        b"DocumentUniqueId>2.25.", b"DocumentUniqueId>2.25.9"
    )
    with pytest.raises(ProtocolError, match="does not hold the document"):
        country_b.gateway.fetch(DOCTOR, handle, listed.document)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<ClinicalDocument", b"<!DOCTYPE x><ClinicalDocument"),
        (b"<recordTarget", b"<recordTarget <"),
    ],
    ids=["dtd", "malformed"],
)
def test_a_document_that_is_not_safe_xml_is_refused(
    country_b: CountryB, old: bytes, new: bytes
) -> None:
    handle = country_b.treating(EVA)
    [listed] = country_b.gateway.documents(DOCTOR, handle).documents
    country_b.line.bend = replaced(old, new)
    with pytest.raises(ProtocolError) as refused:
        country_b.gateway.fetch(DOCTOR, handle, listed.document)
    assert refused.value.refusal is Refusal.PEER_ANSWER_INVALID
    assert "by its message id" in refused.value.remedy


def test_a_document_under_other_identifiers_is_told_as_such(
    country_b: CountryB,
) -> None:
    handle = country_b.treating(EVA)
    [listed] = country_b.gateway.documents(DOCTOR, handle).documents
    country_b.line.bend = replaced(EVA.extension.encode(), LUC.extension.encode())
    fetched = country_b.gateway.fetch(DOCTOR, handle, listed.document)
    assert not fetched.names_patient


def test_an_error_without_a_reason_is_not_taken_for_nobody(
    country_b: CountryB,
) -> None:
    def bend(payload: HttpPayload) -> HttpPayload:
        body = payload.body.replace(
            b'ResponseCode code="NF"', b'ResponseCode code="AE"'
        )
        for name in (rb"acknowledgementDetail", rb"reasonOf"):
            body, count = re.subn(
                rb"<(\w+:)?%b .*/(\w+:)?%b>" % (name, name), b"", body
            )
            assert count == 1
        return HttpPayload(payload.content_type, body)

    country_b.line.bend = bend
    with pytest.raises(ProtocolError, match="without a reason"):
        country_b.gateway.identify(DOCTOR, LUXEMBOURG, SoughtPatient((NOBODY,)))


class NothingHeld:
    """A terminology by which no code is of any value set."""

    def has(self, _value_set: str, _code: str, _code_system: str) -> bool | None:
        return False


def fetched_by(country_b: CountryB, conformity: Conformity) -> FetchedDocument:
    services = replace(country_b.services, conformity=conformity)
    gateway = TreatmentGateway(services)
    handle = country_b.treating(EVA)
    [listed] = gateway.documents(DOCTOR, handle).documents
    return gateway.fetch(DOCTOR, handle, listed.document)


def test_a_valid_document_is_told_as_one(country_b: CountryB) -> None:
    assert fetched_by(country_b, Conformity(refuses=True)).is_valid
    assert [*country_b.store.messages()][-1].record.sentence is None


def test_a_document_that_breaks_rules_is_told_and_recorded(country_b: CountryB) -> None:
    conformity = Conformity(refuses=False, value_sets=NothingHeld)
    assert not fetched_by(country_b, conformity).is_valid
    sentence = [*country_b.store.messages()][-1].record.sentence or ""
    assert sentence.startswith("The document breaks ")


def test_a_document_that_breaks_rules_is_refused_if_the_settings_say_so(
    country_b: CountryB,
) -> None:
    conformity = Conformity(refuses=True, value_sets=NothingHeld)
    with pytest.raises(ProtocolError) as raised:
        fetched_by(country_b, conformity)
    assert raised.value.refusal is Refusal.PEER_ANSWER_INVALID
    assert country_b.outcomes()[-1] == ("refused", Refusal.PEER_ANSWER_INVALID)

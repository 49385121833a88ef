"""A dispensation goes home once, whatever happens on the line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ncp.country_b.treatment import SubmitOperation
from ncp.errors import (
    NcpError,
    PeerRefused,
    PeerUnavailable,
    PolicyError,
    ProtocolError,
    Refusal,
)
from ncp.exchange import HttpPayload
from ncp.ihe.iti41_xdr import read_submission
from ncp.ihe.soap import body_hash, read_request
from tests.ncp.country_a.noting_register import NotingRegister
from tests.ncp.country_a.scene import DOCTOR, EVA, LUC, CountryA
from tests.ncp.country_a.submissions import (
    OTHER_PRESCRIPTION,
    PRESCRIPTION,
    dispensation_cda,
)
from tests.ncp.country_b.scene import CountryB

DISPENSE, DISCARD = SubmitOperation.DISPENSE, SubmitOperation.DISCARD
CDA = dispensation_cda()


@pytest.fixture
def country_b(tmp_path: Path) -> Iterator[CountryB]:
    register = NotingRegister(tmp_path / "register.sqlite", {PRESCRIPTION})
    country_a = CountryA(tmp_path, dispensations=register)
    country = CountryB(tmp_path, country_a)
    yield country
    country.store.close()
    country_a.store.close()


@pytest.fixture
def handle(country_b: CountryB) -> str:
    handle = country_b.treating(EVA)
    country_b.line.sent.clear()
    return handle


def dead(*, nothing_was_sent: bool) -> PeerUnavailable:
    return PeerUnavailable(
        Refusal.PEER_UNREACHABLE,
        "the line is dead",
        nothing_was_sent=nothing_was_sent,
    )


def deliver_and_break(country_b: CountryB) -> None:
    """The message arrives and is answered; the answer does not come."""
    send = country_b.line.send

    def broken(peer, service, payload):
        send(peer, service, payload)
        country_b.line.send = send
        raise dead(nothing_was_sent=False)

    country_b.line.send = broken


@pytest.mark.spec("ITI TF-2 3.41.4")
def test_a_dispensation_goes_home(country_b: CountryB, handle: str) -> None:
    submitted = country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA)
    assert submitted.operation is DISPENSE
    assert country_b.outcomes()[-1] == ("answered", None)
    event = list(country_b.store.audit_trail())[-1]
    assert (event.event, event.side, event.outcome) == ("ITI-41", "B", 0)
    assert b"DispensationService::Initialize" in event.dicom
    assert b"ClinicalDocument" not in event.dicom


def test_what_goes_out_is_a_package_with_full_metadata(
    country_b: CountryB, handle: str
) -> None:
    country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA)
    [payload] = country_b.line.sent
    assert payload.content_type.startswith("multipart/related")
    message = read_request(payload, None)
    submission = read_submission(message.body, message.attachments)
    own = submission.submission_set
    assert (own.patient, own.content_type) == (EVA, "60593-1")
    assert own.source_id == country_b.services.identity.home_community_id
    assert own.author_person == "doctor-1^Jette Holm"
    assert own.author_institution == "Rigshospitalet^^^^^^^^^1.2.208.7"
    [document] = submission.documents
    assert document.content == CDA
    assert document.source_patient == EVA
    assert document.entry.language == "da-DK"


def test_a_discard_follows_its_dispensation(country_b: CountryB, handle: str) -> None:
    country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA)
    country_b.gateway.submit(DOCTOR, handle, DISCARD, CDA)
    assert country_b.outcomes()[-2:] == [("answered", None)] * 2
    with pytest.raises(PeerRefused) as refused:
        country_b.gateway.submit(DOCTOR, handle, DISCARD, dispensation_cda("2.25.555"))
    assert refused.value.codes == ("ERROR_ED_DISCARD_FAILED",)


# Sending again ----------------------------------------------------------------------


def test_it_is_sent_again_by_itself_where_no_byte_was_sent(
    country_b: CountryB, handle: str
) -> None:
    country_b.line.faults = [dead(nothing_was_sent=True)]
    country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA)
    first, second = (read_request(each, None) for each in country_b.line.sent)
    assert first.addressing.message_id == second.addressing.message_id
    assert body_hash(first) == body_hash(second)


def test_it_is_not_sent_again_by_itself_where_a_byte_may_have_left(
    country_b: CountryB, handle: str
) -> None:
    country_b.line.faults = [dead(nothing_was_sent=False)]
    with pytest.raises(PeerUnavailable) as unknown:
        country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA)
    assert unknown.value.refusal is Refusal.SUBMISSION_STATE_UNKNOWN
    assert "same document again" in unknown.value.remedy
    assert len(country_b.line.sent) == 1
    assert country_b.outcomes()[-1] == ("failed", Refusal.SUBMISSION_STATE_UNKNOWN)


def test_what_arrived_unheard_counts_once(country_b: CountryB, handle: str) -> None:
    deliver_and_break(country_b)
    with pytest.raises(PeerUnavailable):
        country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA)
    country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA)
    first, second = (read_request(each, None) for each in country_b.line.sent)
    assert first.addressing.message_id == second.addressing.message_id
    assert body_hash(first) == body_hash(second)
    sightings = [record.sighting for record in country_b.country_a.records()[-2:]]
    assert sightings == ["new", "duplicate"]


def test_a_colleague_may_find_out_what_became_of_it(
    country_b: CountryB, handle: str
) -> None:
    """Much later, with new assertions, by somebody else: still the same message."""
    deliver_and_break(country_b)
    with pytest.raises(PeerUnavailable):
        country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA)
    country_b.country_a.clock.moment += timedelta(hours=5)
    later = country_b.treating(EVA)
    country_b.gateway.submit(DOCTOR, later, DISPENSE, CDA)
    hashes = {
        body_hash(read_request(each, None))
        for each in country_b.line.sent
        if b"ProvideAndRegister" in each.body
    }
    assert len(hashes) == 1


def test_what_was_accepted_is_not_sent_again(country_b: CountryB, handle: str) -> None:
    first = country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA)
    assert country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA) == first
    assert len(country_b.line.sent) == 1


def test_the_same_id_with_another_content_does_not_leave(
    country_b: CountryB, handle: str
) -> None:
    country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA)
    with pytest.raises(PolicyError) as refused:
        country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA + b"\n")
    assert refused.value.refusal is Refusal.SUBMISSION_CHANGED
    assert len(country_b.line.sent) == 1


def test_a_refused_one_may_be_submitted_again(country_b: CountryB, handle: str) -> None:
    unknown = dispensation_cda(prescription=OTHER_PRESCRIPTION)
    for _ in range(2):
        with pytest.raises(PeerRefused) as refused:
            country_b.gateway.submit(DOCTOR, handle, DISPENSE, unknown)
        assert refused.value.codes == ("4105",)
    assert len(country_b.line.sent) == 2


@pytest.mark.parametrize(
    ("answer", "is_known"),
    [
        (b"soap:Receiver", False),
        (b"soap:Sender", True),
    ],
)
def test_a_fault_of_the_receiver_leaves_it_open(
    country_b: CountryB, handle: str, answer: bytes, is_known: bool
) -> None:
    fault = (
        b'<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
        b"<soap:Body><soap:Fault><soap:Code><soap:Value>"
        + answer
        + b"</soap:Value></soap:Code><soap:Reason>"
        b'<soap:Text xml:lang="en">x</soap:Text></soap:Reason></soap:Fault>'
        b"</soap:Body></soap:Envelope>"
    )
    country_b.line.bend = lambda _: HttpPayload(
        "application/soap+xml; charset=UTF-8", fault
    )
    with pytest.raises(NcpError) as told:
        country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA)
    assert (told.value.refusal is not Refusal.SUBMISSION_STATE_UNKNOWN) is is_known
    assert len(country_b.line.sent) == 1


def test_an_answer_that_cannot_be_used_leaves_it_open(
    country_b: CountryB, handle: str
) -> None:
    country_b.line.bend = lambda payload: HttpPayload(
        payload.content_type,
        re.sub(rb' status="[^"]*"', b"", payload.body),
    )
    with pytest.raises(PeerUnavailable) as unknown:
        country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA)
    assert unknown.value.refusal is Refusal.SUBMISSION_STATE_UNKNOWN


# What does not leave ----------------------------------------------------------------


def test_a_document_of_another_patient_does_not_leave(
    country_b: CountryB, handle: str
) -> None:
    with pytest.raises(PolicyError) as refused:
        country_b.gateway.submit(
            DOCTOR, handle, DISPENSE, dispensation_cda(patient=LUC)
        )
    assert refused.value.refusal is Refusal.SUBMISSION_OF_ANOTHER_PATIENT
    assert country_b.line.sent == []


def test_what_is_no_document_does_not_leave(country_b: CountryB, handle: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        country_b.gateway.submit(DOCTOR, handle, DISPENSE, b"%PDF-1.7")
    assert refused.value.refusal is Refusal.SUBMISSION_INVALID
    assert country_b.line.sent == []


def test_a_treatment_has_to_be_confirmed(country_b: CountryB) -> None:
    handle = country_b.handle_of(EVA)
    with pytest.raises(PolicyError) as refused:
        country_b.gateway.submit(DOCTOR, handle, DISPENSE, CDA)
    assert refused.value.refusal is Refusal.TREATMENT_NOT_CONFIRMED


def test_only_its_professional_submits_from_a_treatment(
    country_b: CountryB, handle: str
) -> None:
    colleague = replace(DOCTOR, identifier="doctor-2")
    with pytest.raises(PolicyError):
        country_b.gateway.submit(colleague, handle, DISPENSE, CDA)

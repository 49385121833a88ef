"""A dispensation crosses the border over real TLS, once, and can be taken back."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from ncp.demo.cast import PORTUGAL
from ncp.exchange import HttpPayload
from ncp.ihe.codes import ResponseStatus, Transaction
from ncp.ihe.iti41_xdr import Submission, read_submission_response, write_submission
from ncp.ihe.soap import write_request
from ncp.ports import RandomIds
from tests.integration.envoy import PATHS, PROFESSIONAL, Envoy, Reply
from tests.ncp.country_a.submissions import discard, submission
from tests.ncp.country_a.test_dispensing_on_the_wire import of
from trust.assertions import Permission
from trust.identifiers import PatientId

PHARMACIST = replace(
    PROFESSIONAL, permissions=(Permission.MEDICATION_ADMINISTRATION_RECORD,)
)


def provide(envoy: Envoy, patient: PatientId, sent: Submission) -> Reply:
    payload, message_id = provision(envoy, patient, sent)
    return envoy.post(Transaction.ITI_41, payload, message_id)


def provision(
    envoy: Envoy, patient: PatientId, sent: Submission
) -> tuple[HttpPayload, str]:
    """Write a submission as a message of its own, newly vouched for, and its id."""
    hcp = envoy.hcp(professional=PHARMACIST)
    body, attachments = write_submission(sent, RandomIds())
    message_id = uuid.uuid4().urn
    payload = write_request(
        body,
        action=Transaction.ITI_41.request_action,
        message_id=message_id,
        to=envoy.door + PATHS[Transaction.ITI_41],
        assertions=[hcp, envoy.trc(hcp, patient)],
        attachments=attachments,
    )
    return payload, message_id


def status_of(reply: Reply) -> ResponseStatus:
    return read_submission_response(reply.message().body).status


@pytest.mark.spec("ITI TF-2 3.41.4")
def test_a_prescription_is_dispensed_once_and_given_back(envoy, memory, agreeing):
    first, second = (uuid.uuid4().int for _ in range(2))

    def dispensing(*numbers: int) -> Submission:
        return submission(*(of(number, patient=agreeing) for number in numbers))

    both = provide(envoy, agreeing, dispensing(first, second))
    assert status_of(both) is ResponseStatus.PARTIAL_SUCCESS
    assert both.error_codes() == ["4106"]
    assert memory.message(both.message_id).condition == "prescription-dispensed"

    again = provide(envoy, agreeing, dispensing(first))
    assert status_of(again) is ResponseStatus.SUCCESS

    same = dispensing(first).documents[0].content
    bytes_of = replace(discard(f"2.25.{first}"), content=same)
    own = replace(bytes_of.entry, patient=agreeing)
    back = submission(replace(bytes_of, entry=own, source_patient=agreeing))
    assert status_of(provide(envoy, agreeing, back)) is ResponseStatus.SUCCESS
    late = provide(envoy, agreeing, dispensing(first))
    assert late.error_codes() == ["ERROR_ED_EDISPENSATION_NOT_STORED"]


def test_who_may_not_dispense_is_refused(envoy, memory, agreeing):
    sent = submission(of(1, patient=agreeing))
    hcp = envoy.hcp()
    body, attachments = write_submission(sent, RandomIds())
    message_id = uuid.uuid4().urn
    payload = write_request(
        body,
        action=Transaction.ITI_41.request_action,
        message_id=message_id,
        to=envoy.door,
        assertions=[hcp, envoy.trc(hcp, agreeing)],
        attachments=attachments,
    )
    reply = envoy.post(Transaction.ITI_41, payload, message_id)
    assert reply.error_codes() == ["4703"]
    assert memory.message(message_id).peer == PORTUGAL.code

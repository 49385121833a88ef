"""Each attack on a submission goes through the door, and gets its exact answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from conformance.attacks.message import Change
from conformance.attacks.submissions import CHANGES
from ncp.answers import Condition, answer_for
from ncp.errors import PeerRefused, Refusal
from ncp.exchange import HttpPayload
from ncp.ihe.codes import ResponseStatus, Transaction
from ncp.ihe.iti41_xdr import (
    Submission,
    SubmittedDocument,
    read_submission_response,
    write_submission,
)
from ncp.ihe.soap import read_response, write_request
from ncp.ports import RandomIds
from tests.fuzz.bending import span
from tests.fuzz.door import FuzzedDoor, Received
from tests.ncp.country_a.noting_register import NotingRegister
from tests.ncp.country_a.scene import EVA, LUC
from tests.ncp.country_a.submissions import (
    OTHER_PRESCRIPTION,
    PRESCRIPTION,
    dispensation_cda,
    document,
    submission,
)
from trust.decision import Reason

pytestmark = pytest.mark.spec("fact sheet 06 6.3 item 6", "ITI TF-3 4.2.1.4")
INVALID, BROKEN = Refusal.SUBMISSION_INVALID, Refusal.MULTIPART_BROKEN
# What is recorded, and of how many of the two documents the answer is an error.
ANSWERS: Final[dict[str, tuple[Condition | None, int]]] = {
    **dict.fromkeys(
        (
            *("request-wrapped", "request-twice", "list-nested", "list-twice"),
            *("set-of-another-type", "document-twice", "document-stray"),
            *("entry-twice", "member-swapped", "member-absent", "member-elsewhere"),
            *("member-of-another-set", "patient-twice", "source-patient-twice"),
            *("class-twice", "format-twice", "status-deprecated"),
        ),
        (INVALID, 2),
    ),
    **dict.fromkeys(("two-sets", "folder"), (Refusal.SUBMISSION_INCOMPLETE, 2)),
    **dict.fromkeys(("documents-swapped", "references-swapped"), (INVALID, 2)),
    "unique-id-twice": (Refusal.SUBMISSION_ID_REPEATED, 2),
    "document-absent": (BROKEN, 2),
    "member-replaces": (Refusal.QUERY_UNSUPPORTED, 2),
    "entry-of-another-patient": (Reason.TRC_OF_ANOTHER_PATIENT, 2),
    "set-of-another-patient": (Reason.TRC_OF_ANOTHER_PATIENT, 2),
    "format-of-summary": (Refusal.SUBMISSION_KIND_UNKNOWN, 1),
    # A discard may come under the class of a dispensation: some programs send it so.
    "class-of-discard": (None, 0),
}
STATUS = {
    0: ResponseStatus.SUCCESS,
    1: ResponseStatus.PARTIAL_SUCCESS,
    2: ResponseStatus.FAILURE,
}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[FuzzedDoor]:
    opened = FuzzedDoor(tmp_path)
    known = (PRESCRIPTION, OTHER_PRESCRIPTION)
    register = NotingRegister(tmp_path / "register.sqlite", known)
    opened.serve_by(replace(opened.country.services, dispensations=register))
    yield opened
    opened.close()


def packed(door: FuzzedDoor, sent: Submission) -> HttpPayload:
    body, attachments = write_submission(sent, RandomIds())
    return write_request(
        body,
        action=Transaction.ITI_41.request_action,
        message_id=uuid.uuid4().urn,
        to="https://ncp.example/",
        assertions=door.country.assertions(EVA),
        attachments=attachments,
    )


def two_dispensations() -> Submission:
    second = document("2.25.101", prescription=OTHER_PRESCRIPTION)
    return submission(document("2.25.100"), second)


def sent(door: FuzzedDoor, *documents: SubmittedDocument, set_id="2.25.9") -> Received:
    payload = packed(door, submission(*documents, set_id=set_id))
    return door.send(Transaction.ITI_41, payload)


def hostile(payload: HttpPayload, change: Change) -> HttpPayload:
    start, end = span(payload.body)
    root = etree.fromstring(payload.body[start:end])
    change(root)
    envelope = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    body = payload.body[:start] + envelope + payload.body[end:]
    return HttpPayload(payload.content_type, body)


def told(received: Received) -> tuple[ResponseStatus, list[str]]:
    answer = read_submission_response(read_response(received.payload).body)
    return answer.status, [each.code for each in answer.errors]


def test_the_good_submission_is_taken(door):
    received = door.send(Transaction.ITI_41, packed(door, two_dispensations()))
    assert told(received) == (ResponseStatus.SUCCESS, [])


@pytest.mark.parametrize("attack", CHANGES)
def test_an_attack_on_a_submission(door, attack: str):
    condition, wrong = ANSWERS[attack]
    payload = hostile(packed(door, two_dispensations()), CHANGES[attack])
    if attack == "class-of-discard":
        # There has to be something to discard.
        sent(door, document("2.25.100"))
    received = door.send(Transaction.ITI_41, payload)
    record = door.country.records()[-1]
    assert record.condition == (condition and condition.value), record.sentence
    assert record.sentence or condition is None
    expected = condition and answer_for(condition, Transaction.ITI_41)
    if expected and expected.is_fault:
        with pytest.raises(PeerRefused) as fault:
            read_response(received.payload)
        assert fault.value.codes[0] == expected.fault
        return
    status, codes = told(received)
    assert status is STATUS[wrong]
    assert set(codes) == ({expected.code} if expected else set())


def test_every_attack_on_the_metadata_has_its_answer():
    assert set(ANSWERS) == set(CHANGES)


def test_a_unique_id_that_comes_again_with_other_bytes_is_refused(door):
    assert told(sent(door, document()))[0] is ResponseStatus.SUCCESS
    other = dispensation_cda().replace(b"da-DK", b"sv-SE")
    received = sent(door, document(content=other), set_id="2.25.10")
    assert told(received)[0] is ResponseStatus.FAILURE
    assert door.country.conditions()[-1] == Refusal.SUBMISSION_CHANGED


def test_the_very_same_document_again_is_answered_again(door):
    for set_id in ("2.25.9", "2.25.10"):
        received = sent(door, document(), set_id=set_id)
        assert told(received) == (ResponseStatus.SUCCESS, [])


@pytest.mark.parametrize(
    ("content", "condition"),
    [
        (dispensation_cda(patient=LUC), Refusal.SUBMISSION_OF_ANOTHER_PATIENT),
        (dispensation_cda("2.25.999"), INVALID),
        (b"<ClinicalDocument/>", INVALID),
        (b"%PDF-1.7", INVALID),
    ],
    ids=["another patient", "another id", "another document", "no document"],
)
def test_a_document_that_is_not_what_its_entry_says_is_refused(
    door, content, condition
):
    received = sent(door, document(content=content))
    assert told(received)[0] is ResponseStatus.FAILURE
    assert door.country.conditions()[-1] == condition


def test_a_prescription_is_not_dispensed_twice_under_another_id(door):
    assert told(sent(door, document("2.25.100")))[0] is ResponseStatus.SUCCESS
    received = sent(door, document("2.25.200"), set_id="2.25.10")
    assert told(received)[0] is ResponseStatus.FAILURE
    assert door.country.conditions()[-1] == Refusal.PRESCRIPTION_DISPENSED

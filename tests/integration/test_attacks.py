"""Every attack goes through the real door, and gets its exact answer."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator

import pytest

from conformance.attacks import (
    Attack,
    Message,
    Stage,
    Transaction,
    attacks,
)
from ncp.answers import Condition, Place, answer_for
from ncp.ihe import codes
from ncp.ihe.codes import ResponseStatus
from ncp.ihe.iti39_xca_retrieve import DocumentRequest
from ncp.web.handshake import HandshakeFailure
from tests.capabilities import is_acceptance
from tests.integration.attack_answers import (
    ANSWERS,
    Gone,
    Http,
    Served,
    answer_to,
    families_of,
)
from tests.integration.attacker import Attacker, Bait, Received
from tests.integration.memory import Memory, eventually
from trust.decision import Reason
from trust.identifiers import PatientId

pytestmark = pytest.mark.xdist_group("two-countries")

# What may never stand in the answer to an attack: of the patient asked for, and of the
# other one.
PERSONAL = (b"ClinicalDocument", b"Bergmann", b"Lopes", b"1957-03-04")
IHE = {each: codes.Transaction(each.value) for each in Transaction}


def cases() -> Iterator[object]:
    """Return each attack with the transactions it is sent in."""
    for attack in attacks().values():
        for transaction in dict.fromkeys(chosen(attack)):
            yield pytest.param(attack, transaction, id=f"{attack.id}-{transaction}")


def chosen(attack: Attack) -> tuple[Transaction, ...]:
    """Choose where one transaction says as much as all.

    Before a message is read nobody knows its transaction, and an assertion is heard
    alike in all of them: acceptance sends these in every one all the same.
    """
    if attack.stage is Stage.CONNECTION:
        return attack.on[:1]
    if attack.stage is Stage.BYTES:
        return (attack.on[0], attack.on[-1])
    if is_acceptance() or attack.stage is Stage.ENVELOPE or len(attack.on) < 2:
        return attack.on
    turn = zlib.crc32(attack.id.encode()) % (len(attack.on) - 1)
    return (attack.on[0], attack.on[1 + turn])


@pytest.fixture(scope="module")
def offered(envoy, agreeing) -> DocumentRequest:
    [request] = envoy.documents_of(agreeing)
    return request


class Field:
    """Where the attacks take place: who attacks, and what is on record since."""

    def __init__(
        self,
        attacker: Attacker,
        memory: Memory,
        patients: tuple[PatientId, PatientId],
        offered: DocumentRequest,
    ) -> None:
        self._attacker = attacker
        self._patients = patients
        self._offered = offered
        self.memory = memory
        self._message = self._event = 0
        self.catch_up()

    def good(self, transaction: Transaction) -> Message:
        return self._attacker.good_message(transaction, *self._patients, self._offered)

    def send(self, message: Message) -> Received:
        return self._attacker.send(message)

    def dispense_anew(self) -> None:
        self._attacker.dispense_anew()

    def catch_up(self):
        """Return what was recorded since the last time."""
        messages = self.memory.messages_after(self._message)
        events = self.memory.trail_after(self._event)
        self._message = messages[-1].sequence if messages else self._message
        self._event = events[-1].sequence if events else self._event
        return [each.record for each in messages], events


@pytest.fixture(scope="module")
def field(attacker, memory, agreeing, another, offered) -> Field:
    return Field(attacker, memory, (agreeing, another), offered)


@pytest.mark.parametrize("transaction", Transaction)
def test_the_good_message_is_served(field, transaction):
    field.catch_up()
    check_served(field, field.send(field.good(transaction)), transaction)


@pytest.mark.spec("fact sheet 02 7.2")
@pytest.mark.parametrize(("attack", "transaction"), list(cases()))
def test_an_attack(field: Field, bait: Bait, attack: Attack, transaction: Transaction):
    hostile = attack.mutate(field.good(transaction))
    if hostile.earlier is not None:
        check_served(field, field.send(hostile.earlier), transaction)
    field.catch_up()
    received = field.send(hostile)
    expected = answer_to(attack.id, transaction)
    if attack.is_refused:
        assert not any(word in received.payload.body for word in PERSONAL)
    assert received.more == b""
    match expected:
        case Served():
            check_served(field, received, transaction)
        case Http():
            check_turned_away(field, received, expected)
        case Gone():
            assert received == Received()
            assert field.catch_up() == ([], [])
        case HandshakeFailure():
            check_handshake(field, received, expected)
        case _:
            check_refused(field, received, expected, transaction)
    if attack.id == "class-of-discard":
        field.dispense_anew()
    assert not bait.was_taken()


def check_served(field: Field, received: Received, transaction: Transaction) -> None:
    reply = received.reply(None)
    assert received.status == 200, reply.text
    match transaction:
        case Transaction.ITI_55:
            assert len(reply.matches()) == 1
        case Transaction.ITI_38:
            # The patient summary in its coded form, and set as PDF/A.
            assert len(reply.entries()) == 2
        case Transaction.ITI_39:
            assert len(reply.documents()) == 1
        case Transaction.ITI_41:
            assert reply.error_codes() == []
    [record], events = field.catch_up()
    assert (record.outcome, record.condition) == ("answered", None)
    # A document that leaves is pivoted, which is an event of its own.
    assert [each.event for each in events].count(transaction.value) == 1
    assert all(event.outcome == 0 for event in events)


def check_refused(
    field: Field, received: Received, condition: Condition, transaction: Transaction
) -> None:
    """Prove the answer of the table, the recorded reason, and that it was audited."""
    [record], recorded = field.catch_up()
    # An unknown seal has the directory asked, which is an event of its own.
    events = [each for each in recorded if each.side is not None]
    # Of two documents, the one that was in order may have been taken.
    is_partial = ResponseStatus.PARTIAL_SUCCESS.encode() in received.payload.body
    word = "answered-in-part" if is_partial else "refused"
    assert (record.outcome, record.condition) == (word, condition.value), (
        record.sentence
    )
    assert record.sentence
    if record.transaction is not None:
        assert record.transaction == IHE[transaction]
    reply = received.reply(None)
    expected = answer_for(condition, record.transaction)
    if expected.place in {Place.FAULT, Place.HTTP}:
        assert received.status == expected.http_status
        assert expected.fault in reply.fault_codes()
        assert reply.fault_codes()[1:] == (
            (expected.code.rpartition("}")[2],) if expected.code else ()
        )
    else:
        assert received.status == 200
        codes = reply.error_codes()
        # Of a submission each document is refused, or that one alone.
        assert len(codes) == 1 or transaction is Transaction.ITI_41
        assert set(codes) == {expected.code}
    assert all(event.outcome != 0 for event in events)
    if isinstance(condition, Reason):
        assert events, "what could be read is audited, believed or not"


def check_turned_away(field: Field, received: Received, expected: Http) -> None:
    assert received.status == expected.status
    assert received.payload.content_type.startswith("text/plain")
    assert len(received.payload.body) < 200
    assert field.catch_up() == ([], [])


def check_handshake(
    field: Field, received: Received, expected: HandshakeFailure
) -> None:
    assert received.status is None
    assert received.payload.body == b""
    [alert] = eventually(lambda: field.catch_up()[1])
    assert base64.b64encode(expected.sentence.encode()) in alert.dicom


@pytest.mark.spec("US-CERT VU#475445")
@pytest.mark.parametrize("name", ["comment-in-name-id", "comment-in-attribute"])
def test_a_name_with_a_comment_in_it_is_read_whole(field, name):
    field.catch_up()
    field.send(attacks()[name].mutate(field.good(Transaction.ITI_55)))
    _, [event] = field.catch_up()
    assert b"medico-4711" in event.dicom
    assert "Dr Inês Figueira".encode() in event.dicom


def test_every_attack_has_its_answer():
    assert set(ANSWERS) == set(attacks())
    for attack in attacks().values():
        for transaction in attack.on:
            expected = answer_to(attack.id, transaction)
            assert attack.family in families_of(expected), attack.id

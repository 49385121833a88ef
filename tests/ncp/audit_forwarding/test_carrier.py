from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ncp.audit import to_dicom
from ncp.audit.forms import AuditForm
from ncp.audit_forwarding import Line, Origin, Repository, RepositoryCarrier
from ncp.demo.pki import KeyFiles
from ncp.peers.tls_context import client_context
from ncp.settings.key_pairs import load_seal
from ncp.settings.trust_model import KeyPairSettings, SealKeySettings
from ncp.store.outbox import Letter, NotDelivered
from ncp.store.records import AuditTrailEntry
from tests.ncp.audit import samples
from tests.ncp.audit_forwarding.receiver import Manners, Receiver
from trust.smp.signature import SIGNATURE, verify_document
from trust.xml import SOAP_LIMITS, parse_xml

RECORDED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
LARGE = samples.exchange(request_header=b"<h>" + b"x" * 64_000 + b"</h>")


class Trail:
    """Recorded events by id."""

    def __init__(self, *events, without=()) -> None:
        self._events = {
            f"event-{number}": AuditTrailEntry(
                number, f"event-{number}", "x", RECORDED, RECORDED, "e", "A", 0, None,
                to_dicom(event),
            )
            for number, event in enumerate(events, 1)
            if number not in without
        }  # fmt: skip

    def audit_event(self, event_id):
        return self._events.get(event_id)


def pair(files: KeyFiles, kind=KeyPairSettings):
    return kind(certificate=files.certificate, key=files.key)


@pytest.fixture
def seal(luxembourg):
    return load_seal(pair(luxembourg.seal, SealKeySettings))


@pytest.fixture
def repository(luxembourg, seal):
    return Repository(
        line=Line("localhost", 0, timeout_s=5),
        form=AuditForm.DICOM,
        origin=Origin("ncp.example.lu", "lu-ncpeh"),
        seal=lambda: seal,
        context=lambda: client_context(
            pair(luxembourg.tls_client), luxembourg.authority.read_text()
        ),
    )


def at(repository, port, **changes):
    line = replace(repository.line, port=port)
    return replace(repository, line=replace(line, **changes))


def letters(*numbers):
    return [Letter(f"event-{number}", "audit", b"") for number in numbers]


def body(message: bytes) -> bytes:
    return message.split(b"\xef\xbb\xbf", 1)[1]


@pytest.mark.spec("IHE ITI TF-2 3.20.4.1")
def test_events_arrive_whole_and_in_order(luxembourg, repository):
    trail = Trail(samples.exchange(), LARGE, samples.START)
    with Receiver(luxembourg) as receiver:
        carrier = RepositoryCarrier(trail, at(repository, receiver.port))
        assert carrier.carry(letters(1, 2, 3)) == 3
    found = [parse_xml(body(each), SOAP_LIMITS) for each in receiver.messages]
    types = [each.find(".//EventTypeCode").get("csd-code") for each in found]
    assert types == ["ITI-39", "ITI-39", "110120"]
    assert len(receiver.messages[1]) > 64_000


@pytest.mark.spec("EHNCP-1793 audit messages are signed")
def test_a_signed_event_names_who_sealed_it_and_is_the_record(
    luxembourg, repository, seal
):
    with Receiver(luxembourg) as receiver:
        carrier = RepositoryCarrier(
            Trail(samples.exchange()), at(repository, receiver.port)
        )
        carrier.carry(letters(1))
    root = parse_xml(body(receiver.messages[0]), SOAP_LIMITS)
    (signature,) = root.iter(SIGNATURE)
    assert root[-1] is signature
    shown = verify_document(signature, lambda _der: seal.certificate)
    assert shown == seal.certificate
    root.remove(signature)
    recorded = parse_xml(to_dicom(samples.exchange()), SOAP_LIMITS)
    assert [(e.tag, e.attrib, e.text) for e in root.iter()] == [
        (e.tag, e.attrib, e.text) for e in recorded.iter()
    ]


def test_an_unsigned_event_is_the_record_byte_for_byte(luxembourg, repository):
    with Receiver(luxembourg) as receiver:
        unsigned = replace(at(repository, receiver.port), seal=None)
        RepositoryCarrier(Trail(samples.exchange()), unsigned).carry(letters(1))
    assert body(receiver.messages[0]) == to_dicom(samples.exchange())


def test_what_is_sent_again_is_the_same_message(luxembourg, repository):
    with Receiver(luxembourg) as receiver:
        carrier = RepositoryCarrier(
            Trail(samples.exchange()), at(repository, receiver.port)
        )
        carrier.carry(letters(1))
        carrier.carry(letters(1))
    assert receiver.messages[0] == receiver.messages[1]


@pytest.mark.spec("RFC 5425 4.4")
@pytest.mark.parametrize(
    ("manner", "sentence"),
    [
        ("dies", "connection to the repository failed"),
        ("rude", "connection to the repository failed"),
    ],
)
def test_without_a_farewell_nothing_is_proven(luxembourg, repository, manner, sentence):
    manners = Manners([manner], dies_after=10_000)
    trail = Trail(LARGE, samples.exchange())
    with Receiver(luxembourg, manners) as receiver:
        carrier = RepositoryCarrier(trail, at(repository, receiver.port))
        with pytest.raises(NotDelivered, match=sentence) as told:
            carrier.carry(letters(1, 2))
        assert (told.value.proven, told.value.is_final) == (0, False)
        assert carrier.carry(letters(1, 2)) == 2


def test_where_silence_is_the_proof_a_line_that_ends_is_none(luxembourg, repository):
    manners = Manners(["dies", "silent"])
    with Receiver(luxembourg, manners) as receiver:
        silent = at(repository, receiver.port, silence_s=0.3)
        carrier = RepositoryCarrier(Trail(samples.exchange()), silent)
        with pytest.raises(NotDelivered):
            carrier.carry(letters(1))
        assert carrier.carry(letters(1)) == 1


def test_a_repository_that_nobody_vouches_for_is_told_nothing(
    luxembourg, repository, tmp_path
):
    stranger = replace(luxembourg, tls_server=luxembourg.stranger)
    with Receiver(stranger) as receiver:
        carrier = RepositoryCarrier(
            Trail(samples.exchange()), at(repository, receiver.port)
        )
        with pytest.raises(NotDelivered, match="certificate is not believed"):
            carrier.carry(letters(1))
    assert receiver.messages == []


def test_a_repository_that_is_down_is_said_to_be(repository):
    carrier = RepositoryCarrier(Trail(samples.exchange()), at(repository, 1))
    with pytest.raises(NotDelivered, match="Connection refused"):
        carrier.carry(letters(1))


def test_an_event_whose_record_is_gone_is_dead_and_those_before_it_arrive(
    luxembourg, repository
):
    trail = Trail(samples.START, samples.STOP, samples.START, without=(2,))
    with Receiver(luxembourg) as receiver:
        carrier = RepositoryCarrier(trail, at(repository, receiver.port))
        with pytest.raises(NotDelivered, match="its record is gone") as told:
            carrier.carry(letters(1, 2, 3))
    assert (told.value.proven, told.value.is_final) == (1, True)
    assert len(receiver.messages) == 1

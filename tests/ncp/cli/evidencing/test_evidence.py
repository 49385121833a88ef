"""``ncp evidence``, as an operator uses it and as those check it whom it is shown."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
)
from lxml import etree
from signxml import XMLVerifier

from ncp.errors import ConfigurationError, PeerRefused, PeerUnavailable, Refusal
from ncp.exchange import InboundHttp, PeerIdentity
from ncp.ihe.soap import read_request, read_response
from tests.ncp.cli.evidencing.scene import (
    DS,
    EXAMPLE,
    REM,
    SEAL,
    exported,
    logged,
    run,
    verified,
)
from tests.ncp.country_a.scene import EVA, CountryA
from tests.ncp.country_b.scene import CountryB
from tests.trust import pki


@pytest.mark.spec("ETSI TS 102 640-2")
def test_both_sides_have_evidence_of_both_messages(
    country_b: CountryB, country_a: CountryA, settings, tmp_path, seal_file
) -> None:
    received: list[bytes] = []

    def heard(payload):
        received.append(payload.body)
        return payload

    country_b.line.bend = heard
    country_b.handle_of(EVA)
    logged(country_a.store)
    logged(country_b.store)
    [sent] = country_b.line.sent
    request_id = read_request(sent, None).addressing.message_id
    response = next(country_b.store.messages()).record.evidence.response
    [answered] = received
    (tmp_path / "request.bin").write_bytes(sent.body)
    (tmp_path / "response.bin").write_bytes(answered)
    for database, side, ways in (
        ("store.db", "NCPA", ("RECEIVED", "SENT")),
        ("b.db", "NCPB", ("SENT", "RECEIVED")),
    ):
        settings(database)
        for part, way, name, message_id in (
            ("REQ", ways[0], "request.bin", request_id),
            ("RES", ways[1], "response.bin", response.message_id),
        ):
            path = exported(message_id, tmp_path / f"{side}-{part}")
            assert path.stem.endswith(f"{side}_ITI-55_{part}_{way}")
            root = etree.parse(path).getroot()
            kind = (
                "SubmissionAcceptanceRejection"
                if way == "SENT"
                else "AcceptanceRejectionByRecipient"
            )
            assert root.tag == f"{REM}{kind}"
            assert root.findtext(f"{REM}EventCode") == "Acceptance"
            told = verified(path, seal_file, "--message", tmp_path / name)
            assert told.exit_code == 0, told.output
            assert "that message, to the byte" in told.output


def test_others_verify_the_seal_by_their_own_means(evidence: Path) -> None:
    data = evidence.read_bytes()
    pem = SEAL.certificate.public_bytes(Encoding.PEM).decode()
    XMLVerifier().verify(data, x509_cert=pem)
    with pytest.raises(Exception, match=r"[Dd]igest"):
        XMLVerifier().verify(
            data.replace(b">Acceptance<", b">Rejection<"), x509_cert=pem
        )


def test_others_verify_the_place_in_the_log_by_their_own_means(evidence: Path) -> None:
    proof = json.loads(evidence.with_name(f"{evidence.stem}.proof.json").read_text())
    record = base64.b64decode(proof["record"])
    entry = proof["entry"]
    assert hashlib.sha256(record).hexdigest() == entry["content_hash"]
    said = json.JSONDecoder().raw_decode(record.decode("latin-1"))[0]
    digest = etree.parse(evidence).getroot().findtext(f".//{DS}DigestValue")
    request = json.loads(said["evidence"])["request"]
    assert base64.b64decode(digest).hex() == request["sha256"]
    names = ("source", "sequence", "delete_after", "content_hash")
    leaf = "\x1f".join(str(entry[name]) for name in names).encode()
    root = hashlib.sha256(b"\x00" + leaf).digest()
    # Two entries: the message is the first, its audit event the second.
    [sibling] = map(bytes.fromhex, proof["path"])
    root = hashlib.sha256(b"\x01" + root + sibling).hexdigest()
    assert root == proof["signed_head"]["head"]["root"]


def test_the_elements_stand_in_the_order_of_the_schema(evidence: Path) -> None:
    root = etree.parse(evidence).getroot()
    assert [etree.QName(each).localname for each in root] == [
        "EventCode",
        "EvidenceIdentifier",
        "EvidenceIssuerDetails",
        "SenderAuthenticationDetails",
        "EventTime",
        "SubmissionTime",
        "SenderDetails",
        "RecipientsDetails",
        "SenderMessageDetails",
        "Signature",
    ]


def test_who_asked_is_named_by_the_certificate_it_showed(
    evidence: Path, country_a: CountryA
) -> None:
    root = etree.parse(evidence).getroot()
    sender = root.find(f"{REM}SenderDetails")
    assert sender.findtext(f".//{REM}Name") == "DK"
    shown = base64.b64decode(sender.findtext(f".//{REM}X509Certificate"))
    assert shown == pki.der(country_a.client)
    recipient = root.find(f"{REM}RecipientsDetails")
    assert recipient.findtext(f".//{REM}Name") == "LU"


def test_evidence_of_a_refusal_says_why(country_a, tmp_path, seal_file) -> None:
    country_a.nation.error = RuntimeError("planted")
    country_a.identify(EVA, "urn:uuid:refused")
    logged(country_a.store)
    path = exported("urn:uuid:refused", tmp_path / "out")
    root = etree.parse(path).getroot()
    assert root.findtext(f"{REM}EventCode") == "Rejection"
    assert root.findtext(f".//{REM}Code") == Refusal.INTERNAL.value
    assert verified(path, seal_file).exit_code == 0


def test_what_never_arrived_is_no_accepted_submission(
    country_b: CountryB, settings, tmp_path
) -> None:
    fault = PeerUnavailable(Refusal.PEER_UNREACHABLE, "nobody listens")
    country_b.line.faults = [fault, fault]
    with pytest.raises(PeerUnavailable):
        country_b.handle_of(EVA)
    logged(country_b.store)
    settings("b.db")
    sent = country_b.line.sent[-1]
    message_id = read_request(sent, None).addressing.message_id
    root = etree.parse(exported(message_id, tmp_path / "out")).getroot()
    assert root.findtext(f"{REM}EventCode") == "Rejection"


def test_a_refusal_of_the_other_country_is_evidence_too(
    country_b: CountryB, country_a: CountryA, settings, tmp_path, seal_file
) -> None:
    country_a.nation.error = RuntimeError("planted")
    with pytest.raises(PeerRefused):
        country_b.handle_of(EVA)
    logged(country_b.store)
    settings("b.db")
    [record] = [each.record for each in country_b.store.messages()]
    path = exported(record.evidence.response.message_id, tmp_path / "out")
    assert path.stem.endswith("NCPB_ITI-55_RES_RECEIVED")
    assert verified(path, seal_file).exit_code == 0


def test_what_cannot_be_read_leaves_evidence_all_the_same(country_a) -> None:
    reply = country_a.gateway.answer(
        InboundHttp(
            "/services/XCPD_Service",
            "application/soap+xml",
            None,
            b"<broken",
            PeerIdentity(pki.der(country_a.client), "192.0.2.7"),
            country_a.clock.now(),
        )
    )
    [record] = country_a.records()
    assert record.evidence.request.sha256 == hashlib.sha256(b"<broken").hexdigest()
    digest = hashlib.sha256(reply.payload.body).hexdigest()
    assert record.evidence.response.sha256 == digest


def test_what_is_recorded_names_assertions_and_no_patient(country_a) -> None:
    answer = country_a.list_documents(EVA)
    [record] = country_a.records()
    signer = hashlib.sha256(pki.der(country_a.seal.certificate)).hexdigest()
    assert [each.signer_sha256 for each in record.evidence.assertions] == [signer] * 2
    assert all(each.identifier for each in record.evidence.assertions)
    text = record.evidence.to_text()
    assert EVA.extension not in text
    response = read_response(answer.payload)
    assert record.evidence.response.message_id == response.addressing.message_id


def test_it_is_shown_by_the_id_of_either_message(country_a) -> None:
    country_a.identify(EVA, "urn:uuid:asked-once")
    [record] = country_a.records()
    shown = run("show", "urn:uuid:asked-once", "--settings", EXAMPLE)
    assert "NCPA_ITI-55_REQ_RECEIVED  Acceptance  record 1" in shown.output
    assert record.evidence.request.sha256 in shown.output
    assert EVA.extension not in shown.output
    other = record.evidence.response.message_id
    shown = run("show", other, "--settings", EXAMPLE)
    assert "NCPA_ITI-55_RES_SENT" in shown.output


def test_a_request_that_was_answered_in_part_was_accepted(country_a) -> None:
    [entry] = country_a.entries(EVA)
    country_a.retrieve(EVA, entry.unique_id, "2.25.1")
    asked = country_a.records()[-1].message_id
    shown = run("show", asked, "--settings", EXAMPLE)
    assert "NCPA_ITI-39_REQ_RECEIVED  Acceptance" in shown.output
    country_a.retrieve(EVA, "2.25.1")
    refused = run("show", country_a.records()[-1].message_id, "--settings", EXAMPLE)
    assert "NCPA_ITI-39_REQ_RECEIVED  Rejection" in refused.output


def test_what_is_not_known_is_said_to_be_so(country_a) -> None:
    told = run("show", "urn:uuid:never", "--settings", EXAMPLE)
    assert isinstance(told.exception, ConfigurationError)
    assert "no evidence" in str(told.exception)


def test_before_a_head_is_signed_nothing_is_exported(country_a, tmp_path) -> None:
    country_a.identify(EVA, "urn:uuid:asked-once")
    told = run(
        "export",
        "urn:uuid:asked-once",
        "--settings",
        EXAMPLE,
        "--output",
        tmp_path / "out",
    )
    assert "No signed head covers" in str(told.exception)
    assert not (tmp_path / "out").exists()

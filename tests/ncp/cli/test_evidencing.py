"""``ncp evidence``, as an operator uses it and as those check it whom it is shown."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from lxml import etree
from signxml import XMLVerifier
from typer.testing import CliRunner

from ncp.cli.main import app
from ncp.errors import ConfigurationError, PeerRefused, PeerUnavailable, Refusal
from ncp.evidence.national_hops import NationalHop, national_hops, note_hop
from ncp.exchange import InboundHttp, PeerIdentity
from ncp.ihe.soap import read_request, read_response
from ncp.store import StoreUnavailable
from tests.ncp.country_a.scene import EVA, CountryA
from tests.ncp.country_b.scene import CountryB
from tests.trust import pki
from trust.certificates import subject_name

EXAMPLE = Path(__file__).parents[3] / "docs" / "reference" / "luxembourg.toml"
REM = "{http://uri.etsi.org/02640/v1#}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
SEAL = pki.seal("evidence-seal")


@pytest.fixture
def seal_file(tmp_path) -> Path:
    path = tmp_path / "seal.pem"
    path.write_bytes(SEAL.certificate.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def settings(tmp_path, monkeypatch, seal_file) -> Callable[[str], None]:
    """Names the keys to the settings, and the store of one side."""
    key, data_key = tmp_path / "seal.key", tmp_path / "data.key"
    key.write_bytes(
        SEAL.private_key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    data_key.write_text(base64.b64encode(bytes(32)).decode())
    for path in (key, data_key):
        path.chmod(0o600)
    monkeypatch.setenv("NCP_KEYS__SEAL__CERTIFICATE", str(seal_file))
    monkeypatch.setenv("NCP_KEYS__SEAL__KEY", str(key))
    monkeypatch.setenv("NCP_KEYS__DATA_KEY_FILE", str(data_key))

    def of(database: str) -> None:
        monkeypatch.setenv("NCP_STORE__URL", f"sqlite:///{tmp_path}/{database}")

    of("store.db")
    return of


@pytest.fixture
def country_a(tmp_path, settings) -> Iterator[CountryA]:
    country = CountryA(tmp_path)
    yield country
    country.store.close()


@pytest.fixture
def country_b(tmp_path, country_a) -> Iterator[CountryB]:
    country = CountryB(tmp_path, country_a)
    yield country
    country.store.close()


def run(*arguments: object):
    return CliRunner().invoke(app, ["evidence", *map(str, arguments)])


def logged(store) -> None:
    store.log.sequence()
    store.log.sign(SEAL)


def exported(message_id: str, folder: Path) -> Path:
    told = run("export", message_id, "--settings", EXAMPLE, "--output", folder)
    assert told.exit_code == 0, told.output + str(told.exception)
    [path] = told.output.split()
    return Path(path)


def verified(path: Path, seal_file: Path, *more: object):
    return run("verify", path, "--seal", seal_file, *more)


@pytest.fixture
def evidence(country_a, tmp_path) -> Path:
    """Evidence that country A received a request."""
    country_a.identify(EVA, "urn:uuid:asked-once")
    logged(country_a.store)
    return exported("urn:uuid:asked-once", tmp_path / "out")


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


def test_altered_evidence_is_found(evidence: Path, seal_file) -> None:
    data = evidence.read_bytes()
    evidence.write_bytes(data.replace(b">Acceptance<", b">Rejection<"))
    told = verified(evidence, seal_file)
    assert told.exit_code == 1
    assert "NOT PROVEN: " in told.output
    assert "altered" in told.output


def test_evidence_under_another_seal_is_refused(evidence: Path, tmp_path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(pki.seal("another").certificate.public_bytes(Encoding.PEM))
    told = verified(evidence, other)
    assert told.exit_code == 1
    assert "another certificate" in told.output


def test_another_message_is_not_that_message(evidence: Path, seal_file, tmp_path):
    other = tmp_path / "other.bin"
    other.write_bytes(b"<Envelope/>")
    told = verified(evidence, seal_file, "--message", other)
    assert told.exit_code == 1
    assert "another one" in told.output


def change_record(proof) -> None:
    record = base64.b64decode(proof["record"]).replace(b'"answered"', b'"refused!"')
    proof["record"] = base64.b64encode(record).decode()


def change_record_and_entry(proof) -> None:
    change_record(proof)
    record = base64.b64decode(proof["record"])
    proof["entry"]["content_hash"] = hashlib.sha256(record).hexdigest()


def change_head(proof) -> None:
    proof["signed_head"]["head"]["size"] += 1


def leave_out_the_path(proof) -> None:
    proof["path"] = []


@pytest.mark.parametrize(
    ("bend", "sentence"),
    [
        (change_record, "not the one that was logged"),
        (change_record_and_entry, "not in the log"),
        (change_head, "altered after it was signed"),
        (leave_out_the_path, "not in the log"),
        (dict.clear, "no proof"),
    ],
)
def test_a_proof_that_was_bent_is_found(evidence: Path, seal_file, bend, sentence):
    path = evidence.with_name(f"{evidence.stem}.proof.json")
    proof = json.loads(path.read_text())
    bend(proof)
    path.write_text(json.dumps(proof))
    told = verified(evidence, seal_file)
    assert told.exit_code == 1
    assert sentence in told.output


def test_the_proof_of_another_message_is_refused(
    evidence: Path, country_a, seal_file, tmp_path
) -> None:
    country_a.identify(EVA, "urn:uuid:asked-again")
    logged(country_a.store)
    other = exported("urn:uuid:asked-again", tmp_path / "out2")
    proof = other.with_name(f"{other.stem}.proof.json")
    told = verified(evidence, seal_file, "--proof", proof)
    assert told.exit_code == 1
    assert "says otherwise" in told.output


def test_evidence_that_was_changed_in_the_store_is_found(country_a, tmp_path) -> None:
    country_a.identify(EVA, "urn:uuid:asked-once")
    logged(country_a.store)
    connection = sqlite3.connect(tmp_path / "store.db")
    connection.execute("UPDATE messages SET evidence = replace(evidence, '1', '2')")
    connection.commit()
    connection.close()
    report = country_a.store.verify([SEAL.certificate])
    assert not report.is_intact
    assert [each.place for each in report.faults] == ["messages 1"]


def test_who_looks_at_evidence_is_on_record_before_it_is_shown(country_a) -> None:
    country_a.identify(EVA, "urn:uuid:asked-once")
    for what in ("show", "show"):
        run(what, "urn:uuid:asked-once", "--settings", EXAMPLE)
    looks = [e for e in country_a.store.audit_trail() if e.event == "audit-log-used"]
    assert len(looks) == 2
    assert b'UserID="ncp evidence"' in looks[0].dicom
    question = base64.b64encode(b"show urn:uuid:asked-once")
    assert question in looks[0].dicom


def test_what_cannot_be_recorded_is_not_shown(country_a, monkeypatch) -> None:
    country_a.identify(EVA, "urn:uuid:asked-once")

    def fail(_self: object) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr("ncp.store.unit_of_work.StoreUnitOfWork.commit", fail)
    told = run("show", "urn:uuid:asked-once", "--settings", EXAMPLE)
    assert isinstance(told.exception, StoreUnavailable)
    assert "NCPA" not in told.output


def test_country_b_keeps_the_certificate_that_country_a_showed(
    country_b: CountryB, settings, tmp_path
) -> None:
    country_b.handle_of(EVA)
    logged(country_b.store)
    settings("b.db")
    sent = read_request(country_b.line.sent[-1], None).addressing.message_id
    root = etree.parse(exported(sent, tmp_path / "out")).getroot()
    recipient = root.find(f"{REM}RecipientsDetails")
    shown = base64.b64decode(recipient.findtext(f".//{REM}X509Certificate"))
    assert shown == country_b.line.shown
    [asked] = [e for e in country_b.store.audit_trail() if e.event == "ITI-55"]
    provider = etree.fromstring(asked.dicom).findall("ActiveParticipant")[-1]
    named = x509.load_der_x509_certificate(shown)
    assert provider.get("UserID") == subject_name(named)


@pytest.mark.spec("ISO/IEC 13888-1 8")
def test_what_goes_to_the_national_infrastructure_is_evident_too(
    country_a: CountryA, tmp_path, seal_file
) -> None:
    asked, answered = b"identifier=CANARY", b'{"resourceType":"Bundle"}'
    find = country_a.nation.find

    def found(ids, **more):
        target = "/fhir/Patient/_search"
        note_hop(NationalHop.of("fhir.lu", "POST", target, asked, answered))
        note_hop(NationalHop.of("fhir.lu", "GET", "/fhir/Patient/1", b"", None))
        return find(ids, **more)

    country_a.nation.find = found
    country_a.identify(EVA, "urn:uuid:asked-once")
    logged(country_a.store)
    folder = tmp_path / "out"
    arguments = ("--settings", EXAMPLE, "--output", folder)
    told = run("export", "urn:uuid:asked-once", *arguments)
    names = [Path(each).stem.split("-", 1)[1] for each in told.output.split()]
    assert names == [
        "NCPA_ITI-55_REQ_RECEIVED",
        "NCPA_NI_ITI-55_REQ_SENT_1",
        "NCPA_NI_ITI-55_RES_RECEIVED_1",
        "NCPA_NI_ITI-55_REQ_SENT_2",
    ]
    paths = list(map(Path, told.output.split()))
    message = tmp_path / "message"
    message.write_bytes(b"POST /fhir/Patient/_search\n" + asked)
    assert verified(paths[1], seal_file, "--message", message).exit_code == 0
    message.write_bytes(answered)
    assert verified(paths[2], seal_file, "--message", message).exit_code == 0
    assert verified(paths[1], seal_file, "--message", message).exit_code == 1
    assert b"CANARY" not in paths[1].read_bytes()


def test_outside_of_an_exchange_nobody_listens_for_hops() -> None:
    hop = NationalHop.of("fhir.lu", "GET", "/fhir/metadata", b"", None)
    note_hop(hop)
    with national_hops() as noted:
        note_hop(hop)
    note_hop(hop)
    assert noted == [hop]

"""Evidence that was altered, or is of something else, is found out."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
)

from tests.ncp.cli.evidencing.scene import SEAL, exported, logged, verified
from tests.ncp.country_a.scene import EVA
from tests.trust import pki


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

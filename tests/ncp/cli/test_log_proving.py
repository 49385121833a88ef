"""``ncp audit verify|head|prove``, as an operator and an auditor use them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner

from ncp.cli.main import app
from ncp.ports import SystemClock
from ncp.store import DataKey, Store
from ncp.store.time_stamps import HeadStamp
from tests.ncp.cli.store_place import EXAMPLE
from tests.ncp.evidence.stamping import ROOT, TsaLine, authority, tsa_at
from tests.ncp.store.seals import OTHER_SEAL, SEAL
from tests.ncp.store.test_record_log import record


@pytest.fixture
def seal_file(tmp_path, monkeypatch) -> Path:
    path = tmp_path / "seal.pem"
    path.write_bytes(SEAL.certificate.public_bytes(Encoding.PEM))
    monkeypatch.setenv("NCP_KEYS__SEAL__CERTIFICATE", str(path))
    return path


@pytest.fixture
def database(place, seal_file) -> Path:
    """A log of three exchanges under a head, named to the settings."""
    with place.opened(SystemClock()) as store:
        record(store, 3)
        store.log.sequence()
        store.log.sign(SEAL)
    return place.database


def run(*arguments: str):
    settings = ["--settings", str(EXAMPLE)]
    return CliRunner().invoke(app, ["audit", *arguments, *settings])


def remove_a_record(database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute("DELETE FROM audit_events WHERE sequence = 2")
    connection.commit()
    connection.close()


def test_records_that_are_intact_are_said_to_be_so(database):
    told = run("verify")
    assert told.exit_code == 0, told.output
    assert "Intact: every record is what was recorded." in told.output
    assert "6 log entries" in told.output


def test_a_record_that_is_gone_is_named_and_the_command_fails(database):
    remove_a_record(database)
    told = run("verify")
    assert told.exit_code == 1
    assert "audit_events 2: the record is gone" in told.output
    assert "NOT INTACT: 1 found" in told.output


def test_a_data_key_that_was_not_brought_along_is_named(database, place):
    wanted = DataKey.load(place.key_file).id
    place.key_file.unlink()
    DataKey.write_new(place.key_file)
    told = run("verify")
    assert told.exit_code == 1
    assert f"Records name the data key '{wanted}', which is not conf" in told.output
    assert "keys.retired_data_key_files" in told.output


def test_the_same_as_json(database):
    remove_a_record(database)
    told = run("verify", "--json")
    assert told.exit_code == 1
    value = json.loads(told.output)
    assert value["intact"] is False
    assert value["faults"][0]["fault"] == "removed"


def test_a_head_that_was_kept_tells_of_a_log_that_was_cut(database, tmp_path):
    kept = tmp_path / "head.json"
    kept.write_text(run("head").output)
    connection = sqlite3.connect(database)
    connection.executescript(
        "DELETE FROM messages; DELETE FROM audit_events; DELETE FROM tree_heads;"
        "DELETE FROM log_entries; DELETE FROM log_state;"
    )
    connection.close()
    assert run("verify").exit_code == 0
    told = run("verify", "--head", str(kept))
    assert told.exit_code == 1
    assert "shorter than a head that was signed" in told.output


def test_a_seal_that_is_no_longer_configured_vouches_for_nothing(database, seal_file):
    seal_file.write_bytes(OTHER_SEAL.certificate.public_bytes(Encoding.PEM))
    assert run("verify").exit_code == 1


def test_a_proof_can_be_handed_over(database):
    told = run("prove", "audit_events", "2")
    assert told.exit_code == 0, told.output
    proof = json.loads(told.output)
    assert proof["entry"]["sequence"] == 2
    assert proof["signed_head"]["head"]["size"] == 6
    assert b"CANARY" not in told.stdout_bytes


@pytest.mark.parametrize("text", ["", "[]", "{}", "no json"])
def test_what_is_no_head_is_refused(database, tmp_path, text):
    kept = tmp_path / "head.json"
    kept.write_text(text)
    told = run("verify", "--head", str(kept))
    assert "not a signed tree head" in str(told.exception)


@pytest.fixture
def stamped(database, tmp_path, monkeypatch) -> Path:
    """The head and the stamp on it, in files; the settings name the authority."""
    root = tmp_path / "root.pem"
    root.write_bytes(ROOT.public_bytes(Encoding.PEM))
    monkeypatch.setenv("NCP_RECORD__TIME_STAMPS__URL", "http://127.0.0.1:1/tsr")
    monkeypatch.setenv("NCP_RECORD__TIME_STAMPS__AUTHORITIES", json.dumps([str(root)]))
    key, now = DataKey.load(tmp_path / "data.key"), SystemClock().now()
    kept = tmp_path / "head.json"
    with Store.open(f"sqlite:///{database}", key, SystemClock()) as store:
        signed = store.log.newest_head()
        stamp, token = authority(TsaLine(tsa_at(now))).stamp(signed, 7, now)
        store.time_stamps.keep(HeadStamp(signed.head.size, stamp.moment, token))
    kept.write_bytes(signed.published_bytes())
    kept.with_suffix(".tst").write_bytes(token)
    return kept


def test_what_a_time_stamp_proves_is_said(stamped):
    told = run("verify")
    assert told.exit_code == 0, told.output
    assert "1 time stamps; the first 6 entries existed at 2" in told.output
    told = run("verify", "--json", "--head", str(stamped))
    assert json.loads(told.output)["stamps"]["count"] == 2
    assert json.loads(told.output)["stamps"]["newest_size"] == 6


def test_a_time_stamp_kept_beside_a_head_that_is_wrong_fails_the_command(stamped):
    beside = stamped.with_suffix(".tst")
    beside.write_bytes(beside.read_bytes()[:-1])
    told = run("verify", "--head", str(stamped))
    assert told.exit_code == 1
    assert "time stamp on size 6: the time stamp is not believed" in told.output


def test_without_an_authority_time_stamps_are_said_not_to_be_judged(
    stamped, monkeypatch
):
    monkeypatch.delenv("NCP_RECORD__TIME_STAMPS__URL")
    monkeypatch.delenv("NCP_RECORD__TIME_STAMPS__AUTHORITIES")
    told = run("verify")
    assert told.exit_code == 0
    assert "1 time stamps, not judged" in told.output


def test_the_head_that_is_printed_is_the_file_that_is_stamped(stamped):
    assert run("head").output.encode() == stamped.read_bytes()

"""What OpenSSL stamps is believed here, and what is believed here OpenSSL believes."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests.capabilities import require_program
from tests.trust.pki import ec_key
from tests.trust.timestamps.tsa import Tsa, authority_of, stamper
from trust.certificates.hanko import HankoPathValidator
from trust.timestamps import judge_time_stamp, read_response, write_query

DATA = b"what the log was"
CONFIGURATION = """
[tsa]
default_tsa = made
[made]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.3.182.2.99.1
digests = sha256
ess_cert_id_alg = {naming}
"""


def openssl(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = require_program("openssl", "OpenSSL")
    return subprocess.run(
        [program, *arguments], capture_output=True, check=False, text=True
    )


@pytest.fixture
def folder(tmp_path) -> Path:
    now = datetime.now(UTC)
    own = stamper(
        ec_key("tsa"),
        valid_from=now - timedelta(days=1),
        valid_to=now + timedelta(days=30),
    )
    (tmp_path / "signer.pem").write_bytes(own.public_bytes(Encoding.PEM))
    (tmp_path / "signer.key").write_bytes(
        ec_key("tsa").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (tmp_path / "root.pem").write_bytes(authority_of().public_bytes(Encoding.PEM))
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "serial").write_text("01\n")
    return tmp_path


@pytest.mark.spec("RFC 3161 2.4")
@pytest.mark.parametrize("naming", ["sha1", "sha256"])
def test_a_stamp_of_openssl_is_believed(folder, naming):
    (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder, naming=naming))
    (folder / "query").write_bytes(write_query(DATA, 7))
    done = openssl(
        "ts", "-reply", "-config", f"{folder}/tsa.cnf", "-section", "made",
        "-queryfile", f"{folder}/query", "-signer", f"{folder}/signer.pem",
        "-inkey", f"{folder}/signer.key", "-out", f"{folder}/reply",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    token = read_response((folder / "reply").read_bytes())
    stamp = judge_time_stamp(token, DATA, (authority_of(),), HankoPathValidator())
    assert (stamp.nonce, stamp.policy) == (7, "1.3.182.2.99.1")


@pytest.mark.parametrize(("data", "code"), [(DATA, 0), (b"another log", 1)])
def test_openssl_believes_what_is_believed_here(folder, data, code):
    now = datetime.now(UTC).replace(microsecond=0)
    certificate = stamper(
        ec_key("tsa"), valid_from=now - timedelta(days=1), valid_to=now + timedelta(9)
    )
    tsa = Tsa(certificate=certificate, moment=now)
    token = read_response(tsa.answer(write_query(DATA, 7)))
    (folder / "token").write_bytes(token)
    (folder / "data").write_bytes(data)
    done = openssl(
        "ts", "-verify", "-data", f"{folder}/data", "-in", f"{folder}/token",
        "-token_in", "-CAfile", f"{folder}/root.pem",
    )  # fmt: skip
    assert done.returncode == code, done.stderr

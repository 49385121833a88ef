"""Keys in hardware, played by SoftHSM where it is installed."""

from __future__ import annotations

import copy
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests.capabilities import missing, require_module
from tests.trust import pki
from trust.certificates import SigningKeyError, signing_key
from trust.certificates.hsm import TokenKey, open_token_key

PIN = "1234"
SEALS = {"rsa": pki.seal("seal"), "ec": pki.ec_seal("seal-ec")}
MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)


def softhsm() -> tuple[Path, str]:
    require_module("pkcs11", "SoftHSM")
    named = os.environ.get("NCP_TEST_SOFTHSM")
    module = next((Path(each) for each in (named, *MODULES) if each
                   and Path(each).exists()), None)  # fmt: skip
    tool = shutil.which("softhsm2-util") or os.environ.get("NCP_TEST_SOFTHSM_UTIL")
    if module is None or tool is None:
        missing("SoftHSM", "install the package softhsm2")
    return module, tool


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a token with an RSA and an EC key; return the driver."""
    module, tool = softhsm()
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(settings))
        command = [tool, "--module", str(module)]
        subprocess.run(
            [*command, "--init-token", "--free", "--label", "seals",
             "--pin", PIN, "--so-pin", PIN],
            check=True, capture_output=True,
        )  # fmt: skip
        for number, (label, seal) in enumerate(SEALS.items()):
            file = folder / f"{number}.pem"
            file.write_bytes(
                seal.private_key.private_bytes(
                    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
                )
            )
            subprocess.run(
                [*command, "--import", str(file), "--token", "seals",
                 "--label", label, "--id", f"0{number}", "--pin", PIN],
                check=True, capture_output=True,
            )  # fmt: skip
        yield module


def place(module: Path, label: str) -> TokenKey:
    return TokenKey(module, "seals", label, PIN)


@pytest.mark.parametrize("label", ["rsa", "ec"])
def test_a_key_in_a_token_seals_what_verifies(token, label):
    from tests.trust.assertions.cast import hcp_bytes
    from trust.assertions.own import verify_own

    pair = open_token_key(place(token, label), (SEALS[label].certificate,))
    key = signing_key(pair)
    data = hcp_bytes(key=key)
    assert verify_own(data, key).certificate == key.certificate


@pytest.mark.parametrize("label", ["rsa", "ec"])
def test_nothing_of_the_key_leaves_the_token(token, label):
    key = open_token_key(place(token, label), (SEALS[label].certificate,)).private_key
    assert key.key_size == key.public_key().key_size
    assert copy.copy(key) is key
    assert copy.deepcopy(key) is key
    with pytest.raises(UnsupportedAlgorithm):
        key.private_numbers()
    with pytest.raises(UnsupportedAlgorithm):
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_the_token_signs_in_our_forms_only(token):
    rsa = open_token_key(place(token, "rsa"), (pki.seal("seal").certificate,))
    with pytest.raises(UnsupportedAlgorithm):
        rsa.private_key.sign(b"x", padding.PKCS1v15(), hashes.SHA1())
    with pytest.raises(UnsupportedAlgorithm):
        rsa.private_key.decrypt(b"x", padding.PKCS1v15())
    elliptic = open_token_key(place(token, "ec"), (SEALS["ec"].certificate,))
    prehashed = ec.ECDSA(pki_prehashed())
    with pytest.raises(UnsupportedAlgorithm):
        elliptic.private_key.sign(b"x", prehashed)
    with pytest.raises(UnsupportedAlgorithm):
        elliptic.private_key.exchange(ec.ECDH(), pki.ec_key("x").public_key())


def pki_prehashed():
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    return Prehashed(hashes.SHA256())


@pytest.mark.parametrize(
    "change",
    [
        {"label": "nobody's"},
        {"token": "another"},
        {"pin": "9999"},
        {"module": Path("/nowhere/driver.so")},
    ],
)
def test_a_key_that_cannot_be_opened_is_told_so_without_its_pin(token, change):
    wrong = replace(place(token, "rsa"), **change)
    with pytest.raises(SigningKeyError, match="cannot be opened") as caught:
        open_token_key(wrong, (pki.seal("seal").certificate,))
    assert wrong.pin not in str(caught.value)
    assert PIN not in repr(wrong)


def test_a_key_is_loaded_again_while_the_first_one_signs(token):
    certificate = pki.seal("seal").certificate
    pairs = [open_token_key(place(token, "rsa"), (certificate,)) for _ in range(2)]
    signed = {
        pair.private_key.sign(b"x", padding.PKCS1v15(), hashes.SHA256())
        for pair in pairs
    }
    assert len(signed) == 1


def test_a_key_of_another_certificate_is_refused(token):
    with pytest.raises(SigningKeyError, match="does not belong"):
        open_token_key(place(token, "rsa"), (pki.seal("evil").certificate,))


def test_a_key_of_another_kind_than_the_certificates_is_told_so(token):
    with pytest.raises(SigningKeyError, match="the token did not sign"):
        open_token_key(place(token, "ec"), (SEALS["rsa"].certificate,))
    odd = pki.certificate(ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(SigningKeyError, match="neither RSA nor elliptic"):
        open_token_key(place(token, "ec"), (odd,))


def test_a_pin_that_changed_is_told_although_the_token_is_open(token):
    open_token_key(place(token, "rsa"), (SEALS["rsa"].certificate,))
    with pytest.raises(SigningKeyError, match="another PIN"):
        open_token_key(
            replace(place(token, "rsa"), pin="4321"), (SEALS["rsa"].certificate,)
        )


def test_without_the_extra_the_remedy_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(SigningKeyError, match="extra `hsm`"):
        open_token_key(
            TokenKey(Path("x"), "x", "x", "x"), (pki.seal("seal").certificate,)
        )

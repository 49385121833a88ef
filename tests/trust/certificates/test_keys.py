"""The key a gateway seals with."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from tests.trust import pki
from trust.certificates import SigningKeyError, load_signing_key

SEAL = pki.ec_seal("seal-ec")
CERTIFICATE = pki.pem(SEAL.certificate)
KEY = pki.key_pem(SEAL.private_key)


@pytest.mark.parametrize("seal", [pki.ec_seal("seal-ec"), pki.seal("seal")])
@pytest.mark.parametrize("password", [None, b"secret"])
def test_a_key_and_its_certificate_are_loaded_together(seal, password):
    key = load_signing_key(
        pki.pem(seal.certificate), pki.key_pem(seal.private_key, password), password
    )
    assert key.certificate == seal.certificate
    assert key.private_key.public_key() == seal.certificate.public_key()


@pytest.mark.parametrize(
    ("certificate", "key", "password", "says"),
    [
        (b"x", KEY, None, "certificate cannot be read"),
        (CERTIFICATE, b"x", None, "private key cannot be read"),
        (CERTIFICATE, pki.key_pem(SEAL.private_key, b"a"), b"b", "password is wrong"),
        (CERTIFICATE, pki.key_pem(SEAL.private_key, b"a"), None, "encrypted"),
        (CERTIFICATE, KEY, b"unneeded", "or the reverse"),
        (CERTIFICATE, pki.key_pem(pki.ec_key("other")), None, "does not belong"),
        (
            CERTIFICATE,
            pki.key_pem(ed25519.Ed25519PrivateKey.generate()),
            None,
            "neither RSA nor",
        ),
        (
            pki.pem(pki.certificate(pki.rsa_key("weak", 1024))),
            pki.key_pem(pki.rsa_key("weak", 1024)),
            None,
            "1024 bits",
        ),
        (
            pki.pem(
                pki.certificate(
                    SEAL.private_key, extensions=[pki.key_usage("key_encipherment")]
                )
            ),
            KEY,
            None,
            "keyUsage",
        ),
    ],
    ids=[
        "no certificate",
        "no key",
        "wrong password",
        "no password",
        "a password too many",
        "another key",
        "another kind of key",
        "a weak key",
        "not for sealing",
    ],
)
def test_a_key_that_peers_would_not_accept_is_refused(certificate, key, password, says):
    with pytest.raises(SigningKeyError, match=says):
        load_signing_key(certificate, key, password)


def test_a_private_key_is_not_shown():
    assert "private_key" not in repr(SEAL)

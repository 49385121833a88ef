"""The key a gateway seals with."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    pkcs12,
)

from tests.trust import pki
from trust.certificates import (
    SigningKeyError,
    keys,
    load_signing_key,
    read_pem_pair,
    read_pkcs12,
    signing_key,
)

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


def bundle(seal, password=b"secret", chain=()) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"seal", seal.private_key, seal.certificate, chain,
        BestAvailableEncryption(password),
    )  # fmt: skip


def test_a_key_comes_from_pkcs12_with_its_chain():
    seal, above = pki.seal("seal"), pki.certificate(pki.ec_key("ca"))
    pair = read_pkcs12(bundle(seal, chain=[above]), b"secret")
    assert signing_key(pair).certificate == seal.certificate
    assert pair.chain == (above,)
    assert "RSAPrivateKey" not in repr(pair)


def test_a_chain_may_follow_the_certificate_in_pem():
    seal, above = pki.seal("seal"), pki.certificate(pki.ec_key("ca"))
    pem = pki.pem(seal.certificate) + pki.pem(above)
    assert read_pem_pair(pem, pki.key_pem(seal.private_key), None).chain == (above,)


@pytest.mark.parametrize(
    ("data", "password"),
    [(b"", None), (b"x", b"y"), (bundle(pki.seal("seal")), b"wrong")],
)
def test_a_pkcs12_file_that_cannot_be_opened_is_told_so(data, password):
    with pytest.raises(SigningKeyError, match="cannot be read"):
        read_pkcs12(data, password)


def test_a_pkcs12_file_without_key_is_told_so():
    certificate = pki.seal("seal").certificate
    data = pkcs12.serialize_key_and_certificates(
        b"x", None, certificate, None, BestAvailableEncryption(b"secret")
    )
    with pytest.raises(SigningKeyError, match="lacks a key"):
        read_pkcs12(data, b"secret")


def _unsound(key: rsa.RSAPrivateKey) -> bytes:
    numbers = key.private_numbers()
    wrong = rsa.RSAPrivateNumbers(
        numbers.p,
        numbers.q,
        numbers.d + 2,
        numbers.dmp1,
        numbers.dmq1,
        numbers.iqmp,
        numbers.public_numbers,
    )
    return pki.key_pem(wrong.private_key(unsafe_skip_rsa_key_validation=True))


def test_an_unsound_rsa_key_is_refused_however_often_it_is_read():
    seal = pki.seal("seal")
    unsound = _unsound(seal.private_key)
    read_pem_pair(pki.pem(seal.certificate), pki.key_pem(seal.private_key), None)
    for _ in range(2):
        with pytest.raises(SigningKeyError, match="cannot be read"):
            read_pem_pair(pki.pem(seal.certificate), unsound, None)


def test_the_same_key_is_proven_sound_once(monkeypatch):
    seal = pki.seal("seal")
    skipped = []
    load = keys.serialization.load_pem_private_key

    def told(pem, password, *, unsafe_skip_rsa_key_validation):
        skipped.append(unsafe_skip_rsa_key_validation)
        return load(pem, password)

    monkeypatch.setattr(keys, "_PROVEN", set())
    monkeypatch.setattr(keys.serialization, "load_pem_private_key", told)
    for _ in range(2):
        read_pem_pair(pki.pem(seal.certificate), pki.key_pem(seal.private_key), None)
    assert skipped == [False, True]

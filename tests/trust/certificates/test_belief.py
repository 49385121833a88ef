"""Certificates: each rule has a leaf that keeps it and a leaf that breaks it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku

from tests.trust import pki
from tests.trust.pki import NOW, YEAR, certificate, extended, key_usage
from trust.certificates import (
    CertificatePin,
    PinStore,
    Purpose,
    decide_certificate,
    fingerprint_of,
    read_certificate,
    subject_name,
)
from trust.decision import Reason, TrustRefused
from trust.identifiers import CountryCode

DK = CountryCode("DK")
SECOND = timedelta(seconds=1)


def judge(cert: x509.Certificate, purpose: Purpose, *, pinned=True, now=NOW):
    pins = pki.pins((cert, "DK", purpose)) if pinned else PinStore([])
    return decide_certificate(pki.der(cert), purpose, pins, now, subject="TLS peer")


@pytest.mark.parametrize("purpose", Purpose)
def test_a_pinned_leaf_is_believed_even_without_any_extension(purpose):
    cert = certificate()
    belief = judge(cert, purpose)
    assert belief.decision.is_accepted
    assert belief.country == DK
    assert belief.certificate == cert
    assert any(fingerprint_of(cert) in line for line in belief.decision.evidence)


def test_no_certificate_is_refused():
    belief = decide_certificate(
        None, Purpose.TLS_CLIENT, PinStore([]), NOW, subject="TLS peer"
    )
    assert belief.decision.reason is Reason.PEER_CERTIFICATE_ABSENT
    assert belief.country is None


def extension_twice() -> bytes:
    one, two = extended(Eku.CLIENT_AUTH), x509.OCSPNoCheck()
    identifier = x509.SubjectKeyIdentifier(b"x")
    der = pki.der(certificate(extensions=[one, identifier, two]))
    return der.replace(b"\x06\x03\x55\x1d\x0e", b"\x06\x03\x55\x1d\x25")


def broken_inside() -> bytes:
    der = pki.der(certificate(extensions=[extended(Eku.CLIENT_AUTH)]))
    return der.replace(b"\x06\x03\x55\x1d\x25", b"\x07\x03\x55\x1d\x25")


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"x",
        b"\x30\x00",
        pki.der(certificate()) + b"\0",
        broken_inside(),
        extension_twice(),
    ],
    ids=[
        "empty",
        "a letter",
        "an empty sequence",
        "a byte too many",
        "broken inside",
        "an extension twice",
    ],
)
def test_bytes_that_are_no_certificate_are_refused(der):
    belief = decide_certificate(der, Purpose.SEAL, PinStore([]), NOW, subject="signer")
    assert belief.decision.reason is Reason.CERTIFICATE_UNREADABLE
    assert belief.certificate is None


def test_every_cut_of_a_certificate_is_refused_as_unreadable():
    der = pki.der(certificate())
    for length in range(len(der)):
        with pytest.raises(TrustRefused) as caught:
            read_certificate(der[:length])
        assert caught.value.reason is Reason.CERTIFICATE_UNREADABLE


@pytest.mark.parametrize(
    ("purpose", "reason"),
    [
        (Purpose.TLS_CLIENT, Reason.PEER_NOT_PINNED),
        (Purpose.TLS_SERVER, Reason.PEER_NOT_PINNED),
        (Purpose.SEAL, Reason.SIGNER_NOT_PINNED),
    ],
)
def test_a_leaf_that_is_not_pinned_is_refused_whoever_issued_it(purpose, reason):
    belief = judge(certificate(), purpose, pinned=False)
    assert belief.decision.reason is reason
    assert belief.country is None
    assert belief.certificate is not None, "a refused peer is recorded by its name"


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("other", Purpose)
def test_a_pin_is_for_one_purpose(purpose, other):
    cert = certificate()
    pins = pki.pins((cert, "DK", other))
    belief = decide_certificate(pki.der(cert), purpose, pins, NOW, subject="x")
    expected = Reason.ACCEPTED if purpose is other else Reason.CERTIFICATE_WRONG_PURPOSE
    assert belief.decision.reason is expected


@pytest.mark.spec("RFC 5280 4.1.2.5")
@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (NOW - YEAR, Reason.ACCEPTED),
        (NOW - YEAR - SECOND, Reason.CERTIFICATE_NOT_YET_VALID),
        (NOW + YEAR, Reason.ACCEPTED),
        (NOW + YEAR + SECOND, Reason.CERTIFICATE_EXPIRED),
    ],
)
def test_a_leaf_is_believed_within_its_validity(now, reason):
    assert judge(certificate(), Purpose.SEAL, now=now).decision.reason is reason


CLIENT, SERVER, SEAL = Purpose.TLS_CLIENT, Purpose.TLS_SERVER, Purpose.SEAL


@pytest.mark.spec("RFC 5280 4.2.1.3")
@pytest.mark.parametrize(
    ("purpose", "uses", "is_fit"),
    [
        (SEAL, ["digital_signature"], True),
        (SEAL, ["digital_signature", "key_encipherment"], True),
        (SEAL, ["key_encipherment"], False),
        (SEAL, ["content_commitment"], False),
        (CLIENT, ["digital_signature"], True),
        (CLIENT, ["key_encipherment"], False),
        (SERVER, ["digital_signature"], True),
        (SERVER, ["key_encipherment"], True),
        (SERVER, ["key_cert_sign"], False),
    ],
)
def test_a_key_usage_that_is_there_must_allow_the_use(purpose, uses, is_fit):
    cert = certificate(extensions=[key_usage(*uses)])
    expected = Reason.ACCEPTED if is_fit else Reason.CERTIFICATE_WRONG_PURPOSE
    assert judge(cert, purpose).decision.reason is expected


@pytest.mark.spec("RFC 5280 4.2.1.12")
@pytest.mark.parametrize(
    ("purpose", "uses", "is_fit"),
    [
        (SEAL, [Eku.CLIENT_AUTH, Eku.EMAIL_PROTECTION], True),
        (CLIENT, [Eku.CLIENT_AUTH], True),
        (CLIENT, [Eku.SERVER_AUTH], False),
        (CLIENT, [Eku.SERVER_AUTH, Eku.ANY_EXTENDED_KEY_USAGE], True),
        (SERVER, [Eku.SERVER_AUTH], True),
        (SERVER, [Eku.CLIENT_AUTH], False),
        (SERVER, [Eku.ANY_EXTENDED_KEY_USAGE], True),
    ],
)
def test_an_extended_key_usage_that_is_there_must_allow_the_use(purpose, uses, is_fit):
    cert = certificate(extensions=[extended(*uses)])
    expected = Reason.ACCEPTED if is_fit else Reason.CERTIFICATE_WRONG_PURPOSE
    assert judge(cert, purpose).decision.reason is expected


@pytest.mark.parametrize(("ca", "is_fit"), [(True, False), (False, True)])
@pytest.mark.parametrize("purpose", Purpose)
def test_a_certificate_authority_is_no_leaf(purpose, ca, is_fit):
    cert = certificate(extensions=[x509.BasicConstraints(ca=ca, path_length=None)])
    expected = Reason.ACCEPTED if is_fit else Reason.CERTIFICATE_WRONG_PURPOSE
    assert judge(cert, purpose).decision.reason is expected


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: certificate(pki.rsa_key("seal")), Reason.ACCEPTED),
        (lambda: certificate(pki.rsa_key("weak", 1024)), Reason.CERTIFICATE_WEAK),
        (lambda: certificate(pki.ec_key("p384", "secp384r1")), Reason.ACCEPTED),
        (lambda: certificate(pki.ec_key("k1", "secp256k1")), Reason.CERTIFICATE_WEAK),
        (
            lambda: certificate(ed25519.Ed25519PrivateKey.generate()),
            Reason.CERTIFICATE_WEAK,
        ),
        (
            lambda: certificate(issuer_key=ed25519.Ed25519PrivateKey.generate()),
            Reason.CERTIFICATE_WEAK,
        ),
        (lambda: certificate(hash_algorithm=hashes.SHA512()), Reason.ACCEPTED),
        (lambda: certificate(hash_algorithm=hashes.SHA224()), Reason.CERTIFICATE_WEAK),
    ],
)
def test_keys_and_hashes_must_be_strong(make, reason):
    assert judge(make(), Purpose.SEAL).decision.reason is reason


def test_the_country_is_that_of_the_pin_and_the_subject_only_evidence():
    pin_says_dk = judge(certificate(country="FI"), Purpose.SEAL)
    assert pin_says_dk.country == DK
    assert "names FI (the pin says DK)" in pin_says_dk.decision.evidence[-1]
    silent = judge(certificate(country=[]), Purpose.SEAL)
    assert silent.country == DK
    assert "names no country" in silent.decision.evidence[-1]


# Pins


def test_a_pin_needs_a_whole_fingerprint():
    for text in ("", "ab" * 31, "AB" * 32, "zz" * 32, "ab:" * 32):
        with pytest.raises(ValueError, match="64 lower-case"):
            CertificatePin(DK, Purpose.SEAL, text, "a pin")


def test_one_leaf_cannot_be_pinned_for_two_countries():
    cert = certificate()
    with pytest.raises(ValueError, match="DK and FI"):
        pki.pins((cert, "DK", Purpose.SEAL), (cert, "FI", Purpose.TLS_CLIENT))


def test_one_leaf_may_have_several_purposes_and_one_country_several_leaves():
    one, two = certificate(), certificate(pki.ec_key("other"))
    store = pki.pins(
        (one, "DK", Purpose.TLS_CLIENT),
        (one, "DK", Purpose.TLS_SERVER),
        (two, "DK", Purpose.TLS_CLIENT),
    )
    assert store.purposes_of(one) == {Purpose.TLS_CLIENT, Purpose.TLS_SERVER}
    assert store.find(two, Purpose.TLS_CLIENT) is not None
    assert store.find(two, Purpose.TLS_SERVER) is None
    assert store.purposes_of(certificate(pki.ec_key("third"))) == frozenset()


@pytest.mark.spec("RFC 4514 2.4")
def test_a_subject_is_named_with_its_commas_escaped():
    expected = "CN=NCP\\, seal,O=Health Authority,C=DK"
    assert subject_name(certificate()) == expected

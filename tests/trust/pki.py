"""A small PKI for tests: every rule about certificates has a leaf that breaks it.

Keys are made once per process; certificates are cheap and made when asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

from trust.certificates import CertificatePin, PinStore, Purpose, SigningKey
from trust.identifiers import CountryCode

NOW = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC)
YEAR = dt.timedelta(days=365)
HOUR = dt.timedelta(hours=1)


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str, curve: str = "secp256r1") -> ec.EllipticCurvePrivateKey:
    curves = {c.name: c for c in (ec.SECP256R1(), ec.SECP384R1(), ec.SECP256K1())}
    return ec.generate_private_key(curves[curve])


def key_usage(*uses: str) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in uses for name in names})


def extended(*oids: ObjectIdentifier) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage(oids)


def certificate(
    key=None,
    *,
    country: str | Sequence[str] = "DK",
    extensions: Sequence[x509.ExtensionType] = (),
    valid_from: dt.datetime = NOW - YEAR,
    valid_to: dt.datetime = NOW + YEAR,
    hash_algorithm=None,
    issuer_key=None,
) -> x509.Certificate:
    key = key or ec_key("leaf")
    countries = [country] if isinstance(country, str) else country
    name = x509.Name(
        [
            *(x509.NameAttribute(NameOID.COUNTRY_NAME, each) for each in countries),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Health Authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, "NCP, seal"),
        ]
    )
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Commercial CA")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_to)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    issuer_key = issuer_key or ec_key("ca")
    if isinstance(issuer_key, ed25519.Ed25519PrivateKey):
        return builder.sign(issuer_key, None)
    return builder.sign(issuer_key, hash_algorithm or hashes.SHA256())


@cache
def seal(name: str) -> SigningKey:
    """The seal of that name; two letters are a country, all others are Danish."""
    key = rsa_key(name)
    country = name.upper() if len(name) == 2 else "DK"
    return SigningKey(key, certificate(key, country=country))


@cache
def ec_seal(name: str, curve: str = "secp256r1") -> SigningKey:
    key = ec_key(name, curve)
    return SigningKey(key, certificate(key))


def der(cert: x509.Certificate) -> bytes:
    return cert.public_bytes(serialization.Encoding.DER)


def pem(cert: x509.Certificate) -> bytes:
    return cert.public_bytes(serialization.Encoding.PEM)


def key_pem(key, password: bytes | None = None) -> bytes:
    encryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


def pins(*entries: tuple[x509.Certificate, str, Purpose]) -> PinStore:
    return PinStore(
        CertificatePin.of(
            cert, country=CountryCode(country), purpose=purpose, label="test"
        )
        for cert, country, purpose in entries
    )

"""Test keys of a simulated country: an authority, and under it what a country needs.

They say of themselves that they are for tests. One TLS client certificate is over.

Spec: RFC 5280 §4.2.1 (key usage, extended key usage, basic constraints) / eHDSI X.509
profile.
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from conformance.simulators.tls import KeyFiles
from trust.identifiers import CountryCode

AUTHORITY: Final = "authority.pem"
TLS_SERVER: Final = "tls-server"
TLS_CLIENT: Final = "tls-client"
SEAL: Final = "seal"
EXPIRED: Final = "expired-tls-client"
_BITS: Final = 3072
_BACKDATED: Final = timedelta(minutes=5)
_LIFETIME: Final = timedelta(days=90)
_OVER: Final = timedelta(days=-1)
_ORGANIZATION: Final = "TEST - NOT FOR USE"


@dataclass(frozen=True, slots=True)
class _Leaf:
    use: x509.ObjectIdentifier | None = None
    is_over: bool = False


_LEAVES: Final = {
    TLS_SERVER: _Leaf(ExtendedKeyUsageOID.SERVER_AUTH),
    TLS_CLIENT: _Leaf(ExtendedKeyUsageOID.CLIENT_AUTH),
    SEAL: _Leaf(),
    EXPIRED: _Leaf(ExtendedKeyUsageOID.CLIENT_AUTH, is_over=True),
}


def key_files(folder: Path, name: str) -> KeyFiles:
    """Name the files of one key."""
    return KeyFiles(folder / f"{name}.pem", folder / f"{name}.key")


def make_keys(folder: Path, country: CountryCode, host: str, now: datetime) -> None:
    """Make all keys of a country in a folder; the server's is for ``host``."""
    maker = _Maker(country, host, now)
    (folder / AUTHORITY).write_bytes(_pem(maker.authority()))
    for name, leaf in _LEAVES.items():
        key = _new_key()
        files = key_files(folder, name)
        files.certificate.write_bytes(_pem(maker.leaf(name, leaf, key)))
        _write_secret(files.key, key)


class _Maker:
    def __init__(self, country: CountryCode, host: str, now: datetime) -> None:
        self._country = country
        self._host = host
        self._now = now
        self._key = _new_key()
        self._name = self._named("authority")

    def authority(self) -> x509.Certificate:
        builder = self._begun(self._name, self._key, self._now + _LIFETIME)
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        return (
            builder.add_extension(constraints, critical=True)
            .add_extension(_usage(is_authority=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def leaf(self, name: str, leaf: _Leaf, key: rsa.RSAPrivateKey) -> x509.Certificate:
        until = self._now + (_OVER if leaf.is_over else _LIFETIME)
        builder = self._begun(self._named(name), key, until)
        constraints = x509.BasicConstraints(ca=False, path_length=None)
        builder = builder.add_extension(constraints, critical=True)
        builder = builder.add_extension(_usage(is_authority=False), critical=True)
        if leaf.use is not None:
            extended = x509.ExtendedKeyUsage([leaf.use])
            builder = builder.add_extension(extended, critical=False)
        if leaf.use == ExtendedKeyUsageOID.SERVER_AUTH:
            builder = builder.add_extension(_names_of(self._host), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _named(self, name: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, self._country),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANIZATION),
                x509.NameAttribute(NameOID.COMMON_NAME, f"{self._country} {name}"),
            ]
        )

    def _begun(
        self, subject: x509.Name, key: rsa.RSAPrivateKey, until: datetime
    ) -> x509.CertificateBuilder:
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(
            self._key.public_key()
        )
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(self._now, until) - _BACKDATED)
            .not_valid_after(until)
            .add_extension(own, critical=False)
            .add_extension(above, critical=False)
        )


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=_BITS)


def _names_of(host: str) -> x509.SubjectAlternativeName:
    try:
        name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        name = x509.DNSName(host)
    return x509.SubjectAlternativeName([name])


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write_secret(path: Path, key: rsa.RSAPrivateKey) -> None:
    data = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)

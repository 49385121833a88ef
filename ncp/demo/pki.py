"""A fresh public key infrastructure for each run: nothing of it is ever shipped.

Each country gets a certification authority of its own and under it the three
certificates a contact point needs: TLS server, TLS client, seal. A fourth one, the
stranger's, comes from the same authority and is pinned by nobody: with it one can see
that a trusted issuer is not enough.

Spec: RFC 5280 §4.2.1 (key usage, extended key usage, basic constraints) /
eHDSI X.509 profiles as restated in ``trust.certificates``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ncp.private_file import write_private
from trust.identifiers import CountryCode

KEY_BITS = 2048
LIFETIME = timedelta(days=30)
# A clock a little behind ours must not refuse a certificate made a moment ago.
BACKDATED = timedelta(minutes=5)
LOOPBACK = "127.0.0.1"


class CertificateUse(StrEnum):
    """What a certificate of the demo is for; the value names its files."""

    TLS_SERVER = "tls-server"
    TLS_CLIENT = "tls-client"
    SEAL = "seal"
    STRANGER = "stranger"
    PUBLISHER = "publisher"


# What every country has one of.
_OF_A_COUNTRY = tuple(
    use for use in CertificateUse if use is not CertificateUse.PUBLISHER
)
_EXTENDED_USE = {
    CertificateUse.TLS_SERVER: ExtendedKeyUsageOID.SERVER_AUTH,
    CertificateUse.TLS_CLIENT: ExtendedKeyUsageOID.CLIENT_AUTH,
    CertificateUse.STRANGER: ExtendedKeyUsageOID.CLIENT_AUTH,
}


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """A certificate and its private key, both PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class CountryPki:
    """All certificates of one country; ``authority`` is the CA certificate's file."""

    country: CountryCode
    authority: Path
    tls_server: KeyFiles
    tls_client: KeyFiles
    seal: KeyFiles
    stranger: KeyFiles


@dataclass(frozen=True, slots=True)
class _Issuer:
    name: x509.Name
    key: rsa.RSAPrivateKey


def make_pki(
    folder: Path, countries: Sequence[CountryCode], now: datetime
) -> tuple[CountryPki, ...]:
    """Make the certificates of each country below ``folder/<country>``.

    Key generation is most of the work and leaves the interpreter, so all keys of all
    countries are made side by side.
    """
    with ThreadPoolExecutor() as pool:
        number = len(countries) * (len(_OF_A_COUNTRY) + 1)
        keys = [pool.submit(_new_key) for _ in range(number)]
        fresh = iter([key.result() for key in keys])
    return tuple(
        _make_country(
            folder / country.lower(),
            country,
            now,
            next(fresh),
            {use: next(fresh) for use in _OF_A_COUNTRY},
        )
        for country in countries
    )


def make_publisher(folder: Path, now: datetime) -> KeyFiles:
    """Make the certificate with which a directory signs; it is of no country."""
    country = CountryCode("EU")
    authority, key = _new_key(), _new_key()
    issuer = _Issuer(_name(country, "demo authority"), authority)
    leaf = _sign_leaf(issuer, country, CertificateUse.PUBLISHER, key, now)
    return _keep(folder, CertificateUse.PUBLISHER, leaf, key)


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


def _make_country(
    folder: Path,
    country: CountryCode,
    now: datetime,
    authority_key: rsa.RSAPrivateKey,
    keys: dict[CertificateUse, rsa.RSAPrivateKey],
) -> CountryPki:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    issuer = _Issuer(_name(country, "demo authority"), authority_key)
    authority = folder / "authority.pem"
    authority.write_bytes(_pem(_sign_authority(issuer, now)))
    files = {
        use: _keep(folder, use, _sign_leaf(issuer, country, use, key, now), key)
        for use, key in keys.items()
    }
    return CountryPki(
        country,
        authority,
        tls_server=files[CertificateUse.TLS_SERVER],
        tls_client=files[CertificateUse.TLS_CLIENT],
        seal=files[CertificateUse.SEAL],
        stranger=files[CertificateUse.STRANGER],
    )


def _name(country: CountryCode, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"Demo contact {country}"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{country} {common_name}"),
        ]
    )


def _begin(
    subject: x509.Name, issuer: _Issuer, key: rsa.RSAPublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
    )


def _sign_authority(issuer: _Issuer, now: datetime) -> x509.Certificate:
    return (
        _begin(issuer.name, issuer, issuer.key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(is_authority=True), critical=True)
        .sign(issuer.key, hashes.SHA256())
    )


def _sign_leaf(
    issuer: _Issuer,
    country: CountryCode,
    use: CertificateUse,
    key: rsa.RSAPrivateKey,
    now: datetime,
) -> x509.Certificate:
    builder = (
        _begin(_name(country, f"demo {use}"), issuer, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(is_authority=False), critical=True)
    )
    if use in _EXTENDED_USE:
        extended = x509.ExtendedKeyUsage([_EXTENDED_USE[use]])
        builder = builder.add_extension(extended, critical=False)
    if use is CertificateUse.TLS_SERVER:
        builder = builder.add_extension(_loopback_names(), critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def _loopback_names() -> x509.SubjectAlternativeName:
    address = ipaddress.ip_address(LOOPBACK)
    return x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(address)]
    )


def _key_usage(*, is_authority: bool) -> x509.KeyUsage:
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


def _keep(
    folder: Path,
    use: CertificateUse,
    certificate: x509.Certificate,
    key: rsa.RSAPrivateKey,
) -> KeyFiles:
    files = KeyFiles(folder / f"{use}.pem", folder / f"{use}.key")
    files.certificate.write_bytes(_pem(certificate))
    write_private(
        files.key,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    return files


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)

"""Certificates for the tests of the edge: small, fast, made once per run."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ncp.settings.trust_model import KeyPairSettings

SERVER = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH


@dataclass(frozen=True)
class Leaf:
    certificate: x509.Certificate
    files: KeyPairSettings

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def pair(self) -> tuple[str, str]:
        return str(self.files.certificate), str(self.files.key)


class Authority:
    """A small certification authority; ``bare`` ones carry no extension at all."""

    def __init__(self, folder: Path, name: str, *, bare: bool = False) -> None:
        self.folder = folder
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        builder = self._begin(self.name, self.key, *_now())
        if not bare:
            builder = builder.add_extension(x509.BasicConstraints(True, None), True)
        self.certificate = builder.sign(self.key, hashes.SHA256())
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def leaf(self, name, use, *, expired=False, host="127.0.0.1", password=None):
        key = ec.generate_private_key(ec.SECP256R1())
        begin, end = _now()
        if expired:
            begin, end = begin - dt.timedelta(days=9), begin - dt.timedelta(days=1)
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "LU"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        certificate = (
            self._begin(subject, key, begin, end)
            .add_extension(x509.BasicConstraints(False, None), True)
            .add_extension(_digital_signature(), True)
            .add_extension(x509.ExtendedKeyUsage([use]), False)
            .add_extension(_names(host), False)
            .sign(self.key, hashes.SHA256())
        )
        return self._keep(name, certificate, key, password)

    def _begin(self, subject, key, begin, end):
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
        )

    def _keep(self, name, certificate, key, password) -> Leaf:
        pem = serialization.Encoding.PEM
        protection = (
            serialization.BestAvailableEncryption(password)
            if password
            else serialization.NoEncryption()
        )
        certificate_file = self.folder / f"{name}.pem"
        key_file = self.folder / f"{name}.key"
        certificate_file.write_bytes(certificate.public_bytes(pem))
        key_file.write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, protection)
        )
        key_file.chmod(0o600)
        return Leaf(
            certificate, KeyPairSettings(certificate=certificate_file, key=key_file)
        )


def _now():
    now = dt.datetime.now(dt.UTC)
    return now - dt.timedelta(hours=1), now + dt.timedelta(days=90)


def _digital_signature() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _names(host: str) -> x509.SubjectAlternativeName:
    try:
        name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        name = x509.DNSName(host)
    return x509.SubjectAlternativeName([name])


@dataclass(frozen=True)
class Pki:
    authority: Authority
    stranger_authority: Authority
    server: Leaf
    client: Leaf
    unpinned: Leaf
    expired: Leaf
    stranger: Leaf
    from_bare: Leaf
    seal: Leaf


def make_pki(folder: Path) -> Pki:
    authority = Authority(folder, "accepted authority")
    stranger = Authority(folder, "unknown authority")
    bare = Authority(folder, "bare authority", bare=True)
    return Pki(
        authority,
        stranger,
        server=authority.leaf("server", SERVER),
        client=authority.leaf("client", CLIENT),
        unpinned=authority.leaf("unpinned", CLIENT),
        expired=authority.leaf("expired", CLIENT, expired=True),
        stranger=stranger.leaf("stranger", CLIENT),
        from_bare=bare.leaf("from-bare", CLIENT),
        seal=authority.leaf("seal", CLIENT),
    )

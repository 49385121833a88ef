"""Keys that may not: each breaks one rule about certificates, and is known but for it.

All share one private key, since the certificates are what is judged.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from conformance.attacks import Client, Seal
from ncp.demo.pki import CountryPki, KeyFiles
from ncp.demo.toml_file import write_toml
from trust.certificates import SigningKey

OTHER_COUNTRY = "FR"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Leaf:
    """What a certificate of ours says; the defaults say nothing wrong."""

    country: str = "PT"
    starts: timedelta = -DAY
    ends: timedelta = DAY
    uses: Sequence[str] = ("digital_signature",)
    extended: ObjectIdentifier | None = None
    is_authority: bool = False
    bits: int = 2048
    is_old: bool = False  # signed over SHA-1
    is_foreign: bool = False  # of an authority nobody knows


SEALS = {
    Seal.EXPIRED: Leaf(starts=-3 * DAY, ends=-DAY),
    Seal.NOT_YET_VALID: Leaf(starts=DAY, ends=3 * DAY),
    Seal.REVOKED: Leaf(),
    Seal.WITHOUT_SIGNING: Leaf(uses=("key_encipherment",)),
    Seal.AUTHORITY: Leaf(is_authority=True),
    Seal.SHORT_KEY: Leaf(bits=1024),
    Seal.OLD_HASH: Leaf(is_old=True),
    Seal.OTHER_COUNTRY: Leaf(country=OTHER_COUNTRY),
}
AUTHORITY = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Commercial authority")])
CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH
ELSEWHERE = Leaf(extended=CLIENT_AUTH, is_foreign=True)
CLIENTS = {
    Client.EXPIRED: Leaf(starts=-3 * DAY, ends=-DAY, extended=CLIENT_AUTH),
    Client.NOT_YET_VALID: Leaf(starts=DAY, ends=3 * DAY, extended=CLIENT_AUTH),
    Client.REVOKED: Leaf(extended=CLIENT_AUTH),
    Client.SERVER_ONLY: Leaf(extended=ExtendedKeyUsageOID.SERVER_AUTH),
    Client.OTHER_COUNTRY: Leaf(country=OTHER_COUNTRY, extended=CLIENT_AUTH),
}


class HostileKeys:
    """Makes the keys below a folder, and has a gateway know them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._now = datetime.now(UTC)
        self._keys = {bits: _key(bits) for bits in (1024, 2048)}
        self._issuer = _key(2048)
        self.seal_files = {seal: self._make(seal, leaf) for seal, leaf in SEALS.items()}
        self.client_files = {
            client: self._make(f"client-{client}", leaf)
            for client, leaf in CLIENTS.items()
        }
        self._elsewhere = self._make("client-elsewhere", ELSEWHERE)

    def seals(self, own: CountryPki) -> Mapping[Seal, SigningKey]:
        """Return all signing keys, the country's own among them."""
        files = {
            **self.seal_files,
            Seal.OWN: own.seal,
            Seal.STRANGER: own.stranger,
            Seal.TLS_CLIENT: own.tls_client,
            Seal.SELF_SIGNED: self._self_signed(own.seal),
        }
        return {seal: _signing_key(each) for seal, each in files.items()}

    def clients(self, own: CountryPki) -> Mapping[Client, KeyFiles | None]:
        """Return what a TLS client may show."""
        return {
            **self.client_files,
            Client.OWN: own.tls_client,
            Client.NONE: None,
            Client.STRANGER: own.stranger,
            Client.SEAL: own.seal,
            Client.UNKNOWN_AUTHORITY: self._elsewhere,
        }

    def make_known(self, settings: Path) -> None:
        """Pin the keys in a gateway's settings, and shorten its patience."""
        told = tomllib.loads(settings.read_text())
        pins = told["peers"][0]["certificates"]
        pins["seal"] += _paths(self.seal_files, Seal.OTHER_COUNTRY)
        pins["tls_client"] += _paths(self.client_files, Client.OTHER_COUNTRY)
        other = {
            "country": OTHER_COUNTRY,
            "home_community_id": "2.16.17.710.999.1",
            "certificates": {
                "tls_client": [
                    str(self.client_files[Client.OTHER_COUNTRY].certificate)
                ],
                "seal": [str(self.seal_files[Seal.OTHER_COUNTRY].certificate)],
            },
        }
        told["peers"].append(other)
        told["peers"][0]["intermediates"] = [str(self._authority())]
        told["revocation"] = {
            "seal": "accept-and-alarm",
            "tls_client": "accept-and-alarm",
            "lists": [str(self._revoked())],
            "online": False,
        }
        told["doors"]["international"]["body_timeout_s"] = 2.0
        write_toml(settings, told)

    def _authority(self) -> Path:
        """Write the certificate of the authority that issued them all."""
        authority = Leaf(is_authority=True)
        builder = _begin(AUTHORITY, AUTHORITY, self._issuer, self._now, authority)
        usage = _usage(("key_cert_sign", "crl_sign"))
        certificate = builder.add_extension(usage, critical=True).sign(
            self._issuer, hashes.SHA256()
        )
        return self._written("issuer", certificate)

    def _revoked(self) -> Path:
        """Write the authority's list of what it revoked."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(AUTHORITY)
            .last_update(self._now - DAY)
            .next_update(self._now + DAY)
        )
        revoked = self.seal_files[Seal.REVOKED], self.client_files[Client.REVOKED]
        for files in revoked:
            leaf = x509.load_pem_x509_certificate(files.certificate.read_bytes())
            entry = x509.RevokedCertificateBuilder(leaf.serial_number, self._now - DAY)
            builder = builder.add_revoked_certificate(entry.build())
        return self._written("crl", builder.sign(self._issuer, hashes.SHA256()))

    def _written(
        self, name: str, made: x509.Certificate | x509.CertificateRevocationList
    ) -> Path:
        path = self._folder / f"{name}.pem"
        path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        return path

    def _make(self, name: str, leaf: Leaf) -> KeyFiles:
        key = self._keys[leaf.bits]
        subject = _name(leaf.country, f"contact point, {name}")
        issuer = subject if leaf.is_foreign else AUTHORITY
        builder = _begin(subject, issuer, key, self._now, leaf).add_extension(
            _usage(leaf.uses), critical=True
        )
        if leaf.extended is not None:
            extended = x509.ExtendedKeyUsage([leaf.extended])
            builder = builder.add_extension(extended, critical=False)
        issuer_key = key if leaf.is_foreign else self._issuer
        certificate = builder.sign(issuer_key, hashes.SHA256())
        return self._kept(name, _aged(certificate) if leaf.is_old else certificate, key)

    def _self_signed(self, honest: KeyFiles) -> KeyFiles:
        original = x509.load_pem_x509_certificate(honest.certificate.read_bytes())
        key = self._keys[2048]
        builder = _begin(original.subject, original.issuer, key, self._now, Leaf())
        return self._kept("self-signed", builder.sign(key, hashes.SHA256()), key)

    def _kept(
        self, name: str, certificate: x509.Certificate, key: rsa.RSAPrivateKey
    ) -> KeyFiles:
        files = KeyFiles(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        pem = serialization.Encoding.PEM
        files.certificate.write_bytes(certificate.public_bytes(pem))
        files.key.write_bytes(
            key.private_bytes(
                pem,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return files


def _signing_key(files: KeyFiles) -> SigningKey:
    """Load what no careful gateway would load."""
    key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return SigningKey(
        key, x509.load_pem_x509_certificate(files.certificate.read_bytes())
    )


def _key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def _paths(files: Mapping[str, KeyFiles], but: str) -> list[str]:
    return [str(each.certificate) for name, each in files.items() if name != but]


def _name(country: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _begin(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey,
    now: datetime,
    leaf: Leaf,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + leaf.starts)
        .not_valid_after(now + leaf.ends)
        .add_extension(
            x509.BasicConstraints(ca=leaf.is_authority, path_length=None),
            critical=True,
        )
    )


def _aged(certificate: x509.Certificate) -> x509.Certificate:
    """Let it say that it was signed over SHA-1, which no library does any more."""
    sha256, sha1 = (bytes.fromhex(f"2a864886f70d0101{end}") for end in ("0b", "05"))
    der = certificate.public_bytes(serialization.Encoding.DER)
    return x509.load_der_x509_certificate(der.replace(sha256, sha1))


def _usage(uses: Sequence[str]) -> x509.KeyUsage:
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

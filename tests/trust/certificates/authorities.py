"""The PKI of these tests, declared in one place: who issues and who revokes what.

An authority has a key, a name and its own certificate; it issues leaves and other
authorities, revocation lists and OCSP responses. All keys are P-256 and made once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
)

from tests.trust.pki import HOUR, NOW, YEAR, ec_key, key_usage

_OIDS = {
    "C": NameOID.COUNTRY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}
CRL_ADDRESS = "http://crl.example.org/{name}.crl"
OCSP_ADDRESS = "http://ocsp.example.org/{name}"
KELA = {
    "C": "FI",
    "O": "Kela",
    "CN": "Kela",
    "organizationIdentifier": "VATFI-02462460",
}
EVIL = {"C": "FI", "O": "Evil GmbH", "CN": "Kela"}


def name_of(attributes: Mapping[str, str]) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(_OIDS[key], value) for key, value in attributes.items()]
    )


@dataclass(frozen=True)
class Authority:
    """A certification authority; ``plain`` ones write no extension at all."""

    name: str
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    certificate: x509.Certificate
    plain: bool = False

    @classmethod
    def root(cls, name: str, *, plain: bool = False, **rules) -> Authority:
        key = ec_key(f"authority {name}")
        subject = name_of({"C": "BE", "O": "Commercial", "CN": name})
        extensions = () if plain else authority_extensions(key, key, **rules)
        certificate = build(subject, subject, key.public_key(), key, extensions)
        return cls(name, key, certificate, plain)

    def authority(self, name: str, *, key=None, subject=None, **rules) -> Authority:
        """Issue an authority below this one; or cross-sign one whose key is given."""
        key = key or ec_key(f"authority {name}")
        subject = subject or name_of({"C": "BE", "O": "Commercial", "CN": name})
        period = {k: rules.pop(k) for k in ("valid_from", "valid_to") if k in rules}
        extensions = [
            *authority_extensions(key, self.key, **rules),
            *self.pointers(),
        ]
        certificate = build(
            subject, self.certificate.subject, key.public_key(), self.key, extensions,
            **period,
        )  # fmt: skip
        return Authority(name, key, certificate)

    def leaf(
        self,
        subject: Mapping[str, str] = KELA,
        *,
        key=None,
        uses: Sequence[str] = ("digital_signature",),
        extended: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.CLIENT_AUTH,),
        extensions: Sequence[x509.ExtensionType] = (),
        pointers: bool = True,
        **period,
    ) -> x509.Certificate:
        key = key or ec_key("leaf")
        public = key.public_key() if hasattr(key, "public_key") else key
        own: list[x509.ExtensionType] = []
        if not self.plain:
            own = [
                x509.BasicConstraints(ca=False, path_length=None),
                key_usage(*uses),
                *([x509.ExtendedKeyUsage(extended)] if extended else []),
                *(self.pointers() if pointers else []),
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self.key.public_key()
                ),
            ]
        return build(
            name_of(subject),
            self.certificate.subject,
            public,
            self.key,
            [*own, *extensions],
            **period,
        )

    def pointers(self) -> list[x509.ExtensionType]:
        if self.plain:
            return []
        point = x509.DistributionPoint(
            [uri(CRL_ADDRESS.format(name=self.name))], None, None, None
        )
        access = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, uri(OCSP_ADDRESS.format(name=self.name))
        )
        return [
            x509.CRLDistributionPoints([point]),
            x509.AuthorityInformationAccess([access]),
        ]

    def crl(
        self,
        *revoked: x509.Certificate,
        at: dt.datetime = NOW - HOUR,
        until: dt.datetime = NOW + 24 * HOUR,
        key=None,
    ) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(at)
            .next_update(until)
        )
        for certificate in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(certificate.serial_number)
                .revocation_date(at)
                .build()
            )
        if not self.plain:
            builder = builder.add_extension(x509.CRLNumber(1), critical=False)
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self.key.public_key()
                ),
                critical=False,
            )
        return builder.sign(key or self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def ocsp(
        self,
        certificate: x509.Certificate,
        status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
        *,
        at: dt.datetime = NOW - HOUR,
        until: dt.datetime | None = NOW + HOUR,
    ) -> bytes:
        is_revoked = status is ocsp.OCSPCertStatus.REVOKED
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=certificate,
                issuer=self.certificate,
                algorithm=hashes.SHA1(),
                cert_status=status,
                this_update=at,
                next_update=until,
                revocation_time=at if is_revoked else None,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificate)
        )
        response = builder.sign(self.key, hashes.SHA256())
        return response.public_bytes(Encoding.DER)


def authority_extensions(
    key, issuer_key, *, path_length: int | None = None, names=None, is_ca: bool = True
) -> list[x509.ExtensionType]:
    extensions: list[x509.ExtensionType] = [
        x509.BasicConstraints(ca=is_ca, path_length=path_length if is_ca else None),
        key_usage("key_cert_sign", "crl_sign"),
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
    ]
    return [*extensions, names] if names is not None else extensions


def build(
    subject, issuer, public_key, key, extensions,
    *, valid_from=NOW - YEAR, valid_to=NOW + YEAR,
) -> x509.Certificate:  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_to)
    )
    critical = (x509.BasicConstraints, x509.KeyUsage, x509.NameConstraints)
    for extension in extensions:
        builder = builder.add_extension(
            extension, critical=isinstance(extension, critical)
        )
    return builder.sign(key, hashes.SHA256())


def uri(address: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(address)


@cache
def commercial() -> Authority:
    """A commercial authority that serves Kela and Evil GmbH alike."""
    return Authority.root("commercial")


@cache
def other() -> Authority:
    """Another authority, of which this gateway has never heard."""
    return Authority.root("other")


@cache
def issuing() -> Authority:
    """An intermediate authority of the commercial one."""
    return commercial().authority("issuing", path_length=0)


@cache
def gazelle() -> Authority:
    """A test authority as Gazelle's: neither it nor its leaves have extensions."""
    return Authority.root("gazelle", plain=True)

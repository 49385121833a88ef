"""A time-stamping authority of our own, which may be told to do wrong.

It is written from RFC 3161 and RFC 5652, apart from what reads its stamps.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.trust.pki import NOW, YEAR, ec_key, rsa_key

POLICY = "1.3.182.2.99.1"
STAMPING = ExtendedKeyUsageOID.TIME_STAMPING


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def authority_of(name: str = "tsa-root") -> x509.Certificate:
    """The authority above a TSA."""
    key = ec_key(name)
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(name))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - YEAR)
        .not_valid_after(NOW + 10 * YEAR)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, SHA256())
    )


def stamper(
    key,
    *,
    uses=(STAMPING,),
    critical: bool = True,
    valid_from: datetime = NOW - YEAR,
    valid_to: datetime = NOW + YEAR,
) -> x509.Certificate:
    """The certificate of a TSA under ``tsa-root``."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(named("Time of Tests"))
        .issuer_name(named("tsa-root"))
        .public_key(key.public_key())
        .serial_number(77)
        .not_valid_before(valid_from)
        .not_valid_after(valid_to)
    )
    if uses:
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical)
    return builder.sign(ec_key("tsa-root"), SHA256())


@dataclass
class Tsa:
    """Answers queries; what it does wrong is stated."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = field(
        default_factory=lambda: ec_key("tsa")
    )
    certificate: x509.Certificate | None = None
    moment: datetime = NOW
    scheme: str = "plain"
    status: str = "granted"
    sends_certificate: bool = True
    naming: str | None = "signing_certificate_v2"
    named: x509.Certificate | None = None
    signers: int = 1
    forgets_nonce: bool = False
    content_type: str = "tst_info"
    imprint_algorithm: str = "sha256"
    extension: bool = False

    def answer(self, query: bytes) -> bytes:
        """Return the response to a query."""
        if self.status not in {"granted", "granted_with_mods"}:
            status = tsp.PKIStatusInfo({"status": self.status}).dump()
            return core.Sequence(contents=status).dump()
        asked = tsp.TimeStampReq.load(query)
        return tsp.TimeStampResp(
            {
                "status": {"status": self.status},
                "time_stamp_token": self._token(self._info(asked)),
            }
        ).dump()

    def __post_init__(self) -> None:
        self.own = self.certificate or stamper(self.key)

    def _info(self, asked) -> bytes:
        imprint = asked["message_imprint"].native
        values = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": {
                "hash_algorithm": {"algorithm": self.imprint_algorithm},
                "hashed_message": imprint["hashed_message"],
            },
            "serial_number": 5,
            "gen_time": self.moment,
        }
        if not self.forgets_nonce:
            values["nonce"] = asked["nonce"].native
        if self.extension:
            values["extensions"] = [
                {"extn_id": "2.5.29.99", "critical": True, "extn_value": b"\x05\x00"}
            ]
        return tsp.TSTInfo(values).dump()

    def _token(self, info: bytes) -> cms.ContentInfo:
        own = asn1.Certificate.load(self.own.public_bytes(Encoding.DER))
        signer = self._signer(info, own)
        values = {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {
                "content_type": self.content_type,
                "content": core.ParsableOctetString(info),
            },
            "signer_infos": [signer] * self.signers,
            "certificates": [own] if self.sends_certificate else [],
        }
        return cms.ContentInfo(
            {"content_type": "signed_data", "content": cms.SignedData(values)}
        )

    def _signer(self, info: bytes, own: asn1.Certificate) -> cms.SignerInfo:
        naming = [] if self.naming is None else [self._naming()]
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [hashlib.sha256(info).digest()]},
                *naming,
            ]
        )
        return cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    "issuer_and_serial_number",
                    {"issuer": own.issuer, "serial_number": own.serial_number},
                ),
                "digest_algorithm": {"algorithm": "sha256"},
                "signed_attrs": attributes,
                "signature_algorithm": self._algorithm(),
                "signature": self._sign(attributes.dump()),
            }
        )

    def _naming(self) -> dict:
        der = (self.named or self.own).public_bytes(Encoding.DER)
        if self.naming == "signing_certificate":
            value: dict = {"certs": [{"cert_hash": hashlib.sha1(der).digest()}]}
        else:
            value = {"certs": [{"cert_hash": hashlib.sha256(der).digest()}]}
        return {"type": self.naming, "values": [value]}

    def _algorithm(self) -> algos.SignedDigestAlgorithm:
        if self.scheme == "pss":
            parameters = {
                "hash_algorithm": {"algorithm": "sha256"},
                "mask_gen_algorithm": {
                    "algorithm": "mgf1",
                    "parameters": {"algorithm": "sha256"},
                },
                "salt_length": 32,
            }
            return algos.SignedDigestAlgorithm(
                {"algorithm": "rsassa_pss", "parameters": parameters}
            )
        is_rsa = isinstance(self.key, rsa.RSAPrivateKey)
        name = {
            ("plain", True): "rsassa_pkcs1v15",
            ("named", True): "sha256_rsa",
            ("plain", False): "sha256_ecdsa",
            ("weak", True): "sha1_rsa",
        }[self.scheme, is_rsa]
        return algos.SignedDigestAlgorithm({"algorithm": name})

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(data, ec.ECDSA(SHA256()))
        if self.scheme == "pss":
            pss = padding.PSS(padding.MGF1(SHA256()), 32)
            return self.key.sign(data, pss, SHA256())
        return self.key.sign(data, padding.PKCS1v15(), SHA256())


RSA_TSA = rsa_key("tsa-rsa")
LATE = NOW + timedelta(days=400)

"""Reads a time-stamp token: what it says, and who signed it how.

Spec: RFC 3161 §2.4.2 / RFC 5652 §5 (signed data) / RFC 5816 (ESSCertIDv2).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import (
    SHA256,
    SHA384,
    SHA512,
    HashAlgorithm,
)

from trust.decision import Reason, TrustRefused
from trust.timestamps.query import UNREADABLE

HASHES: Final[dict[str, HashAlgorithm]] = {
    "sha256": SHA256(),
    "sha384": SHA384(),
    "sha512": SHA512(),
}
# Where a signer names its certificate by SHA-1 (RFC 3161 as it was): the signature
# itself is made with none of it.
_NAMING: Final = frozenset({*HASHES, "sha1"})


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says; nothing of it is believed.

    Attributes
    ----------
    imprint
        The SHA-256 of what was stamped.
    signed
        The bytes that the signature is over.
    digest
        The hash of the signature, by its name.
    scheme
        Of the signature: ``rsassa_pkcs1v15``, ``rsassa_pss`` or ``ecdsa``.
    signer, others
        The certificate of the signer, and what else was sent along.
    """

    imprint: bytes
    moment: datetime
    nonce: int | None
    policy: str
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    digest: str
    scheme: str
    salt_length: int
    signer: x509.Certificate
    others: tuple[x509.Certificate, ...]

    @property
    def pss(self) -> padding.PSS:
        """The padding of RSASSA-PSS as it was stated."""
        return padding.PSS(padding.MGF1(HASHES[self.digest]), self.salt_length)


def read_token(der: bytes) -> Token:
    """Read a token; what it signs is what it says.

    Raises
    ------
    TrustRefused
        It has not the form that RFC 3161 asks for, or was altered.
    """
    try:
        return _read(cms.ContentInfo.load(der, strict=True))
    except UNREADABLE:
        raise _form("the time stamp cannot be read") from None


def _read(info: cms.ContentInfo) -> Token:
    if info["content_type"].native != "signed_data":
        raise _form("the time stamp is not signed")
    data = info["content"]
    content = data["encap_content_info"]
    if content["content_type"].native != "tst_info":
        raise _form("what is signed is no time stamp")
    signers = list(data["signer_infos"])
    if len(signers) != 1:
        raise _form(f"the time stamp has {len(signers)} signers")
    [signer] = signers
    said = _said(bytes(content["content"]))
    certificates = [each.chosen.dump() for each in data["certificates"]]
    leaf = _certificate_of(signer["sid"], certificates)
    digest, scheme, salt_length = _algorithms(signer)
    attributes = signer["signed_attrs"]
    _require_attributes(attributes, bytes(content["content"]), digest, leaf)
    return Token(
        imprint=said["message_imprint"]["hashed_message"].native,
        moment=said["gen_time"].native,
        nonce=said["nonce"].native,
        policy=said["policy"].native,
        signed=attributes.untag().dump(),
        signature=signer["signature"].native,
        digest=digest,
        scheme=scheme,
        salt_length=salt_length,
        signer=x509.load_der_x509_certificate(leaf),
        others=tuple(
            x509.load_der_x509_certificate(each)
            for each in certificates
            if each != leaf
        ),
    )


def _said(content: bytes) -> tsp.TSTInfo:
    said = tsp.TSTInfo.load(content, strict=True)
    algorithm = said["message_imprint"]["hash_algorithm"]["algorithm"].native
    if algorithm != "sha256":
        raise _form("the time stamp is not about a SHA-256")
    if any(each["critical"].native for each in said["extensions"]):
        raise _form("the time stamp has a critical extension that is not known")
    return said


def _certificate_of(sid: cms.SignerIdentifier, certificates: list[bytes]) -> bytes:
    """Return the certificate that the signer names; it has to be sent along."""
    for der in certificates:
        each = cms.CertificateChoices("certificate", _foreign(der)).chosen
        if sid.name == "issuer_and_serial_number":
            named = sid.chosen
            is_it = (each.issuer, each.serial_number) == (
                named["issuer"],
                named["serial_number"].native,
            )
        else:
            is_it = each.key_identifier == sid.chosen.native
        if is_it:
            return der
    raise _form("the certificate of the time stamp's signer was not sent along")


def _foreign(der: bytes) -> Any:
    return cms.Certificate.load(der)


def _algorithms(signer: cms.SignerInfo) -> tuple[str, str, int]:
    stated = signer["signature_algorithm"]
    digest = str(signer["digest_algorithm"]["algorithm"].native)
    scheme, salt_length = str(stated.signature_algo), 0
    if scheme == "rsassa_pss":
        parameters = stated["parameters"]
        salt_length = int(parameters["salt_length"].native)
        named = {
            parameters["hash_algorithm"]["algorithm"].native,
            parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native,
        }
    else:
        # Plain rsaEncryption names no hash; it is that of the digest.
        is_plain = stated["algorithm"].native == "rsassa_pkcs1v15"
        named = {digest if is_plain else stated.hash_algo}
    if named != {digest} or digest not in HASHES:
        raise TrustRefused(
            Reason.SIGNATURE_ALGORITHM_REFUSED,
            "the time stamp is signed with a hash that is not accepted",
        )
    return digest, scheme, salt_length


def _require_attributes(
    attributes: cms.CMSAttributes, content: bytes, digest: str, signer: bytes
) -> None:
    """Compare what is signed with the content and with the signer's certificate."""
    values = {each["type"].native: each["values"] for each in attributes}
    if len(values) != len(attributes):
        raise _form("a signed attribute of the time stamp is repeated")
    if _only(values, "content_type").native != "tst_info":
        raise _form("the signature of the time stamp is about something else")
    actual = hashlib.new(digest, content).digest()
    if not hmac.compare_digest(_only(values, "message_digest").native, actual):
        raise TrustRefused(Reason.DIGEST_MISMATCH, "the time stamp was altered")
    algorithm, named = _named_certificate(values)
    if algorithm not in _NAMING or hashlib.new(algorithm, signer).digest() != named:
        raise TrustRefused(
            Reason.SIGNING_CERTIFICATE_MISMATCH,
            "the time stamp was signed for another certificate than was sent along",
        )


def _named_certificate(values: dict[str, Any]) -> tuple[str, bytes]:
    """Return how the signature names the certificate of its signer."""
    if "signing_certificate_v2" in values:
        first = _only(values, "signing_certificate_v2")["certs"][0]
        return first["hash_algorithm"]["algorithm"].native, first["cert_hash"].native
    first = _only(values, "signing_certificate")["certs"][0]
    return "sha1", first["cert_hash"].native


def _only(values: dict[str, Any], name: str) -> Any:
    found = values.get(name, ())
    if len(found) != 1:
        raise _form(f"the time stamp does not have one {name.replace('_', ' ')}")
    return found[0]


def _form(sentence: str) -> TrustRefused:
    return TrustRefused(Reason.SIGNATURE_FORM_REFUSED, sentence)

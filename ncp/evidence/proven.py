"""Verifies evidence of a message as others do: with the seal's certificate alone.

The document must be under the seal. Where the proof is there too, the record it holds
must say the same of the message, and stand in the log of a head under the seal.

Spec: ETSI TS 102 640-2 / RFC 6962 §2.1.1.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from ncp.errors import ConfigurationError
from ncp.evidence.logged_exchange import LoggedExchange
from ncp.evidence.merkle import entry_leaf, proves_inclusion
from ncp.evidence.rem import REM, SHA_256, EvidenceKind, Party, unsealed
from ncp.evidence.tree_head import SignedTreeHead
from trust.decision import TrustRefused
from trust.namespaces import DS
from trust.smp.signature import METADATA_LIMITS as LIMITS
from trust.smp.signature import verify_document
from trust.xml import XmlRefused, parse_xml
from trust.xmlsignature import SignatureRefused

_KINDS: Final = {f"{{{REM}}}{kind.value}" for kind in EvidenceKind}
_DETAILS: Final = f"{{{REM}}}SenderMessageDetails"


class EvidenceRefused(ValueError):  # noqa: N818 - a finding, not a defect
    """Evidence or its proof does not hold; the text says why."""


@dataclass(frozen=True, slots=True)
class ProvenMessage:
    """What verified evidence says.

    Attributes
    ----------
    subject
        As in :class:`ncp.evidence.rem.MessageEvidence`.
    sha256
        Of the body of HTTP, in hex.
    parties
        The names of who sent and who received.
    seal
        The certificate of who sealed it, in DER.
    canonical
        The whole document without its signature.
    """

    subject: str
    event_code: str
    event_time: str
    message_id: str
    sha256: str
    parties: tuple[str, ...]
    seal: bytes = field(repr=False)
    canonical: bytes = field(repr=False)


def verify_rem(data: bytes, seals: Collection[x509.Certificate]) -> ProvenMessage:
    """Verify a document of evidence.

    Parameters
    ----------
    seals
        The certificates whose key may have sealed it.

    Raises
    ------
    EvidenceRefused
        It is none, was altered, or is under another seal.
    """
    try:
        root = parse_xml(data, LIMITS)
    except XmlRefused as error:
        raise EvidenceRefused(f"the evidence cannot be read: {error}") from None
    if root.tag not in _KINDS:
        raise EvidenceRefused("this is no evidence of a message sent or received")
    signatures = list(root.iter(f"{{{DS}}}Signature"))
    if len(signatures) != 1 or root[-1] is not signatures[0]:
        raise EvidenceRefused("it has not one signature, at its end")
    try:
        seal = verify_document(signatures[0], lambda der: _seal(der, seals))
    except (SignatureRefused, TrustRefused) as error:
        raise EvidenceRefused(str(error)) from None
    root.remove(signatures[0])
    return _read(root, seal)


def verify_logged(
    proven: ProvenMessage, proof: Mapping[str, Any], seals: Collection[x509.Certificate]
) -> SignedTreeHead:
    """Verify that the log holds a record which says the same; return the log's head.

    Raises
    ------
    EvidenceRefused
        The record says otherwise, or is not proven to be in the log.
    """
    try:
        record = base64.b64decode(proof["record"], validate=True)
        head = SignedTreeHead.from_json(proof["signed_head"])
        _check_head(head, seals)
        _check_place(record, proof, head)
        _check_record(proven, record)
    except (KeyError, TypeError, ValueError, ConfigurationError) as error:
        if isinstance(error, EvidenceRefused):
            raise
        raise EvidenceRefused("this is no proof of a record") from None
    return head


def _seal(der: bytes, seals: Collection[x509.Certificate]) -> x509.Certificate:
    for seal in seals:
        if seal == x509.load_der_x509_certificate(der):
            return seal
    raise EvidenceRefused("it is sealed with another certificate than those named")


def _read(root: etree._Element, seal: x509.Certificate) -> ProvenMessage:
    details = root.find(_DETAILS)
    method = None if details is None else details.find(f"{{{DS}}}DigestMethod")
    if details is None or method is None or method.get("Algorithm") != SHA_256:
        raise EvidenceRefused("it names no SHA-256 of a message")
    try:
        digest = base64.b64decode(details.findtext(f"{{{DS}}}DigestValue", ""))
    except binascii.Error:
        raise EvidenceRefused("its digest is no base64") from None
    return ProvenMessage(
        details.findtext(f"{{{REM}}}MessageSubject", ""),
        root.findtext(f"{{{REM}}}EventCode", ""),
        root.findtext(f"{{{REM}}}EventTime", ""),
        details.findtext(f"{{{REM}}}MessageIdentifierByREMMD", ""),
        digest.hex(),
        tuple(name.text or "" for name in root.iter(f"{{{REM}}}Name")),
        seal.public_bytes(Encoding.DER),
        _canonical(root),
    )


def _check_head(head: SignedTreeHead, seals: Collection[x509.Certificate]) -> None:
    if head.certificate not in seals:
        raise EvidenceRefused("the head of the log is under another seal")
    if not head.is_genuine():
        raise EvidenceRefused("the head of the log was altered after it was signed")


def _check_place(record: bytes, proof: Mapping[str, Any], head: SignedTreeHead) -> None:
    entry = proof["entry"]
    if hashlib.sha256(record).hexdigest() != entry["content_hash"]:
        raise EvidenceRefused("the record is not the one that was logged")
    leaf = entry_leaf(
        entry["source"], entry["sequence"], entry["delete_after"], entry["content_hash"]
    )
    path = [bytes.fromhex(each) for each in proof["path"]]
    size, root = head.head.size, head.head.root
    if not proves_inclusion(leaf, proof["index"], size, path, root):
        raise EvidenceRefused("the record is not in the log of the head")


def _check_record(proven: ProvenMessage, record: bytes) -> None:
    exchange = LoggedExchange.from_record(record)
    for own in proven.parties:
        party = Party(own, proven.seal)
        for message in exchange.messages(party):
            if _canonical(parse_xml(unsealed(message, proven.seal), LIMITS)) == (
                proven.canonical
            ):
                return
    raise EvidenceRefused("the record says otherwise of the message")


def _canonical(root: etree._Element) -> bytes:
    return etree.tostring(root, method="c14n", with_comments=False)

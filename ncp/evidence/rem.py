"""Evidence as ETSI REM writes it, of one message that was sent or received.

Who sent has evidence that it was sent (origin: ``SubmissionAcceptanceRejection``), who
received that it was received (``AcceptanceRejectionByRecipient``). It is written and
sealed when it is asked for; what it says was recorded with the exchange.

Spec: ETSI TS 102 640-2 (elements and their order) / ISO/IEC 13888-1 §8 / XML Signature
1.1. OpenNCP's form, but for the digest: it is over the bytes of the wire, and its
method is a URI of XML Encryption. No policy is named: none was agreed on.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from ncp.errors import ConfigurationError
from ncp.evidence.exchange_evidence import WireMessage
from trust.certificates import SigningKey
from trust.namespaces import DS
from trust.smp.signature import sign_document
from trust.xml import Element, write_xml

REM: Final = "http://uri.etsi.org/02640/v1#"
SHA_256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
STRONG: Final = "http://uri.etsi.org/REM/AuthMethod#Strong"
ACCEPTANCE: Final = "Acceptance"
REJECTION: Final = "Rejection"
_WHOLE: Final = etree.XPath("/*")


class EvidenceKind(Enum):
    """Of what it is evidence; the value is the element it is written as."""

    ORIGIN = "SubmissionAcceptanceRejection"
    RECEIPT = "AcceptanceRejectionByRecipient"


@dataclass(frozen=True, slots=True)
class Party:
    """Who sent or received: a country's gateway, as far as it is known.

    ``certificate`` is in DER; None where it is not known.
    """

    name: str
    certificate: bytes | None = None


@dataclass(frozen=True, slots=True)
class MessageEvidence:
    """What is evident of one message.

    Attributes
    ----------
    subject
        Side, transaction, request or response, and its way:
        ``NCPA_ITI-39_REQ_RECEIVED``.
    exchange_id
        The exchange in our records, in hex.
    submitted_at, recorded_at
        When the exchange began, and when its record was written.
    rejection
        The condition for which it was rejected; None where it was accepted.
    """

    kind: EvidenceKind
    subject: str
    exchange_id: str
    message: WireMessage
    sender: Party
    recipient: Party
    submitted_at: datetime
    recorded_at: datetime
    rejection: str | None = None

    @property
    def identifier(self) -> str:
        """The same evidence has the same identifier, however often it is written."""
        return uuid.uuid5(uuid.UUID(self.exchange_id), self.subject).urn

    @property
    def event_code(self) -> str:
        """What became of the message."""
        return REJECTION if self.rejection else ACCEPTANCE


def write_rem(evidence: MessageEvidence, seal: SigningKey) -> bytes:
    """Write evidence as a document under our seal.

    Raises
    ------
    ConfigurationError
        The seal is not an RSA key: the form knows no other.
    """
    try:
        return sign_document(unsealed(evidence, _der(seal)), _WHOLE, seal)
    except ValueError:
        raise ConfigurationError(
            "evidence is sealed with RSA and SHA-256, and `keys.seal` is another key",
            "name an RSA key; the seals of eHDSI are",
        ) from None


def unsealed(evidence: MessageEvidence, issuer: bytes) -> bytes:
    """Write evidence without a signature; ``issuer`` is a certificate in DER."""
    root = Element(
        f"{{{REM}}}{evidence.kind.value}",
        {"version": "2"},
        children=list(_content(evidence, issuer)),
    )
    return write_xml(root, {REM: "", DS: "ds"})


def instant(moment: datetime) -> str:
    """Write a moment as an ``xs:dateTime`` in UTC."""
    return (
        moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    )


def _content(evidence: MessageEvidence, issuer: bytes) -> Iterator[Element]:
    yield _text("EventCode", evidence.event_code)
    if evidence.rejection is not None:
        reason = _rem("EventReason", _text("Code", evidence.rejection))
        yield _rem("EventReasons", reason)
    yield _text("EvidenceIdentifier", evidence.identifier)
    yield _rem("EvidenceIssuerDetails", _certificate(issuer))
    yield _rem(
        "SenderAuthenticationDetails",
        _text("AuthenticationTime", instant(evidence.submitted_at)),
        _text("AuthenticationMethod", STRONG),
    )
    yield _text("EventTime", instant(evidence.recorded_at))
    yield _text("SubmissionTime", instant(evidence.submitted_at))
    yield _rem("SenderDetails", *_party(evidence.sender))
    recipient = _rem("EntityDetails", *_party(evidence.recipient))
    yield _rem("RecipientsDetails", recipient)
    yield _message(evidence)


def _message(evidence: MessageEvidence) -> Element:
    message = evidence.message
    identifier = message.message_id or evidence.identifier
    method = Element(f"{{{DS}}}DigestMethod", {"Algorithm": SHA_256})
    digest = base64.b64encode(bytes.fromhex(message.sha256)).decode()
    element = _rem(
        "SenderMessageDetails",
        _text("MessageSubject", evidence.subject),
        _text("UAMessageIdentifier", identifier),
        _text("MessageIdentifierByREMMD", identifier),
        method,
        Element(f"{{{DS}}}DigestValue", children=[digest]),
    )
    element.attributes["isNotification"] = "false"
    return element


def _party(party: Party) -> Iterator[Element]:
    name = _rem("EntityName", _text("Name", party.name))
    yield _rem("NamesPostalAddresses", _rem("NamePostalAddress", name))
    if party.certificate is not None:
        yield _certificate(party.certificate)


def _certificate(der: bytes) -> Element:
    shown = base64.b64encode(der).decode()
    return _rem("CertificateDetails", _text("X509Certificate", shown))


def _der(seal: SigningKey) -> bytes:
    return seal.certificate.public_bytes(Encoding.DER)


def _text(name: str, text: str) -> Element:
    return _rem(name, text)


def _rem(name: str, *children: Element | str) -> Element:
    return Element(f"{{{REM}}}{name}", children=list(children))

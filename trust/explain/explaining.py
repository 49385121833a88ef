"""Judges what a file holds as the gateway would, and keeps every step.

A file is not a message on the wire: who was at the other end of TLS is not in it, and
neither is what was presented before. What is assumed instead stands in the notes.

Spec: fact sheet 02 §2.5 (the order of the checks).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from trust.assertions import (
    AssertionPolicy,
    decide_assertion,
    decide_security_header,
)
from trust.certificates import (
    CertificateBelief,
    CertificateTrust,
    Purpose,
    decide_certificate,
)
from trust.decision import Reason, TrustDecision
from trust.explain.explanation import CertificateFacts, Explanation
from trust.explain.metadata import explain_entry, is_entry
from trust.explain.signatures import SignatureFinding, examine_signatures
from trust.explain.trust_lists import explain_trust_list
from trust.identifiers import CountryCode
from trust.namespaces import HL7, SAML, SOAP_12
from trust.trustlist import is_trust_list
from trust.xml import ParseLimits, XmlRefused, parse_xml

# A response may carry documents as base64 in the envelope itself.
_LIMITS: Final = ParseLimits(
    max_bytes=64 << 20, max_depth=64, max_nodes=200_000, huge_text=True
)
_PEM: Final = b"-----BEGIN CERTIFICATE-----"
_XML_BLANKS: Final = b"\xef\xbb\xbf \t\r\n"
_DER_SEQUENCE: Final = b"\x30"
_ASSERTION: Final = f"{{{SAML}}}Assertion"
_BODY: Final = f"{{{SOAP_12}}}Body"
# ITI-55 asks who the patient is: no treatment can have been confirmed yet.
_DISCOVERY: Final = f"{{{HL7}}}PRPA_IN201305UV02"
# User-assigned in ISO 3166-1, so nobody's: where no signer is believed.
_NOBODY: Final = CountryCode("ZZ")
_PURPOSES: Final = (Purpose.SEAL, Purpose.TLS_CLIENT, Purpose.TLS_SERVER)
_OF_A_MESSAGE: Final = (
    "Permission, patient, consent and who presented the assertions before are judged "
    "by the running gateway only."
)
_OF_AN_ASSERTION: Final = (
    "Judged by itself: whether it fits the other assertions of its message is not "
    "known."
)
_OF_A_CERTIFICATE: Final = (
    "A certificate is believed for one purpose at a time; each is tried."
)
_OF_THE_SENDER: Final = (
    "The file does not say who sent it; taken to be {country}, the country of the "
    "first seal (--peer names another)."
)
_SAYS_LITTLE: Final = frozenset(
    {
        Reason.PEER_NOT_PINNED,
        Reason.SIGNER_NOT_PINNED,
        Reason.CERTIFICATE_WRONG_PURPOSE,
    }
)


class Unreadable(ValueError):  # noqa: N818 - the operator's word for it
    """The file holds nothing that could be judged; the text says what it is instead."""


@dataclass(frozen=True, slots=True)
class ExplainTerms:
    """What a file is judged by.

    Attributes
    ----------
    peer_country
        The country at the other end of TLS; None takes that of the first seal.
    notes
        What the reader has to know of the terms themselves.
    publishers
        Whose signature on entries of directories is believed; None where that is not
        known.
    """

    trust: CertificateTrust
    policy: AssertionPolicy
    peer_country: CountryCode | None = None
    notes: tuple[str, ...] = ()
    publishers: CertificateTrust | None = None


def explain(data: bytes, terms: ExplainTerms, now: datetime) -> Explanation:
    """Explain a certificate, an assertion, an envelope, a trust list, an entry.

    Raises
    ------
    Unreadable
        The bytes are none of these.
    """
    is_xml = data.lstrip(_XML_BLANKS).startswith(b"<")
    if _PEM in data and not is_xml:
        return _explain_certificates(_from_pem(data), terms, now)
    if data.startswith(_DER_SEQUENCE):
        return _explain_certificates([_from_der(data)], terms, now)
    root = _parse(data)
    if root.tag == _ASSERTION:
        return _explain_assertion(root, terms, now)
    if is_trust_list(root):
        return explain_trust_list(data, now)
    if is_entry(root):
        return explain_entry(data, terms.trust, terms.publishers, now)
    if etree.QName(root).localname == "Envelope":
        return _explain_message(root, terms, now)
    raise Unreadable(
        f"The file is XML, but its root is {etree.QName(root).localname}: neither an "
        "assertion nor a SOAP message."
    )


# Messages and assertions --------------------------------------------------------------


def _explain_message(
    envelope: etree._Element, terms: ExplainTerms, now: datetime
) -> Explanation:
    signatures = examine_signatures(envelope, _LIMITS)
    country, notes = _peer_country(signatures, terms, now)
    is_discovery = envelope.find(f"{_BODY}/{_DISCOVERY}") is not None
    belief = decide_security_header(
        envelope,
        trc_required=not is_discovery,
        peer_country=country,
        pins=terms.trust,
        policy=terms.policy,
        now=now,
        nok_allowed=is_discovery and terms.policy.accept_next_of_kin,
    )
    return Explanation(
        "SOAP message",
        belief.decision,
        belief.decisions,
        signatures,
        _signers(signatures, terms, now),
        (*notes, _OF_A_MESSAGE),
    )


def _explain_assertion(
    assertion: etree._Element, terms: ExplainTerms, now: datetime
) -> Explanation:
    signatures = examine_signatures(assertion, _LIMITS)
    country, notes = _peer_country(signatures, terms, now)
    belief = decide_assertion(
        assertion,
        peer_country=country,
        pins=terms.trust,
        policy=terms.policy,
        now=now,
    )
    return Explanation(
        belief.decisions[-1].subject,
        belief.decision,
        belief.decisions,
        signatures,
        _signers(signatures, terms, now),
        (*notes, _OF_AN_ASSERTION),
    )


def _signers(
    signatures: Iterable[SignatureFinding], terms: ExplainTerms, now: datetime
) -> tuple[CertificateFacts, ...]:
    signers = [each.signer for each in signatures if each.signer is not None]
    return tuple(
        CertificateFacts.of(each, _seal(each, terms, now).decision.sentence)
        for each in dict.fromkeys(signers)
    )


def _peer_country(
    signatures: Iterable[SignatureFinding], terms: ExplainTerms, now: datetime
) -> tuple[CountryCode, tuple[str, ...]]:
    if terms.peer_country is not None:
        return terms.peer_country, terms.notes
    for finding in signatures:
        seal = None if finding.signer is None else _seal(finding.signer, terms, now)
        if seal is not None and seal.country is not None:
            assumed = _OF_THE_SENDER.format(country=seal.country)
            return seal.country, (*terms.notes, assumed)
    return _NOBODY, terms.notes


def _seal(
    certificate: x509.Certificate, terms: ExplainTerms, now: datetime
) -> CertificateBelief:
    der = certificate.public_bytes(Encoding.DER)
    return decide_certificate(der, Purpose.SEAL, terms.trust, now, subject="seal")


def _parse(data: bytes) -> etree._Element:
    try:
        return parse_xml(data, _LIMITS)
    except XmlRefused as refused:
        raise Unreadable(
            f"The file is no certificate, and as XML it is refused: {refused}."
        ) from refused


# Certificates -------------------------------------------------------------------------


def _explain_certificates(
    ders: list[bytes], terms: ExplainTerms, now: datetime
) -> Explanation:
    beliefs = [
        decide_certificate(
            ders[0], purpose, terms.trust, now, subject=f"certificate as {purpose}"
        )
        for purpose in _PURPOSES
    ]
    decisions = tuple(belief.decision for belief in beliefs)
    certificates = [each.certificate for each in beliefs if each.certificate]
    notes = [*terms.notes, _OF_A_CERTIFICATE]
    if len(ders) > 1:
        notes.append(f"The file holds {len(ders)} certificates; the first is judged.")
    return Explanation(
        "certificate",
        _telling(decisions),
        decisions,
        (),
        tuple(CertificateFacts.of(each) for each in dict.fromkeys(certificates)),
        tuple(notes),
    )


def _telling(decisions: tuple[TrustDecision, ...]) -> TrustDecision:
    """Return the decision that says most: an acceptance, or a fault of its own."""

    def rank(decision: TrustDecision) -> int:
        return 0 if decision.is_accepted else 1 + (decision.reason in _SAYS_LITTLE)

    return min(decisions, key=rank)


def _from_pem(data: bytes) -> list[bytes]:
    try:
        certificates = x509.load_pem_x509_certificates(data)
    except ValueError:
        raise Unreadable(
            "The file looks like a PEM certificate and cannot be read as one."
        ) from None
    return [each.public_bytes(Encoding.DER) for each in certificates]


def _from_der(data: bytes) -> bytes:
    try:
        x509.load_der_x509_certificate(data)
    except ValueError:
        raise Unreadable(
            "The file looks like DER and holds no X.509 certificate; a PKCS#12 file "
            "holds one, but has to be opened first."
        ) from None
    return data

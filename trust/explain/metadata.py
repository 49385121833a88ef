"""Explains an entry of a directory: both signatures, what it says, and where it leads.

Spec: OASIS BDX SMP 1.0 §3.6 / fact sheet 02 §4.2.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cryptography import x509
from lxml import etree

from trust.certificates import (
    CertificatePin,
    CertificateTrust,
    PinStore,
    Purpose,
    read_certificate,
)
from trust.decision import Reason, TrustDecision, TrustRefused, accept, deny
from trust.explain.explanation import CertificateFacts, Explanation
from trust.explain.signatures import SignatureFinding
from trust.identifiers import CountryCode
from trust.smp.addresses import AddressRules
from trust.smp.belief import MetadataTerms, decide_metadata
from trust.smp.identifiers import EntryId
from trust.smp.metadata import ServiceInformation
from trust.smp.reading import read_service_metadata, refused, smp
from trust.smp.signature import METADATA_LIMITS, as_document, verify_document
from trust.smp.signature_form import SIGNATURE, read_signature
from trust.xml import XmlRefused, parse_xml
from trust.xmlsignature import SignatureRefused, strong_certificate

_SUBJECT: Final = "entry of a directory"
_COVER: Final = "signature of the publisher"
_SEAL: Final = "seal of the country"
_EUROPE: Final = CountryCode("EU")
_ANY_PORT: Final = frozenset(range(1, 65_536))
_OF_THE_PUBLISHER: Final = (
    "Who may publish stands in [directory] of the settings; without it, whoever signed "
    "this entry is taken to be the publisher."
)
_OF_THE_ADDRESS: Final = (
    "Whether its address may be connected to is judged by the running gateway."
)


def is_entry(root: etree._Element) -> bool:
    """Tell whether this is the root of a directory's entry."""
    return root.tag == smp("SignedServiceMetadata")


def explain_entry(
    data: bytes,
    seals: CertificateTrust,
    publishers: CertificateTrust | None,
    now: datetime,
) -> Explanation:
    """Explain an entry as it was served."""
    try:
        root = parse_xml(data, METADATA_LIMITS)
        asked = _about(root)
        terms = MetadataTerms(
            publishers or _whoever(root), seals, AddressRules(ports=_ANY_PORT)
        )
    except (TrustRefused, XmlRefused) as error:
        return _unreadable(error, now)
    verdict = decide_metadata(data, asked, terms, now).decision
    examined = _examine(root, now)
    findings = tuple(finding for finding, _ in examined)
    return Explanation(
        _SUBJECT,
        verdict,
        (*(step for _, step in examined), verdict),
        findings,
        tuple(CertificateFacts.of(each.signer) for each in findings if each.signer),
        (_OF_THE_ADDRESS,) if publishers else (_OF_THE_PUBLISHER, _OF_THE_ADDRESS),
    )


def _about(root: etree._Element) -> EntryId:
    """Return what the entry says it is about: nobody has asked for anything else."""
    if len(root) != 2:
        raise refused("its root holds other than one ServiceMetadata and a signature")
    metadata = read_service_metadata(root[0])
    if not isinstance(metadata, ServiceInformation):
        raise refused("it is a redirect: what it leads to says whose entry it is")
    return metadata.entry


def _whoever(root: etree._Element) -> PinStore:
    leaf = read_certificate(read_signature(root[1]).certificate_der)
    pin = CertificatePin.of(
        leaf, country=_EUROPE, purpose=Purpose.SMP_SIGNER, label="the file itself"
    )
    return PinStore([pin])


def _examine(
    root: etree._Element, now: datetime
) -> list[tuple[SignatureFinding, TrustDecision]]:
    sealed = as_document(root[0])
    return [
        _finding(_COVER, root[1], now),
        _finding(_SEAL, next(sealed.iter(SIGNATURE), None), now),
    ]


def _finding(
    name: str, signature: etree._Element | None, now: datetime
) -> tuple[SignatureFinding, TrustDecision]:
    signer: x509.Certificate | None = None
    try:
        if signature is None:
            raise SignatureRefused(Reason.SIGNATURE_ABSENT, "there is none")
        signer = read_certificate(read_signature(signature).certificate_der)
        verify_document(signature, strong_certificate)
    except TrustRefused as error:
        step = deny(name, error.reason, error.sentence, now)
        return SignatureFinding(name, False, signer, error.sentence), step
    step = accept(name, "it holds, which by itself makes it anybody's", now)
    return SignatureFinding(name, True, signer, None), step


def _unreadable(error: TrustRefused | XmlRefused, now: datetime) -> Explanation:
    if isinstance(error, XmlRefused):
        error = refused(str(error))
    decision = deny(_SUBJECT, error.reason, error.sentence, now)
    return Explanation(_SUBJECT, decision, (decision,), (), (), ())

"""May this entry of a directory be believed, and why?

Two signatures: whoever publishes has signed the whole, and the country itself has
sealed what it says. The publisher alone could invent a country's address, the country
alone could be replayed under another name; both must hold, and the country must be the
one that was asked for.

Spec: OASIS BDX SMP 1.0 §3.6 / fact sheet 02 §4.2 (rules), §4.4 (redirect), §7.2 rows
31 to 34.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier
from lxml import etree

from trust.certificates import (
    CertificateTrust,
    Purpose,
    check_profile,
    decide_certificate,
    subject_name,
)
from trust.decision import Reason, TrustDecision, TrustRefused, accept, deny
from trust.identifiers import CountryCode
from trust.smp.addresses import AddressRules, check_address
from trust.smp.identifiers import EntryId, country_of
from trust.smp.metadata import ServiceInformation, ServiceMetadata
from trust.smp.reading import read_service_metadata, refused, smp
from trust.smp.refused import DirectoryRefused
from trust.smp.services import FORMS, Carries, process_of, service_of
from trust.smp.signature import METADATA_LIMITS, as_document, verify_document
from trust.smp.signature_form import SIGNATURE
from trust.xml import XmlRefused, parse_xml
from trust.xmlsignature import SignatureRefused

_UNIQUE_IDENTIFIER: Final = ObjectIdentifier("2.5.4.45")
_CARRIED: Final = {
    Carries.TLS_SERVER: Purpose.TLS_SERVER,
    Carries.SEAL: Purpose.SEAL,
}


@dataclass(frozen=True, slots=True)
class MetadataTerms:
    """What entries are judged by.

    Attributes
    ----------
    publishers
        Whose signature outside is believed (SMP_SIGNER).
    seals
        Whose seal inside is believed. It must come from the settings alone: what was
        learnt from a directory never vouches for the directory.
    endpoints
        Where the endpoints of peers may be.
    """

    publishers: CertificateTrust
    seals: CertificateTrust
    endpoints: AddressRules = field(default_factory=AddressRules)


@dataclass(frozen=True, slots=True)
class MetadataBelief:
    """The verdict on an entry; ``metadata`` is set only where it is believed."""

    decision: TrustDecision
    metadata: ServiceMetadata | None


def decide_metadata(
    document: bytes,
    asked: EntryId,
    terms: MetadataTerms,
    now: datetime,
    *,
    publisher_uid: str | None = None,
) -> MetadataBelief:
    """Judge the answer of a directory.

    Parameters
    ----------
    asked
        What was asked for; an entry of anything else is refused.
    publisher_uid
        Whom a redirect named as the signer of this answer.
    """
    subject = "entry of the directory"
    evidence: list[str] = []
    try:
        metadata = _believed(document, asked, terms, now, publisher_uid, evidence)
    except TrustRefused as error:
        decision = deny(subject, error.reason, error.sentence, now, tuple(evidence))
        return MetadataBelief(decision, None)
    sentence = "both signatures hold, and it is what was asked for"
    return MetadataBelief(accept(subject, sentence, now, tuple(evidence)), metadata)


def decide_sealed(
    sealed: bytes, entry: EntryId, seals: CertificateTrust, now: datetime
) -> ServiceMetadata:
    """Judge a sealed entry that is to be published at a place.

    Raises
    ------
    TrustRefused
        It is not sealed by its country, or is of another country or service.
    """
    root = _parsed(sealed)
    judge = _judge(seals, Purpose.SEAL, now, country_of(entry.participant))
    verify_document(_seal(root), judge)
    metadata = read_service_metadata(root)
    if isinstance(metadata, ServiceInformation) and not metadata.entry.matches(entry):
        raise _of_another()
    return metadata


def _believed(
    document: bytes,
    asked: EntryId,
    terms: MetadataTerms,
    now: datetime,
    publisher_uid: str | None,
    evidence: list[str],
) -> ServiceMetadata:
    inner, cover = _parts(document)
    publisher = verify_document(
        cover, _judge(terms.publishers, Purpose.SMP_SIGNER, now)
    )
    evidence.append(f"published by {subject_name(publisher)}")
    if publisher_uid is not None:
        _check_named(publisher_uid, publisher)
        evidence.append("the publisher is the one that the redirect named")
    sealed = as_document(inner)
    country = country_of(asked.participant)
    seal = verify_document(
        _seal(sealed), _judge(terms.seals, Purpose.SEAL, now, country)
    )
    evidence.append(f"sealed by {subject_name(seal)} of {country}")
    metadata = read_service_metadata(sealed)
    if isinstance(metadata, ServiceInformation):
        _check_information(metadata, asked, terms, now)
        evidence += _described(metadata)
    return metadata


def _parts(document: bytes) -> tuple[etree._Element, etree._Element]:
    """Return what was published and the publisher's signature, each in its place."""
    root = _parsed(document)
    if root.tag != smp("SignedServiceMetadata"):
        raise refused("its root is not SignedServiceMetadata")
    parts = list(root)
    if [part.tag for part in parts] == [smp("ServiceMetadata")]:
        raise SignatureRefused(Reason.SIGNATURE_ABSENT, "the publisher has not signed")
    if [part.tag for part in parts] != [smp("ServiceMetadata"), SIGNATURE]:
        raise refused("its root holds other than one ServiceMetadata and a signature")
    return parts[0], parts[1]


def _parsed(document: bytes) -> etree._Element:
    try:
        return parse_xml(document, METADATA_LIMITS)
    except XmlRefused as error:
        raise DirectoryRefused(
            Reason.DIRECTORY_ANSWER_UNUSABLE, f"the directory's answer: {error}"
        ) from None


def _seal(sealed: etree._Element) -> etree._Element:
    """Return the only signature inside an entry, in the only place it may have."""
    everywhere = list(sealed.iter(SIGNATURE))
    if not everywhere:
        raise SignatureRefused(
            Reason.SIGNATURE_ABSENT, "the country has not sealed its entry"
        )
    in_place = sealed.findall(f"*/{smp('Extension')}/{SIGNATURE}")
    if len(everywhere) != 1 or in_place != everywhere:
        raise SignatureRefused(
            Reason.SIGNATURE_FORM_REFUSED,
            "the entry has more than one signature, or one that is not in the "
            "Extension of its only part",
        )
    return everywhere[0]


def _judge(
    trust: CertificateTrust,
    purpose: Purpose,
    now: datetime,
    country: CountryCode | None = None,
) -> Callable[[bytes], x509.Certificate]:
    def judge(der: bytes) -> x509.Certificate:
        belief = decide_certificate(der, purpose, trust, now, subject="signer")
        decision = belief.decision
        if not decision.is_accepted or belief.certificate is None:
            raise SignatureRefused(decision.reason, decision.sentence)
        if purpose is Purpose.SEAL and belief.country != country:
            raise SignatureRefused(
                Reason.SIGNER_OF_ANOTHER_COUNTRY,
                f"the entry of {country} bears the seal of {belief.country}",
            )
        return belief.certificate

    return judge


def _check_named(uid: str, publisher: x509.Certificate) -> None:
    """Refuse an answer that another signed than the redirect named (§2.3.3)."""
    if uid.strip() not in _names_of(publisher):
        raise DirectoryRefused(
            Reason.DIRECTORY_REDIRECT_REFUSED,
            "the answer was not signed by the certificate that the redirect names",
        )


def _names_of(certificate: x509.Certificate) -> frozenset[str]:
    subject = certificate.subject
    attributes = [
        str(attribute.value)
        for oid in (_UNIQUE_IDENTIFIER, NameOID.COMMON_NAME)
        for attribute in subject.get_attributes_for_oid(oid)
    ]
    reversed_name = x509.Name(list(reversed(list(subject)))).rfc4514_string()
    return frozenset({subject.rfc4514_string(), reversed_name, *attributes})


def _check_information(
    metadata: ServiceInformation, asked: EntryId, terms: MetadataTerms, now: datetime
) -> None:
    if not metadata.entry.matches(asked):
        raise _of_another()
    _check_active(metadata, now)
    _check_form(metadata)
    _check_endpoint(metadata, terms, now)


def _of_another() -> DirectoryRefused:
    return DirectoryRefused(
        Reason.DIRECTORY_ENTRY_OF_ANOTHER,
        "the entry is of another country or service than was asked for",
    )


def _check_active(metadata: ServiceInformation, now: datetime) -> None:
    endpoint = metadata.endpoint
    if endpoint.activation is not None and now < endpoint.activation:
        raise DirectoryRefused(
            Reason.DIRECTORY_ENTRY_NOT_YET_ACTIVE,
            f"the entry is for the time from {endpoint.activation} on",
        )
    if endpoint.expiration is not None and now >= endpoint.expiration:
        raise DirectoryRefused(
            Reason.DIRECTORY_ENTRY_EXPIRED,
            f"the entry was good until {endpoint.expiration}",
        )


def _check_form(metadata: ServiceInformation) -> None:
    service = service_of(metadata.entry.document)
    country = country_of(metadata.entry.participant)
    if service is None or country is None:
        return
    form = FORMS[service]
    if not metadata.process.matches(process_of(service, country)):
        raise refused("its process is not that of the service")
    if form.transport and metadata.endpoint.transport != form.transport:
        raise refused("its transport profile is not that of the service")
    if form.carries is not Carries.NONE and metadata.endpoint.certificate is None:
        raise refused("it has no certificate")


def _check_endpoint(
    metadata: ServiceInformation, terms: MetadataTerms, now: datetime
) -> None:
    endpoint = metadata.endpoint
    service = service_of(metadata.entry.document)
    form = None if service is None else FORMS[service]
    purpose = None if form is None else _CARRIED.get(form.carries)
    if endpoint.address or purpose is Purpose.TLS_SERVER:
        check_address(endpoint.address, terms.endpoints)
    if endpoint.certificate is not None and purpose is not None:
        check_profile(endpoint.certificate, purpose, now)


def _described(metadata: ServiceInformation) -> list[str]:
    endpoint = metadata.endpoint
    told = [f"the entry leads to {endpoint.address}"] if endpoint.address else []
    if endpoint.certificate is not None:
        told.append(f"it carries {subject_name(endpoint.certificate)}")
    if endpoint.expiration is not None:
        told.append(f"it is good until {endpoint.expiration}")
    return told

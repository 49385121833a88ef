"""Was this certificate's service vouched for, at that moment, and by whom?

Spec: ETSI TS 119 612 §5.5.3 (a service is its public key), §5.5.4 (status), §5.6
(history) / ETSI TS 119 615 §4.3 (status of a service at a time).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from trust.certificates import subject_name
from trust.decision import Reason, TrustDecision, accept, deny
from trust.trustlist.codes import short_name
from trust.trustlist.model import (
    ServicePeriod,
    TrustList,
    TrustService,
    TrustServiceProvider,
)

_SUBJECT: Final = "service of a trust list"


@dataclass(frozen=True, slots=True)
class ListedService:
    """A service as one list knew it at a moment."""

    territory: str | None
    sequence: int
    provider: TrustServiceProvider = field(repr=False)
    service: TrustService = field(repr=False)
    period: ServicePeriod

    @property
    def sentence(self) -> str:
        """Where it stands and what it is."""
        period = self.period
        return (
            f"{self.territory or 'no territory'} number {self.sequence}: "
            f"{period.name or self.service.name} of {self.provider.name}, "
            f"{short_name(period.service_type)}, {short_name(period.status)} since "
            f"{period.starts.isoformat()}"
        )


@dataclass(frozen=True, slots=True)
class ServiceBelief:
    """The verdict on a service, and every entry that speaks of it."""

    decision: TrustDecision
    listed: tuple[ListedService, ...]


def services_at(
    lists: Iterable[TrustList], moment: datetime
) -> Iterator[ListedService]:
    """Go through what the lists knew at a moment, whatever its status."""
    for trust_list in lists:
        for provider, service in trust_list.services():
            for period in service.periods_at(moment):
                yield ListedService(
                    trust_list.territory,
                    trust_list.sequence,
                    provider,
                    service,
                    period,
                )


def decide_service(
    certificate: x509.Certificate,
    service_type: str,
    lists: Iterable[TrustList],
    moment: datetime,
    now: datetime,
) -> ServiceBelief:
    """Decide whether the certificate's service was vouched for at a moment.

    Several entries may speak of it, in one list or in many; where they contradict each
    other nobody is believed.

    Parameters
    ----------
    certificate
        Of the service itself: that of an authority, not one that it issued.
    service_type
        The URI of what it must be (:class:`~trust.trustlist.codes.ServiceType`).
    lists
        Believed ones only.
    """
    key = _public_key(certificate.public_bytes(Encoding.DER))
    listed = tuple(
        each
        for each in services_at(lists, moment)
        if each.period.service_type == service_type
        and key is not None
        and key in _keys(each.service)
    )
    return ServiceBelief(_decide(certificate, service_type, listed, now), listed)


def _decide(
    certificate: x509.Certificate,
    service_type: str,
    listed: tuple[ListedService, ...],
    now: datetime,
) -> TrustDecision:
    evidence = (
        f"certificate {subject_name(certificate)}",
        *(each.sentence for each in listed),
    )
    kind = short_name(service_type)
    refused = _refusal(kind, listed)
    if refused is not None:
        return deny(_SUBJECT, *refused, now, evidence)
    return accept(_SUBJECT, f"vouched for as {kind} at that moment", now, evidence)


def _refusal(kind: str, listed: tuple[ListedService, ...]) -> tuple[Reason, str] | None:
    """Say why lists do not vouch for a certificate; None where they do."""
    granted = {each.period.is_granted for each in listed}
    if not granted:
        sentence = f"no believed list knew it as {kind} at that moment"
        return Reason.SERVICE_NOT_LISTED, sentence
    if len(granted) > 1:
        sentence = f"entries of the lists contradict each other about it as {kind}"
        return Reason.SERVICE_AMBIGUOUS, sentence
    if granted == {True}:
        return None
    status = short_name(listed[0].period.status)
    return (
        Reason.SERVICE_NOT_GRANTED,
        f"its status as {kind} at that moment was {status}",
    )


def _keys(service: TrustService) -> frozenset[bytes]:
    found = map(_public_key, service.identity.certificates)
    return frozenset(key for key in found if key is not None)


@lru_cache(maxsize=8_192)
def _public_key(der: bytes) -> bytes | None:
    """Return the key of a certificate; None where it cannot be read: it fits nobody."""
    try:
        key = x509.load_der_x509_certificate(der).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

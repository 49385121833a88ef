"""May this certificate be believed, for which purpose, and whose is it?

The country of a certificate is that of the pin that matched; what the certificate says
of itself only adds evidence.

Spec: RFC 5280 §6.1.3 (a) / eHDSI X.509 profile; RFC 4514 for names.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from cryptography import x509

from trust.certificates.judgement import Judgement
from trust.certificates.kept import TakenOnce
from trust.certificates.pins import PinStore
from trust.certificates.purposes import Purpose
from trust.certificates.store import TrustStore
from trust.decision import Reason, TrustDecision, accept, deny
from trust.identifiers import CountryCode

_ACCEPTED: Final = Reason.ACCEPTED

CertificateTrust: TypeAlias = TrustStore | PinStore
"""What certificates are judged by."""


class CertificateBelief(NamedTuple):
    """The verdict on a certificate.

    ``country`` is set only where it is believed. ``certificate`` is set as soon as it
    could be read, so that a refused one can be recorded by its name.
    """

    decision: TrustDecision
    country: CountryCode | None
    certificate: x509.Certificate | None


def decide_certificate(
    der: bytes | None,
    purpose: Purpose,
    trust: CertificateTrust,
    now: datetime,
    *,
    subject: str,
) -> CertificateBelief:
    """Judge a certificate that was shown, or the absence of one.

    Parameters
    ----------
    trust
        What it is judged by; pins alone know no authorities and no revocation.
    subject
        Whose certificate it is, in the operator's words: ``TLS peer``.
    """
    if der is None:
        absent = Reason.PEER_CERTIFICATE_ABSENT
        decision = deny(subject, absent, "no certificate was presented", now)
        return CertificateBelief(decision, None, None)
    store = TrustStore(trust) if isinstance(trust, PinStore) else trust
    judged = store.judge(der, purpose, now)
    return CertificateBelief(
        _decision(judged, subject, now), judged.country, judged.certificate
    )


def subject_name(certificate: x509.Certificate) -> str:
    """Return the subject's distinguished name as RFC 4514 writes it."""
    return _NAMES.of(certificate)


_NAMES: Final = TakenOnce(lambda certificate: certificate.subject.rfc4514_string())


def _decision(judged: Judgement, subject: str, now: datetime) -> TrustDecision:
    if judged.reason is _ACCEPTED:
        return accept(subject, judged.sentence, now, judged.evidence)
    return deny(subject, judged.reason, judged.sentence, now, judged.evidence)

"""May this certificate be believed, for which purpose, and whose is it?

The country of a certificate is that of the pin that matched; what the certificate says
of itself only adds evidence.

Spec: RFC 5280 §6.1.3 (a) / eHDSI X.509 profile; RFC 4514 for names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from trust.certificates.pins import CertificatePin, PinStore
from trust.certificates.profile import check_profile, read_certificate
from trust.certificates.purposes import Purpose
from trust.decision import Reason, TrustDecision, TrustRefused, accept, deny
from trust.identifiers import CountryCode


@dataclass(frozen=True, slots=True)
class CertificateBelief:
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
    pins: PinStore,
    now: datetime,
    *,
    subject: str,
) -> CertificateBelief:
    """Judge a certificate that was shown, or the absence of one.

    Parameters
    ----------
    subject
        Whose certificate it is, in the operator's words: ``TLS peer``.
    """
    if der is None:
        absent = Reason.PEER_CERTIFICATE_ABSENT
        decision = deny(subject, absent, "no certificate was presented", now)
        return CertificateBelief(decision, None, None)
    certificate: x509.Certificate | None = None
    try:
        certificate = read_certificate(der)
        pin = find_pin(certificate, purpose, pins)
        check_profile(certificate, purpose, now)
    except TrustRefused as refused:
        decision = deny(subject, refused.reason, refused.sentence, now)
        return CertificateBelief(decision, None, certificate)
    return CertificateBelief(
        _accepted(certificate, pin, subject, now), pin.country, certificate
    )


def find_pin(
    certificate: x509.Certificate, purpose: Purpose, pins: PinStore
) -> CertificatePin:
    """Return the pin of this leaf for this purpose.

    Raises
    ------
    TrustRefused
        It is not pinned, or pinned for another purpose only.
    """
    pin = pins.find(certificate, purpose)
    if pin is not None:
        return pin
    others = sorted(pins.purposes_of(certificate))
    if others:
        raise TrustRefused(
            Reason.CERTIFICATE_WRONG_PURPOSE,
            f"the certificate is pinned as {', '.join(others)}, not as {purpose}",
        )
    reason = (
        Reason.SIGNER_NOT_PINNED if purpose is Purpose.SEAL else Reason.PEER_NOT_PINNED
    )
    raise TrustRefused(
        reason,
        f"the certificate is not pinned for any country as {purpose}; "
        "whoever issued it does not matter",
    )


def subject_name(certificate: x509.Certificate) -> str:
    """Return the subject's distinguished name as RFC 4514 writes it."""
    return certificate.subject.rfc4514_string()


def _accepted(
    certificate: x509.Certificate,
    pin: CertificatePin,
    subject: str,
    now: datetime,
) -> TrustDecision:
    return accept(
        subject,
        f"the certificate is pinned for {pin.country} as {pin.purpose} ({pin.label})",
        now,
        (
            f"leaf {pin.fingerprint} matches the pin {pin.label}",
            f"valid until {certificate.not_valid_after_utc}",
            _stated_country(certificate, pin.country),
        ),
    )


def _stated_country(certificate: x509.Certificate, country: CountryCode) -> str:
    # The parsed attribute, never a search for "C=" in the text: DC= and OC= match too.
    stated = certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)
    names = sorted({str(attribute.value) for attribute in stated})
    if not names:
        return "its subject names no country"
    agrees = "the pin's" if names == [country] else f"the pin says {country}"
    return f"its subject names {', '.join(names)} ({agrees})"

"""Certificates: whose they are, what for, and whether they may be believed."""

from trust.certificates.belief import (
    CertificateBelief,
    decide_certificate,
    find_pin,
    subject_name,
)
from trust.certificates.keys import SigningKey, SigningKeyError, load_signing_key
from trust.certificates.pins import CertificatePin, PinStore, fingerprint_of
from trust.certificates.profile import check_profile, read_certificate
from trust.certificates.purposes import Purpose

__all__ = [
    "CertificateBelief",
    "CertificatePin",
    "PinStore",
    "Purpose",
    "SigningKey",
    "SigningKeyError",
    "check_profile",
    "decide_certificate",
    "find_pin",
    "fingerprint_of",
    "load_signing_key",
    "read_certificate",
    "subject_name",
]

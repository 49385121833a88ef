"""Certificates: whose they are, what for, and whether they may be believed.

The path validator stands apart, in :mod:`trust.certificates.hanko`: whoever puts a
gateway together brings it in.
"""

from trust.certificates.anchors import AnchorStore
from trust.certificates.belief import (
    CertificateBelief,
    CertificateTrust,
    decide_certificate,
    subject_name,
)
from trust.certificates.judgement import Judgement
from trust.certificates.keys import (
    KeyPair,
    SigningKey,
    SigningKeyError,
    load_signing_key,
    read_pem_certificates,
    read_pem_pair,
    read_pkcs12,
    signing_key,
)
from trust.certificates.online_revocation import Freshness, OnlineRevocation
from trust.certificates.path import PathValidator, RevocationData
from trust.certificates.pins import (
    AuthorityPin,
    CertificatePin,
    PinStore,
    fingerprint_of,
)
from trust.certificates.profile import check_profile, read_certificate
from trust.certificates.purposes import Purpose
from trust.certificates.revocation import (
    LineFailed,
    RevocationFinding,
    RevocationLine,
    RevocationLists,
    RevocationPolicy,
    RevocationSource,
    RevocationSources,
)
from trust.certificates.store import TrustStore
from trust.certificates.subjects import SubjectRule
from trust.certificates.terms import RevocationAlarm, RevocationTerms
from trust.certificates.voucher import Vouched, Voucher

__all__ = [
    "AnchorStore",
    "AuthorityPin",
    "CertificateBelief",
    "CertificatePin",
    "CertificateTrust",
    "Freshness",
    "Judgement",
    "KeyPair",
    "LineFailed",
    "OnlineRevocation",
    "PathValidator",
    "PinStore",
    "Purpose",
    "RevocationAlarm",
    "RevocationData",
    "RevocationFinding",
    "RevocationLine",
    "RevocationLists",
    "RevocationPolicy",
    "RevocationSource",
    "RevocationSources",
    "RevocationTerms",
    "SigningKey",
    "SigningKeyError",
    "SubjectRule",
    "TrustStore",
    "Vouched",
    "Voucher",
    "check_profile",
    "decide_certificate",
    "fingerprint_of",
    "load_signing_key",
    "read_certificate",
    "read_pem_certificates",
    "read_pem_pair",
    "read_pkcs12",
    "signing_key",
    "subject_name",
]

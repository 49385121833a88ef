"""Trust lists (ETSI TS 119 612): verified, read, walked, and asked for services."""

from trust.trustlist.authorities import IssuesFor, ListedAuthority, authorities_of
from trust.trustlist.belief import (
    ExpectedList,
    KnownList,
    TrustListBelief,
    TrustListPolicy,
    decide_trust_list,
)
from trust.trustlist.codes import GRANTED, ServiceType, short_name
from trust.trustlist.model import (
    ListPointer,
    ServiceIdentity,
    ServicePeriod,
    TrustList,
    TrustService,
    TrustServiceProvider,
    VerifiedTrustList,
)
from trust.trustlist.reading import is_trust_list
from trust.trustlist.refused import TrustListRefused
from trust.trustlist.services import (
    ListedService,
    ServiceBelief,
    decide_service,
    services_at,
)
from trust.trustlist.signature import LIST_LIMITS, verify_trust_list
from trust.trustlist.walk import (
    ListFinding,
    ListMemory,
    ListSource,
    ListUnavailable,
    Party,
    TrustListWalk,
    WalkBounds,
    expected_by,
)

__all__ = [
    "GRANTED",
    "LIST_LIMITS",
    "ExpectedList",
    "IssuesFor",
    "KnownList",
    "ListFinding",
    "ListMemory",
    "ListPointer",
    "ListSource",
    "ListUnavailable",
    "ListedAuthority",
    "ListedService",
    "Party",
    "ServiceBelief",
    "ServiceIdentity",
    "ServicePeriod",
    "ServiceType",
    "TrustList",
    "TrustListBelief",
    "TrustListPolicy",
    "TrustListRefused",
    "TrustListWalk",
    "TrustService",
    "TrustServiceProvider",
    "VerifiedTrustList",
    "WalkBounds",
    "authorities_of",
    "decide_service",
    "decide_trust_list",
    "expected_by",
    "is_trust_list",
    "services_at",
    "short_name",
    "verify_trust_list",
]

"""HCP, TRC and next-of-kin assertions: built, signed, read, and believed or not."""

from trust.assertions.checks import decide_trc_patient
from trust.assertions.codes import (
    AUDIENCE,
    ROLES,
    SMARTCARD_PKI,
    STRONG_AUTHENTICATION,
    AssertionKind,
    AttributeName,
    FacilityType,
    Permission,
    PurposeOfUse,
    Role,
)
from trust.assertions.hcp import build_hcp_assertion, read_hcp, read_own_hcp
from trust.assertions.model import (
    HcpAssertion,
    HealthProfessional,
    NextOfKin,
    NokAssertion,
    TrcAssertion,
)
from trust.assertions.nok import build_nok_assertion, read_nok, read_own_nok
from trust.assertions.permissions import (
    Operation,
    decide_permission,
    operations_of,
    permissions_of,
)
from trust.assertions.policy import AssertionPolicy
from trust.assertions.refused import AssertionRefused
from trust.assertions.security_header import (
    SecurityBelief,
    decide_assertion,
    decide_security_header,
)
from trust.assertions.trc import build_trc_assertion, read_own_trc, read_trc
from trust.assertions.use import AssertionUse, AssertionUses, decide_use

__all__ = [
    "AUDIENCE",
    "ROLES",
    "SMARTCARD_PKI",
    "STRONG_AUTHENTICATION",
    "AssertionKind",
    "AssertionPolicy",
    "AssertionRefused",
    "AssertionUse",
    "AssertionUses",
    "AttributeName",
    "FacilityType",
    "HcpAssertion",
    "HealthProfessional",
    "NextOfKin",
    "NokAssertion",
    "Operation",
    "Permission",
    "PurposeOfUse",
    "Role",
    "SecurityBelief",
    "TrcAssertion",
    "build_hcp_assertion",
    "build_nok_assertion",
    "build_trc_assertion",
    "decide_assertion",
    "decide_permission",
    "decide_security_header",
    "decide_trc_patient",
    "decide_use",
    "operations_of",
    "permissions_of",
    "read_hcp",
    "read_nok",
    "read_own_hcp",
    "read_own_nok",
    "read_own_trc",
    "read_trc",
]

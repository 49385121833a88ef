"""HCP and TRC assertions: built, signed, read, and believed or not."""

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
from trust.assertions.model import HcpAssertion, HealthProfessional, TrcAssertion
from trust.assertions.permissions import Operation, decide_permission
from trust.assertions.policy import AssertionPolicy
from trust.assertions.refused import AssertionRefused
from trust.assertions.security_header import SecurityBelief, decide_security_header
from trust.assertions.trc import build_trc_assertion, read_own_trc, read_trc

__all__ = [
    "AUDIENCE",
    "ROLES",
    "SMARTCARD_PKI",
    "STRONG_AUTHENTICATION",
    "AssertionKind",
    "AssertionPolicy",
    "AssertionRefused",
    "AttributeName",
    "FacilityType",
    "HcpAssertion",
    "HealthProfessional",
    "Operation",
    "Permission",
    "PurposeOfUse",
    "Role",
    "SecurityBelief",
    "TrcAssertion",
    "build_hcp_assertion",
    "build_trc_assertion",
    "decide_permission",
    "decide_security_header",
    "decide_trc_patient",
    "read_hcp",
    "read_own_hcp",
    "read_own_trc",
    "read_trc",
]

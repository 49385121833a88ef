"""May this professional do this? The permissions country B asserted decide.

Two tables: what an operation needs (country A asks for it), and what a role is given
where nothing else is known of the professional (country B asserts it).

Spec: eHDSI SAML profile, HL7 permissions per service (all of a row are needed).
Seen: OpenNCP 9 DefaultPolicyManagerImpl. Role based limits were dropped with CP-046;
what a role is given, in OpenNCP's default properties.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from trust.assertions.codes import Permission, Role
from trust.assertions.model import HcpAssertion
from trust.decision import Reason, TrustDecision, accept, deny

_SUBJECT: Final = "permission"


class Operation(StrEnum):
    """What a professional asks for."""

    IDENTIFY = "identify"
    PATIENT_SUMMARY = "patient-summary"
    EPRESCRIPTION = "eprescription"
    ORIGINAL_DOCUMENT = "original-document"
    DISPENSE = "dispense"
    DISCARD = "discard"


_HISTORY: Final = frozenset(
    {
        Permission.REVIEW_MEDICAL_HISTORY,
        Permission.REVIEW_VITAL_SIGNS,
        Permission.REVIEW_MEDICATIONS,
        Permission.REVIEW_PROBLEMS,
    }
)
_ADMINISTRATION: Final = frozenset({Permission.MEDICATION_ADMINISTRATION_RECORD})

NEEDED_PERMISSIONS: Final = {
    Operation.IDENTIFY: frozenset({Permission.PATIENT_IDENTIFICATION}),
    Operation.PATIENT_SUMMARY: _HISTORY,
    Operation.EPRESCRIPTION: frozenset(
        {Permission.REVIEW_EXISTING_ORDERS, Permission.REVIEW_MEDICATIONS}
    ),
    Operation.ORIGINAL_DOCUMENT: _HISTORY,
    Operation.DISPENSE: _ADMINISTRATION,
    Operation.DISCARD: _ADMINISTRATION,
}

_LOOK_UP: Final = frozenset({Permission.PATIENT_IDENTIFICATION})
_PHYSICIAN: Final = _LOOK_UP | {
    Permission.REVIEW_MEDICAL_HISTORY,
    Permission.REVIEW_EXISTING_ORDERS,
    Permission.REVIEW_VITAL_SIGNS,
    Permission.REVIEW_MEDICATIONS,
    Permission.REVIEW_PROBLEMS,
    Permission.NEW_CONSENTS,
    Permission.PPD_033,
}
_PHARMACIST: Final = _LOOK_UP | {
    Permission.REVIEW_EXISTING_ORDERS,
    Permission.REVIEW_MEDICATIONS,
    Permission.MEDICATION_ADMINISTRATION_RECORD,
}

# Assumption: dentists as physicians, pharmaceutical assistants as pharmacists.
GIVEN_PERMISSIONS: Final = {
    "221": _PHYSICIAN,
    "2261": _PHYSICIAN,
    "2262": _PHARMACIST,
    "3213": _PHARMACIST,
}
"""What a role is given by its ISCO code; every other may look a patient up."""


def permissions_of(role: Role) -> tuple[Permission, ...]:
    """Return what a professional of this role is given, in the order of the list."""
    given = GIVEN_PERMISSIONS.get(role.code, _LOOK_UP)
    return tuple(each for each in Permission if each in given)


def operations_of(role: Role) -> frozenset[Operation]:
    """Return what a professional with no more than the role's permissions may do."""
    given = frozenset(permissions_of(role))
    return frozenset(
        each for each, needed in NEEDED_PERMISSIONS.items() if needed <= given
    )


def decide_permission(
    hcp: HcpAssertion, operation: Operation, now: datetime
) -> TrustDecision:
    """Decide whether the professional holds every permission the operation needs."""
    needed = NEEDED_PERMISSIONS[operation]
    missing = sorted(needed.difference(hcp.permissions))
    if missing:
        return deny(
            _SUBJECT,
            Reason.PERMISSION_MISSING,
            f"{operation} needs {', '.join(missing)}, which the HCP assertion lacks",
            now,
        )
    if operation is Operation.DISCARD and hcp.organization_id is None:
        return deny(
            _SUBJECT,
            Reason.ASSERTION_FIELD_MISSING,
            "discard needs the organization-id attribute, which the HCP assertion "
            "lacks",
            now,
        )
    return accept(
        _SUBJECT,
        f"the HCP assertion permits {operation}",
        now,
        (f"holds {', '.join(sorted(needed))}",),
    )

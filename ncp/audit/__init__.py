"""The audit trail: what is recorded of every exchange, and its DICOM form."""

from ncp.audit.auditable import Auditable
from ncp.audit.dicom import to_dicom
from ncp.audit.directory_event import DirectoryAct, DirectoryEvent
from ncp.audit.event import (
    Activity,
    ApplicationActivity,
    AuditError,
    AuditEvent,
    AuditOutcome,
    HumanRequestor,
    NodeAuthenticationAlert,
    Side,
    TokenEvent,
    TokenKind,
    exchange_outcome,
    human_requestor,
    human_user_id,
)

__all__ = [
    "Activity",
    "ApplicationActivity",
    "AuditError",
    "AuditEvent",
    "AuditOutcome",
    "Auditable",
    "DirectoryAct",
    "DirectoryEvent",
    "HumanRequestor",
    "NodeAuthenticationAlert",
    "Side",
    "TokenEvent",
    "TokenKind",
    "exchange_outcome",
    "human_requestor",
    "human_user_id",
    "to_dicom",
]

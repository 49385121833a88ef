"""The audit trail: what is recorded of every exchange, and its DICOM form."""

from ncp.audit.abuse_alert import AbuseAlert
from ncp.audit.administration import AdministrationAct, AdministrationEvent
from ncp.audit.auditable import Auditable
from ncp.audit.communication_failure import CommunicationFailure
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
from ncp.audit.exchange_alert import AlertKind, ExchangeAlert, is_denial
from ncp.audit.log_used import LogUsed
from ncp.audit.term import Term, TermKind
from ncp.audit.terms import terms_of
from ncp.audit.translation_event import TranslationEvent
from ncp.audit.user_authentication import UserAuthentication

__all__ = [
    "AbuseAlert",
    "Activity",
    "AdministrationAct",
    "AdministrationEvent",
    "AlertKind",
    "ApplicationActivity",
    "AuditError",
    "AuditEvent",
    "AuditOutcome",
    "Auditable",
    "CommunicationFailure",
    "DirectoryAct",
    "DirectoryEvent",
    "ExchangeAlert",
    "HumanRequestor",
    "LogUsed",
    "NodeAuthenticationAlert",
    "Side",
    "Term",
    "TermKind",
    "TokenEvent",
    "TokenKind",
    "TranslationEvent",
    "UserAuthentication",
    "exchange_outcome",
    "human_requestor",
    "human_user_id",
    "is_denial",
    "terms_of",
    "to_dicom",
]

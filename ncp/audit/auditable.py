"""Everything that can be recorded."""

from __future__ import annotations

from typing import TypeAlias

from ncp.audit.abuse_alert import AbuseAlert
from ncp.audit.administration import AdministrationEvent
from ncp.audit.communication_failure import CommunicationFailure
from ncp.audit.directory_event import DirectoryEvent
from ncp.audit.event import (
    ApplicationActivity,
    AuditEvent,
    NodeAuthenticationAlert,
    TokenEvent,
)
from ncp.audit.exchange_alert import ExchangeAlert
from ncp.audit.log_used import LogUsed
from ncp.audit.translation_event import TranslationEvent
from ncp.audit.user_authentication import UserAuthentication

Auditable: TypeAlias = (
    AuditEvent
    | NodeAuthenticationAlert
    | ApplicationActivity
    | TokenEvent
    | DirectoryEvent
    | LogUsed
    | AdministrationEvent
    | TranslationEvent
    | ExchangeAlert
    | CommunicationFailure
    | UserAuthentication
    | AbuseAlert
)

"""Everything that can be recorded."""

from __future__ import annotations

from typing import TypeAlias

from ncp.audit.administration import AdministrationEvent
from ncp.audit.directory_event import DirectoryEvent
from ncp.audit.event import (
    ApplicationActivity,
    AuditEvent,
    NodeAuthenticationAlert,
    TokenEvent,
)
from ncp.audit.log_used import LogUsed
from ncp.audit.translation_event import TranslationEvent

Auditable: TypeAlias = (
    AuditEvent
    | NodeAuthenticationAlert
    | ApplicationActivity
    | TokenEvent
    | DirectoryEvent
    | LogUsed
    | AdministrationEvent
    | TranslationEvent
)

"""What events are called in the trail, and by what name one can look for them.

Spec: sheet 06 §2.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncp.audit.abuse_alert import AbuseAlert
from ncp.audit.administration import AdministrationAct, AdministrationEvent
from ncp.audit.auditable import Auditable
from ncp.audit.communication_failure import CommunicationFailure
from ncp.audit.directory_event import DirectoryAct, DirectoryEvent
from ncp.audit.event import (
    Activity,
    ApplicationActivity,
    AuditEvent,
    NodeAuthenticationAlert,
    TokenEvent,
    TokenKind,
)
from ncp.audit.exchange_alert import AlertKind, ExchangeAlert
from ncp.audit.log_used import LogUsed
from ncp.audit.translation_event import TranslationEvent
from ncp.audit.user_authentication import UserAuthentication
from ncp.ihe.codes import Transaction

_OF_TYPES: Final[Mapping[type[Auditable], str]] = {
    NodeAuthenticationAlert: "node-authentication",
    LogUsed: "audit-log-used",
    TranslationEvent: "EHDSI-94",
    CommunicationFailure: "EHDSI-CF",
    UserAuthentication: "user-authentication",
    AbuseAlert: "abuse",
}


def event_name(event: Auditable) -> str:
    """Return what an event is called in the trail."""
    name: str
    match event:
        case AuditEvent():
            name = event.transaction.value
        case TokenEvent():
            name = event.kind.value
        case DirectoryEvent() | AdministrationEvent():
            name = event.act.value
        case ApplicationActivity():
            name = _of_activity(event.activity)
        case ExchangeAlert():
            name = event.kind.value
        case _:
            name = _OF_TYPES[type(event)]
    return name


def _of_activity(activity: Activity) -> str:
    return f"application-{activity.value}"


EVENT_NAMES: Final = frozenset(
    {
        *Transaction,
        *TokenKind,
        *DirectoryAct,
        *AdministrationAct,
        *map(_of_activity, Activity),
        *AlertKind,
        *_OF_TYPES.values(),
    }
)
"""Every name that an event can have: there is nothing to be found by another one."""


def known_names() -> str:
    """Return the names, for whoever typed another one."""
    return ", ".join(sorted(EVENT_NAMES))

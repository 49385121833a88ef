"""Writes an audit event in DICOM form, unsigned.

Spec: DICOM PS3.15 A.5.2 (message format).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from ncp.audit import codes
from ncp.audit.abuse_alert import AbuseAlert, abuse_children
from ncp.audit.administration import AdministrationEvent, administration_children
from ncp.audit.auditable import Auditable
from ncp.audit.codes import Action
from ncp.audit.communication_failure import CommunicationFailure, failure_children
from ncp.audit.dicom_directory import directory_children
from ncp.audit.dicom_elements import (
    ROLE_SECURITY_RESOURCE,
    SYSTEM,
    audit_source,
    audited_object,
    detail,
    identification,
    participant,
)
from ncp.audit.dicom_exchange import exchange_children
from ncp.audit.dicom_token import token_children
from ncp.audit.directory_event import DirectoryEvent
from ncp.audit.event import (
    ApplicationActivity,
    AuditEvent,
    NodeAuthenticationAlert,
    TokenEvent,
)
from ncp.audit.exchange_alert import ExchangeAlert, alert_children
from ncp.audit.log_used import LogUsed, log_used_children
from ncp.audit.translation_event import TranslationEvent, translation_children
from ncp.audit.user_authentication import (
    UserAuthentication,
    authentication_children,
)
from trust.xml import Element, write_xml


def _alert(event: NodeAuthenticationAlert) -> Iterator[Element]:
    yield identification(
        codes.SECURITY_ALERT,
        [codes.NODE_AUTHENTICATION],
        Action.EXECUTE,
        event.moment,
        event.outcome,
    )
    yield participant(event.reporter, [codes.APPLICATION])
    yield participant(event.node, [], is_requestor=True, address=event.address)
    yield audit_source(event.audit_source)
    yield audited_object(
        event.node,
        codes.NODE_ID,
        SYSTEM,
        ROLE_SECURITY_RESOURCE,
        [detail("Alert Description", event.description.encode())],
    )


def _activity(event: ApplicationActivity) -> Iterator[Element]:
    yield identification(
        codes.APPLICATION_ACTIVITY,
        [codes.ACTIVITIES[event.activity]],
        Action.EXECUTE,
        event.moment,
        event.outcome,
    )
    yield participant(event.process, [codes.APPLICATION], alternative=event.application)
    yield participant(event.launcher, [codes.APPLICATION_LAUNCHER], is_requestor=True)
    yield audit_source(event.audit_source)


Writer: TypeAlias = Callable[[Any], Iterator[Element]]
_WRITERS: Final[Mapping[type[Auditable], Writer]] = {
    AuditEvent: exchange_children,
    TokenEvent: token_children,
    DirectoryEvent: directory_children,
    NodeAuthenticationAlert: _alert,
    ApplicationActivity: _activity,
    LogUsed: log_used_children,
    AdministrationEvent: administration_children,
    TranslationEvent: translation_children,
    ExchangeAlert: alert_children,
    CommunicationFailure: failure_children,
    UserAuthentication: authentication_children,
    AbuseAlert: abuse_children,
}


def to_dicom(event: Auditable) -> bytes:
    """Return the audit message of an event, with its XML declaration."""
    children = _WRITERS[type(event)](event)
    return write_xml(Element("AuditMessage", {}, list(children)), {})

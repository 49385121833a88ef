"""That somebody looked into the audit trail.

Spec: DICOM PS3.15 A.5.3.2 (Audit Log Used) / sheet 06 §1.5, §2.7 (every query of the
log is itself recorded).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ncp.audit import codes
from ncp.audit.codes import Action
from ncp.audit.dicom_elements import (
    PERSON,
    ROLE_PATIENT,
    ROLE_SECURITY_RESOURCE,
    SYSTEM,
    audit_source,
    audited_object,
    detail,
    identification,
    participant,
)
from ncp.audit.event import AuditOutcome, require_zone
from ncp.audit.term import Term, TermKind
from trust.xml import Element

LOG_NAME: Final = "Security Audit Log"


@dataclass(frozen=True, slots=True)
class LogUsed:
    """The audit trail was searched, shown or exported.

    Attributes
    ----------
    operator
        Who looked.
    application
        What was used for it.
    log
        The address of the trail; without anything secret.
    question
        What was asked, as it was asked.
    terms
        Whom or what it was asked about.
    """

    moment: datetime
    audit_source: str
    operator: str
    application: str
    log: str
    question: str = field(repr=False)
    terms: tuple[Term, ...] = field(default=(), repr=False)
    address: str | None = None
    outcome: AuditOutcome = AuditOutcome.SUCCESS

    def __post_init__(self) -> None:
        require_zone(self.moment)


def log_used_children(event: LogUsed) -> Iterator[Element]:
    """Write what stands in the message, in order."""
    yield identification(
        codes.AUDIT_LOG_USED, [], Action.READ, event.moment, event.outcome
    )
    yield participant(event.operator, [], is_requestor=True, address=event.address)
    yield participant(event.application, [codes.APPLICATION])
    yield audit_source(event.audit_source)
    for kind, value in event.terms:
        if kind is TermKind.PATIENT:
            yield audited_object(value, codes.PATIENT_LOOKED_FOR, PERSON, ROLE_PATIENT)
    name = Element("ParticipantObjectName", {}, [LOG_NAME])
    asked = detail("question", event.question.encode())
    yield audited_object(
        event.log, codes.URI, SYSTEM, ROLE_SECURITY_RESOURCE, [name, asked]
    )

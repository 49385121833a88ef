"""That somebody, or the gateway itself, changed how it runs.

Spec: DICOM PS3.15 A.5.3.11 (Security Alert) / sheet 06 §1.5 (configuration, keys and
trust lists changed: 110129; use of a restricted function: 110132).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from ncp.audit import codes
from ncp.audit.codes import Action, Coded
from ncp.audit.dicom_elements import (
    ROLE_SECURITY_RESOURCE,
    SYSTEM,
    audit_source,
    audited_object,
    detail,
    identification,
    participant,
)
from ncp.audit.event import AuditOutcome, require_zone
from trust.xml import Element


class AdministrationAct(StrEnum):
    """What was done; the values name it in the trail."""

    CONFIGURATION = "security-configuration"
    RESTRICTED_FUNCTION = "restricted-function"
    SOFTWARE = "software-configuration"
    RECORDING_STOPPED = "audit-recording-stopped"
    RECORDING_STARTED = "audit-recording-started"


_TYPES: Final[Mapping[AdministrationAct, Coded]] = {
    AdministrationAct.CONFIGURATION: codes.SECURITY_CONFIGURATION,
    AdministrationAct.RESTRICTED_FUNCTION: codes.RESTRICTED_FUNCTION,
    AdministrationAct.SOFTWARE: codes.SOFTWARE_CONFIGURATION,
    AdministrationAct.RECORDING_STOPPED: codes.AUDIT_RECORDING_STOPPED,
    AdministrationAct.RECORDING_STARTED: codes.AUDIT_RECORDING_STARTED,
}


@dataclass(frozen=True, slots=True)
class AdministrationEvent:
    """How the gateway runs changed, or a restricted function was used.

    Attributes
    ----------
    application
        What did it, or was used for it.
    changed
        A URN that names what changed: ``urn:ncp:trust-material``.
    description
        What was done, in a sentence; nothing secret, and no patient.
    operator
        Who did it; None where the gateway did it by itself.
    approver
        Who approved of it, where it takes two.
    before, after
        Digests of what changed, in hex.
    """

    act: AdministrationAct
    moment: datetime
    outcome: AuditOutcome
    audit_source: str
    application: str
    changed: str
    description: str
    operator: str | None = None
    approver: str | None = None
    before: str | None = field(default=None)
    after: str | None = field(default=None)

    def __post_init__(self) -> None:
        require_zone(self.moment)


def administration_children(event: AdministrationEvent) -> Iterator[Element]:
    """Write what stands in the message, in order."""
    yield identification(
        codes.SECURITY_ALERT,
        [_TYPES[event.act]],
        Action.EXECUTE,
        event.moment,
        event.outcome,
    )
    is_alone = event.operator is None
    if event.operator is not None:
        yield participant(event.operator, [], is_requestor=True)
    if event.approver is not None:
        yield participant(event.approver, [], is_requestor=True)
    yield participant(event.application, [codes.APPLICATION], is_requestor=is_alone)
    yield audit_source(event.audit_source)
    said = (
        ("Alert Description", event.description),
        ("before", event.before),
        ("after", event.after),
    )
    yield audited_object(
        event.changed,
        codes.URI,
        SYSTEM,
        ROLE_SECURITY_RESOURCE,
        [detail(kind, text.encode()) for kind, text in said if text],
    )

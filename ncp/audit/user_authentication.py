"""That somebody wanted in at a door of this country and was not let in.

Who is let in shows a token with each request and has no session: what they do is
recorded by itself.

Spec: DICOM PS3.15 A.5.3.12 (User Authentication) / sheet 06 §1.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ncp.audit import codes
from ncp.audit.codes import Action
from ncp.audit.dicom_elements import audit_source, identification, participant
from ncp.audit.event import AuditOutcome, require_zone
from trust.xml import Element

NOBODY: Final = "unknown"


@dataclass(frozen=True, slots=True)
class UserAuthentication:
    """A token that nobody holds, or none at all.

    Attributes
    ----------
    application
        Which door: ``ncp-gateway operations``.
    address
        Where the request came from.
    """

    moment: datetime
    audit_source: str
    application: str
    address: str | None
    user: str = NOBODY
    outcome: AuditOutcome = AuditOutcome.SERIOUS_FAILURE

    def __post_init__(self) -> None:
        require_zone(self.moment)


def authentication_children(event: UserAuthentication) -> Iterator[Element]:
    """Write what stands in the message, in order."""
    yield identification(
        codes.USER_AUTHENTICATION,
        [codes.LOGIN],
        Action.EXECUTE,
        event.moment,
        event.outcome,
    )
    yield participant(event.user, [], is_requestor=True, address=event.address)
    yield participant(event.application, [codes.APPLICATION])
    yield audit_source(event.audit_source)

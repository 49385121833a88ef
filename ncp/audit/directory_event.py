"""What is recorded of directories and trust lists: asked, written to, taken over.

Spec: fact sheet 06 §1.2 (EHDSI-93, EHDSI-193, EHDSI-194) / DICOM PS3.15 A.5.
Seen: OpenNCP 9 SMP query and push audit (no human, consumer and provider only).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ncp.audit.event import AuditError, AuditOutcome, require_zone


class DirectoryAct(StrEnum):
    """What was done; the values are event codes."""

    QUERY = "EHDSI-193"
    PUSH = "EHDSI-194"
    IMPORT = "EHDSI-93"


@dataclass(frozen=True, slots=True)
class DirectoryEvent:
    """A directory was asked or written to, or a trust list was taken over.

    Attributes
    ----------
    about
        Which entry or list, in a few words: ``xca-query of PT``.
    address
        The URL that was asked or written to; where the DNS led nowhere, the name that
        was asked for.
    consumer_dn
        Subject of our own TLS client certificate.
    source_address
        Our own node.
    provider
        The host of the directory or list; None where none was found.
    operator
        Who had it done; None where the gateway did it by itself.
    """

    act: DirectoryAct
    moment: datetime
    outcome: AuditOutcome
    audit_source: str
    about: str
    address: str
    consumer_dn: str
    source_address: str
    provider: str | None = None
    operator: str | None = None
    errors: tuple[AuditError, ...] = ()

    def __post_init__(self) -> None:
        require_zone(self.moment)

"""The port to the national access log, where people see who had access to their data.

It is told by letters of the outbox: at least once, in the order of the records. Each
entry has an identifier of its own; a log that has it takes it again for the same.

Spec: Regulation (EU) 2025/327 (EHDS) Art. 9 / sheet 06 §5.1 (the access log of Denmark
is told through a durable queue), §7.4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """One access to the data of one patient.

    Attributes
    ----------
    identifier
        A URN that names this access and this patient's part of it; no personal data.
    audit_event
        The FHIR AuditEvent (:mod:`ncp.accesses.audit_event`), which bears it.
    """

    identifier: str
    audit_event: dict[str, Any] = field(repr=False)


class NationalAccessLog(Protocol):
    """Keeps for the country's people who had access to their data.

    It raises :class:`~ncp.errors.NationalError` where it is not known whether the entry
    was taken, and :class:`~ncp.national.carrying.EntryRefused` where it never will be.
    """

    def record(self, entry: AccessEntry) -> None:
        """Take an entry; one that it has is not taken twice."""
        ...

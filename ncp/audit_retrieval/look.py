"""Records that somebody looks into the audit trail.

Spec: DICOM PS3.15 A.5.3.2 (Audit Log Used) / sheet 06 §2.7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from ncp.audit.log_used import LogUsed
from ncp.audit.term import Term
from ncp.ports import Clock
from ncp.store.alone import record_alone
from ncp.store.ports import RecordStore

_TRAIL: Final = "urn:ncp:audit-trail"
_DOOR: Final = "operations door"


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks, with what, and from where.

    Attributes
    ----------
    audit_source
        The node whose trail it is.
    """

    operator: str
    application: str
    audit_source: str
    address: str | None = None

    @classmethod
    def at_door(cls, operator: str, address: str | None, audit_source: str) -> Self:
        """Name an operator who looks through the operations door."""
        return cls(operator, _DOOR, audit_source, address)


def record_look(
    store: RecordStore,
    clock: Clock,
    looker: Looker,
    question: str,
    terms: Sequence[Term] = (),
) -> None:
    """Put on record what is about to be looked at.

    Raises
    ------
    StoreUnavailable
        It could not be recorded; nothing may be shown.
    """
    event = LogUsed(
        moment=clock.now(),
        audit_source=looker.audit_source,
        operator=looker.operator,
        application=looker.application,
        log=_TRAIL,
        question=question,
        terms=tuple(terms),
        address=looker.address,
    )
    record_alone(store, event)

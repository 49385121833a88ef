"""What goes back to the peer, and what of it is recorded."""

from __future__ import annotations

from dataclasses import dataclass, field

from ncp.answers import Answer
from ncp.country_a.use_case import AuditFacts, UseCaseResult
from ncp.exchange import OutboundHttp


@dataclass(frozen=True, slots=True)
class Reply:
    """A written answer with the facts of its record.

    ``result`` is None where the answer is a fault.
    """

    http: OutboundHttp = field(repr=False)
    message_id: str
    answers: tuple[Answer, ...]
    facts: AuditFacts
    result: UseCaseResult | None = None

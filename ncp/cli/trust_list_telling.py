"""Tells of trust lists that were judged: in lines for people, or as JSON.

Spec: ETSI TS 119 612.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trust.certificates import subject_name
from trust.decision import TrustDecision
from trust.trustlist import (
    VerifiedTrustList,
    services_at,
    short_name,
)


@dataclass(frozen=True, slots=True)
class JudgedList:
    """One list, its verdict, and what it says (believed or not)."""

    location: str
    decision: TrustDecision
    content: VerifiedTrustList | None = field(repr=False)
    problem: TrustDecision | None = None

    @property
    def is_believed(self) -> bool:
        """Whether the verdict is good."""
        return self.decision.is_accepted


def as_text(judged: Sequence[JudgedList], moment: datetime) -> str:
    """Tell of lists in lines, for people."""
    lines = [line for each in judged for line in (*_lines(each, moment), "")]
    believed = sum(each.is_believed for each in judged)
    lines.append(
        f"{believed} of {len(judged)} lists believed, as of {moment:%Y-%m-%d}."
    )
    return "\n".join(lines) + "\n"


def _lines(judged: JudgedList, moment: datetime) -> Iterator[str]:
    decision = judged.decision
    verdict = "BELIEVED" if judged.is_believed else f"DENIED ({decision.reason})"
    yield f"{verdict}  {judged.location}"
    yield f"  {decision.sentence}"
    if judged.problem is not None and judged.is_believed:
        yield f"  an older copy stands in: {judged.problem.sentence}"
    if judged.content is None:
        return
    if not judged.is_believed:
        yield "  what follows is what it says, and not believed:"
    content = judged.content.content
    until = content.next_update
    yield (
        f"  {content.territory or 'no territory'}, number {content.sequence}, issued "
        f"{content.issued:%Y-%m-%d}, "
        + ("closed" if until is None else f"next update {until:%Y-%m-%d}")
    )
    yield f"  operated by {content.operator}"
    yield f"  signed with {subject_name(judged.content.signer)}"
    if content.pointers:
        yield f"  pointers to other lists: {len(content.pointers)}"
    for (kind, status), count in sorted(_counts(judged, moment).items()):
        yield f"  {count:5}  {short_name(kind)}, {short_name(status)}"


def _counts(judged: JudgedList, moment: datetime) -> Counter[tuple[str, str]]:
    if judged.content is None:
        return Counter()
    return Counter(
        (each.period.service_type, each.period.status)
        for each in services_at([judged.content.content], moment)
    )


def as_json(judged: Sequence[JudgedList], moment: datetime) -> str:
    """Tell of lists as JSON, with every service."""
    told = {
        "moment": moment.isoformat(),
        "lists": [_list_json(each, moment) for each in judged],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _list_json(judged: JudgedList, moment: datetime) -> dict[str, Any]:
    told: dict[str, Any] = {
        "location": judged.location,
        "verdict": judged.decision.verdict.value,
        "reason": judged.decision.reason.value,
        "sentence": judged.decision.sentence,
        "evidence": list(judged.decision.evidence),
        "problem": None if judged.problem is None else judged.problem.sentence,
    }
    if judged.content is None:
        return told
    content = judged.content.content
    until = content.next_update
    return told | {
        "territory": content.territory,
        "type": content.list_type,
        "operator": content.operator,
        "sequence": content.sequence,
        "issued": content.issued.isoformat(),
        "nextUpdate": None if until is None else until.isoformat(),
        "signer": subject_name(judged.content.signer),
        "pointers": [
            {"location": each.location, "territory": each.territory}
            for each in content.pointers
        ],
        "services": list(_services_json(judged.content, moment)),
    }


def _services_json(
    content: VerifiedTrustList, moment: datetime
) -> Iterator[dict[str, Any]]:
    for each in services_at([content.content], moment):
        yield {
            "provider": each.provider.name,
            "name": each.period.name or each.service.name,
            "type": each.period.service_type,
            "status": each.period.status,
            "isGranted": each.period.is_granted,
            "since": each.period.starts.isoformat(),
            "certificates": [
                hashlib.sha256(der).hexdigest()
                for der in each.service.identity.certificates
            ],
        }

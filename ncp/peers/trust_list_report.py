"""Tells the operator what becomes of trust lists: log and metrics.

Spec: fact sheet 02 §5.2 (an expired list is an alarm) / STYLE "Logging".
"""

from __future__ import annotations

from ncp.telemetry import Metrics, get_logger
from trust.trustlist import ListFinding


class TrustListReport:
    """Counts and logs what was found of each list."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def told(self, finding: ListFinding) -> None:
        """Count and log one finding."""
        happening = _happening(finding)
        territory = finding.territory or finding.party
        decision = finding.problem or finding.decision
        self._metrics.trust_list_events.labels(
            territory, happening, decision.reason.value
        ).inc()
        until = None if finding.trust_list is None else finding.trust_list.next_update
        # Nothing believed: the end is past, and an alarm on it fires.
        self._metrics.trust_list_next_update.labels(territory).set(
            0 if until is None else until.timestamp()
        )
        log = get_logger()
        (log.info if happening == "believed" else log.warning)(
            f"trust-list.{happening}",
            country=territory,
            reason=decision.reason.value,
            sentence=decision.sentence,
        )


def _happening(finding: ListFinding) -> str:
    if finding.trust_list is None:
        return "lost"
    return "believed" if finding.problem is None else "last-good-serves"

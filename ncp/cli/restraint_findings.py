"""Finds who is held back by the rules against abuse, for ``ncp check``.

Spec: eHDSI CP-059 / sheet 06 §4.3.
"""

from __future__ import annotations

from collections.abc import Iterator

from ncp.cli.store_findings import looked
from ncp.ports import Clock
from ncp.restraint import Action
from ncp.settings import Finding, Settings
from ncp.settings.finding import warning


def inspect_holds(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Find whether anybody is not answered, and by which rules; names nobody."""
    holds = looked(settings, clock, lambda store: store.restraints.all()) or []
    rules = sorted({each.rule for each in holds if each.action != Action.ALERT})
    if rules:
        yield warning(
            "restraint",
            f"somebody is held back by {', '.join(rules)}",
            "`ncp restraint list` says until when, and where it is recorded who it is; "
            "`ncp restraint lift` lets them ask again.",
        )

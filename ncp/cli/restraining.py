"""``ncp restraint``: what the rules against abuse noticed, and lifting what they hold.

Nobody is named here: the audit trail has who it was, and looking there is recorded.

Spec: eHDSI CP-059 / sheet 06 §1.5 (use of a restricted function), §4.3.
"""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path

from ncp.audit import AdministrationAct, AdministrationEvent, AuditOutcome
from ncp.cli.log_proving import Told
from ncp.cli.recording_store import recording_store
from ncp.ports import SystemClock
from ncp.restraint import Action
from ncp.settings import load_settings
from ncp.store import Hold, record_alone


def in_force(file: Path) -> Told:
    """List what was noticed and is not over; good where nobody is held back."""
    with recording_store(load_settings(file), SystemClock()) as store:
        holds = store.restraints.all()
    lines = [_line(each) for each in holds]
    is_good = all(each.action == Action.ALERT for each in holds)
    return Told("\n".join(lines) or "Nobody is held back.", is_good)


def lift(file: Path, references: Sequence[str]) -> Told:
    """Lift these; each is on record before anybody may ask again."""
    settings = load_settings(file)
    with recording_store(settings, SystemClock()) as store:
        known = {each.reference: each for each in store.restraints.all()}
        missing = [each for each in references if each not in known]
        wanted = [known[each] for each in dict.fromkeys(references) if each in known]
        for hold in wanted:
            record_alone(store, _lifting(settings.gateway.audit_source, hold))
            store.restraints.lift(hold.reference)
    told = [f"{each.reference} is lifted." for each in wanted]
    told += [f"{each} is nothing that is in force." for each in missing]
    return Told("\n".join(told), not missing)


def _line(hold: Hold) -> str:
    until = "it is lifted" if hold.is_endless else f"{hold.until:%Y-%m-%d %H:%M:%S}Z"
    event = "" if hold.event is None else f", audit event {hold.event}"
    return (
        f"{hold.reference}  {hold.action:<8}  until {until}\n"
        f"  {hold.rule}: one {hold.per} (NCP-{hold.side}, {hold.country}), "
        f"since {hold.since:%Y-%m-%d %H:%M:%S}Z{event}"
    )


def _lifting(source: str, hold: Hold) -> AdministrationEvent:
    return AdministrationEvent(
        act=AdministrationAct.RESTRICTED_FUNCTION,
        moment=SystemClock().now(),
        outcome=AuditOutcome.SUCCESS,
        audit_source=source,
        application="ncp restraint",
        changed=f"urn:ncp:restraint:{hold.reference}",
        description=f"what {hold.rule} holds against one {hold.per} is to be lifted",
        operator=getpass.getuser(),
    )

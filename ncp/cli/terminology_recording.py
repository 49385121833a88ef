"""Records who brings terminology in, and who lets it speak, before it is done.

Spec: sheet 06 §1.5 (110113 with 110131, software configuration).
"""

from __future__ import annotations

import getpass
from typing import Final

from ncp.audit import AdministrationAct, AdministrationEvent, AuditOutcome
from ncp.cli.recording_store import recording_store
from ncp.ports import SystemClock
from ncp.settings import Settings
from ncp.store import record_alone
from ncp.terminology.activation_record import name_of

_APPLICATION: Final = "ncp terminology"


def announce(settings: Settings, name: str, sentence: str) -> None:
    """Commit that the user of this machine is about to do it.

    Parameters
    ----------
    name
        Of the release or overlay.

    Raises
    ------
    StoreUnavailable
        It cannot be recorded; it may not be done.
    """
    clock = SystemClock()
    event = AdministrationEvent(
        act=AdministrationAct.SOFTWARE,
        moment=clock.now(),
        outcome=AuditOutcome.SUCCESS,
        audit_source=settings.gateway.audit_source,
        application=_APPLICATION,
        changed=name_of(name),
        description=sentence,
        operator=getpass.getuser(),
    )
    with recording_store(settings, clock) as store:
        record_alone(store, event)

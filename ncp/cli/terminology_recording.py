"""Records who brings terminology in, and who lets it speak, before it is done.

Spec: sheet 06 §1.5 (110113 with 110131, software configuration).
"""

from __future__ import annotations

import getpass
from typing import Final

from ncp.audit import AdministrationAct, AdministrationEvent, AuditOutcome
from ncp.audit_forwarding.destinations import destinations
from ncp.opened_store import open_store
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
    clock, told = SystemClock(), destinations(settings.audit)
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
    with open_store(settings, clock, repositories=told) as store:
        store.migrate()
        record_alone(store, event)

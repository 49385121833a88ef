"""Who shows no token that is known here: refused, and recorded.

Spec: RFC 6750 3 / DICOM PS3.15 A.5.3.12 (User Authentication).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from ncp.audit import UserAuthentication
from ncp.ports import Clock
from ncp.store import RecordStore, StoreUnavailable, record_alone
from ncp.telemetry import get_logger
from ncp.web import problems

RecordStranger: TypeAlias = Callable[[str | None], None]
"""Told the address that somebody who was not let in came from; may block."""


class Unauthorised(Exception):  # noqa: N818 - an answer, not a defect
    """No token, or one that nobody holds."""


class Forbidden(Unauthorised):
    """A token that is known, and not good for this."""


def record_nobody(_address: str | None) -> None:
    """Record nothing: where a door is built without a store."""


@dataclass(frozen=True, slots=True)
class StrangerRecord:
    """Records who was not let in at one door.

    Attributes
    ----------
    application
        The door, as the record names it: ``ncp-gateway operations``.
    """

    store: RecordStore
    clock: Clock
    audit_source: str
    application: str

    def __call__(self, address: str | None) -> None:
        """Commit the event; where it cannot be, nobody was let in all the same."""
        event = UserAuthentication(
            self.clock.now(), self.audit_source, self.application, address
        )
        try:
            record_alone(self.store, event)
        except StoreUnavailable as error:
            get_logger().error("door.unrecorded", reason=error.refusal.value)


def refuse_strangers(
    holder: str, record: RecordStranger
) -> Callable[[Request, Exception], Awaitable[JSONResponse]]:
    """Return what answers :class:`Unauthorised` and :class:`Forbidden`.

    Parameters
    ----------
    holder
        Whose token the door asks for.
    """

    async def refused(request: Request, error: Exception) -> JSONResponse:
        address = None if request.client is None else request.client.host
        await run_in_threadpool(record, address)
        if isinstance(error, Forbidden):
            return problems.forbidden()
        return problems.unauthorised(holder)

    return refused

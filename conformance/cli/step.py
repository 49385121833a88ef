"""The steps of a session of a simulated country B."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """What a session does; each but the last two needs the one before."""

    IDENTIFY = "identify"
    LIST = "list"
    FETCH = "fetch"
    SUBMIT = "submit"

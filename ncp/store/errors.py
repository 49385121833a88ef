"""The one way in which memory fails."""

from __future__ import annotations

from ncp.errors import NcpError, Refusal


class StoreUnavailable(NcpError):  # noqa: N818 - it is a state, told to the caller
    """Nothing could be recorded or read; no answer may leave."""

    def __init__(self, public_message: str, remedy: str = "") -> None:
        super().__init__(Refusal.RECORD_UNAVAILABLE, public_message, remedy)


class StoreConflict(StoreUnavailable):
    """What is to be written contradicts what is there by now; nothing was written."""

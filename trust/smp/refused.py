"""The refusal of something a directory says."""

from __future__ import annotations

from trust.decision import TrustRefused


class DirectoryRefused(TrustRefused):
    """A record, an address or an entry of a directory is not believed."""

"""What a pharmacy asks of its desk, and how that refuses."""

from __future__ import annotations

import pytest

from ncp.country_b.dispensing import DiscardReason
from ncp.errors import NcpError, Refusal

ERROR = DiscardReason.ENTRY_ERROR


def refusal_of(call, *arguments, **named) -> Refusal:
    with pytest.raises(NcpError) as refused:
        call(*arguments, **named)
    return refused.value.refusal

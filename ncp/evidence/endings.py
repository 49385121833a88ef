"""What the record of a message says became of the exchange.

The words stand in databases and under the log: they are never changed.
"""

from __future__ import annotations

from typing import Final

ANSWERED: Final = "answered"
ANSWERED_IN_PART: Final = "answered-in-part"
REFUSED: Final = "refused"
# Nobody answered.
FAILED: Final = "failed"

DELIVERED: Final = frozenset({ANSWERED, ANSWERED_IN_PART})
"""The endings with which something that was asked for has come."""

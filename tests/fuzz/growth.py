"""Whether memory grows with what is served, measured against a warm process.

Two measures, since each is blind where the other sees: the blocks that Python holds
(exact, but knows nothing of libxml2 and OpenSSL), and the pages of the process (all of
it, but an allocator keeps what was freed).
"""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

_STATM: Final = Path("/proc/self/statm")
_PAGE: Final = 4096
# What may come to stay with each exchange once all is warm; seen are up to 1 block and
# 450 bytes. A record or a connection that is kept is dozens of blocks, a message more
# than 10,000 bytes.
MOST_BLOCKS: Final = 2.0
MOST_BYTES: Final = 1_500.0
# Fewer exchanges than these say nothing: caches of a thousand are still being filled.
FEWEST: Final = 3_000


@dataclass
class Growth:
    """The memory of the process, round by round."""

    seen: list[tuple[int, int, int]] = field(default_factory=list)
    exchanges: int = 0

    def note(self, exchanges: int) -> None:
        """Note the memory after a round of so many exchanges."""
        self.exchanges += exchanges
        gc.collect()
        pages = int(_STATM.read_text().split()[1])
        self.seen.append((self.exchanges, sys.getallocatedblocks(), pages * _PAGE))

    def per_exchange(self) -> tuple[float, float]:
        """Return blocks and bytes that came to stay with each exchange, when warm.

        The slope between the medians of the third and of the last quarter.
        """
        quarter = max(1, len(self.seen) // 4)
        before, after = self.seen[-2 * quarter : -quarter], self.seen[-quarter:]
        number, blocks, size = (
            median(each[column] for each in after)
            - median(each[column] for each in before)
            for column in range(3)
        )
        return blocks / number, size / number

    def check(self) -> None:
        """Fail where memory grew; of too short a run only the sum is asked."""
        if self.exchanges < FEWEST or len(self.seen) < 8:
            return
        blocks, size = self.per_exchange()
        assert blocks < MOST_BLOCKS, f"{blocks:.2f} blocks stay with each exchange"
        assert size < MOST_BYTES, f"{size:.0f} bytes stay with each exchange"

    def __str__(self) -> str:
        if len(self.seen) < 4:
            return f"{self.exchanges} exchanges"
        blocks, size = self.per_exchange()
        return (
            f"{self.exchanges} exchanges, {blocks:+.2f} blocks and {size:+.0f} bytes "
            "stay with each"
        )

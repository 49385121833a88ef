"""How long is fuzzed: seconds in all, shared by the targets.

``make test`` gives two minutes to all of them, ``make fuzz`` as long as it is told.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Final

TARGETS: Final = 10
SECONDS: Final = float(os.environ.get("NCP_FUZZ_SECONDS", "120"))
SHARE_S: Final = SECONDS / TARGETS
PATIENCE_S: Final = SHARE_S * 2 + 120


def rounds(run: Callable[[int], int], share_s: float = SHARE_S) -> Iterator[int]:
    """Run round after round until the time is over; yields how many it made.

    A round is told its number, which is its seed too: with ``NCP_FUZZ_SEED`` a run
    begins where another ended.
    """
    end = time.monotonic() + share_s
    number = int(os.environ.get("NCP_FUZZ_SEED", "0"))
    while time.monotonic() < end:
        yield run(number)
        number += 1

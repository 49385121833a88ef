"""A target of fuzzing: rounds of drawn examples, and the memory between them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import astuple
from typing import Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.capabilities import REPOSITORY
from tests.fuzz.growth import Growth
from tests.fuzz.running_time import rounds

EXAMPLES: Final = 60
_REPORTS: Final = REPOSITORY / "reports" / "fuzz"
_TERMS = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


def fuzz(name: str, example: Callable[[st.DataObject], None]) -> None:
    """Draw and try examples until the time of the target is over.

    A failure tells the least example that fails, and its round: a run with that number
    as ``NCP_FUZZ_SEED`` begins with it.
    """
    growth = Growth()
    # The test runner keeps every line that is logged: that would look like a leak.
    logging.disable(logging.CRITICAL)
    for made in rounds(lambda number: _round(number, example)):
        growth.note(made)
    logging.disable(logging.NOTSET)
    _tell(name, growth)
    growth.check()


def _tell(name: str, growth: Growth) -> None:
    """Leave the figures where ``make fuzz`` reads them."""
    _REPORTS.mkdir(parents=True, exist_ok=True)
    (_REPORTS / f"{name}.txt").write_text(f"{name}: {growth}\n", encoding="utf-8")
    lines = [",".join(map(str, astuple(each))) + "\n" for each in growth.seen]
    head = "exchanges,blocks,bytes of malloc,resident bytes\n"
    (_REPORTS / f"{name}.csv").write_text(head + "".join(lines), encoding="ascii")


def _round(number: int, example: Callable[[st.DataObject], None]) -> int:
    made = 0

    @seed(number)
    @_TERMS
    @given(data=st.data())
    def examples(data: st.DataObject) -> None:
        nonlocal made
        made += 1
        example(data)

    try:
        examples()
    except BaseException as error:
        error.add_note(f"round {number}: NCP_FUZZ_SEED={number} begins with it")
        raise
    return made

"""The conditions of the field's test catalogues, by transaction."""

from __future__ import annotations

from collections.abc import Iterator

from tests.families.conditions.condition import Condition
from tests.families.conditions.fetching import FETCHING
from tests.families.conditions.identification import IDENTIFICATION
from tests.families.conditions.listing import LISTING
from tests.families.conditions.submitting import SUBMITTING

TABLE = {
    "ITI-55": IDENTIFICATION,
    "ITI-38": LISTING,
    "ITI-39": FETCHING,
    "ITI-41": SUBMITTING,
}


def rows() -> Iterator[tuple[str, Condition]]:
    """Yield every condition with its transaction."""
    for transaction, conditions in TABLE.items():
        for condition in conditions:
            yield transaction, condition


__all__ = ["Condition", "rows"]

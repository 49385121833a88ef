"""The conditions of the field's test catalogues, by transaction."""

from __future__ import annotations

from collections.abc import Iterator

from tests.families.conditions.condition import Condition
from tests.families.conditions.dispensing import AT_A_DESK
from tests.families.conditions.fetching import FETCHING
from tests.families.conditions.identification import IDENTIFICATION
from tests.families.conditions.listing import LISTING
from tests.families.conditions.prescriptions import FETCHED, LISTED
from tests.families.conditions.submitting import SUBMITTING

TABLE = {
    "ITI-55": IDENTIFICATION,
    "ITI-38": LISTING + LISTED,
    "ITI-39": FETCHING + FETCHED,
    "ITI-41": SUBMITTING + AT_A_DESK,
}


def rows() -> Iterator[tuple[str, Condition]]:
    """Yield every condition with its transaction."""
    for transaction, conditions in TABLE.items():
        for condition in conditions:
            yield transaction, condition


__all__ = ["Condition", "rows"]

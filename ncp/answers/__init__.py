"""The one table of answers: condition and transaction to what stands on the wire."""

from ncp.answers.answering import (
    COUNTRY_B_ONLY,
    answer_for,
    as_warning,
    codes_for,
    listed_conditions,
    meanings_of,
)
from ncp.answers.deviations import Dialect, Kind
from ncp.errors import Condition
from ncp.ihe.answer import Answer, Place

__all__ = [
    "COUNTRY_B_ONLY",
    "Answer",
    "Condition",
    "Dialect",
    "Kind",
    "Place",
    "answer_for",
    "as_warning",
    "codes_for",
    "listed_conditions",
    "meanings_of",
]

"""How OpenNCP and gematik answer where they differ from us, found by condition.

A dialect is a setting for peers or test scripts written against those programs; the
reader understands all of them anyway. Only what was seen is listed, with its source;
elsewhere a dialect answers as we do.
"""

from __future__ import annotations

from ncp.answers.deviations import Deviation, Dialect, Kind
from ncp.answers.gematik import GEMATIK_ROWS
from ncp.answers.openncp import OPENNCP
from ncp.errors import Condition
from ncp.ihe.codes import Transaction

_ROWS = (*OPENNCP, *GEMATIK_ROWS)


def deviation_for(
    condition: Condition, transaction: Transaction, kind: Kind, dialect: Dialect
) -> Deviation | None:
    """Find how a peer's program answers differently, if it is known to."""
    return next(
        (
            row.deviation
            for row in _ROWS
            if row.speaks_of(dialect, condition, transaction, kind)
        ),
        None,
    )

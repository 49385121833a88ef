"""Registry answers of country A: statuses, errors, and the codes of entries.

Spec: IHE ITI TF-3 §4.2.3, §4.2.4.
Seen: OpenNCP puts a stack frame where a location belongs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from conformance.simulators.dialect import MANNERS, Dialect
from conformance.simulators.documents.held import Code
from conformance.simulators.outcomes import Outcome
from conformance.simulators.soap import Body, fill, fresh_urn, part_of

_STATUS: Final = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:"
_PARTIAL: Final = "urn:ihe:iti:2007:ResponseStatusType:"
_SEVERITY: Final = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:"
_FRAME: Final = (
    "org.example.ncp.server.CrossGatewayService.answer(CrossGatewayService.java:214)"
)


def status_urn(status: str) -> str | None:
    """Return the URN of a status, None where the attribute is missing."""
    if not status:
        return None
    return f"{_PARTIAL if status == 'PartialSuccess' else _STATUS}{status}"


def error_list(dialect: Dialect, outcomes: Sequence[Outcome]) -> list[Body]:
    """Return the list of errors, as a family writes it; none where there is none."""
    folder = MANNERS[dialect].templates
    coded = [each for each in outcomes if each.code]
    errors = [
        _error(folder, dialect, outcome, code)
        for outcome in coded
        for code in (*outcome.also, outcome.code)
    ]
    if not errors:
        return []
    is_severe = any(each.severity != "Warning" for each in coded)
    values = {
        "errors": [each.element for each in errors],
        "highest": f"{_SEVERITY}{'Error' if is_severe else 'Warning'}",
    }
    return [part_of(folder, "registry-errors", values, *errors)]


def _error(folder: str, dialect: Dialect, outcome: Outcome, code: str) -> Body:
    return fill(
        folder,
        "registry-error",
        code=code,
        text=outcome.text,
        severity=_SEVERITY + outcome.severity if outcome.severity else None,
        location="" if dialect is Dialect.GEMATIK else _FRAME,
    )


def classifications(folder: str, entry: str, codes: Iterable[Code]) -> list[Body]:
    """Write the codes of an entry; one without a coding scheme has no slot for it."""
    return [
        fill(
            folder,
            "classification",
            id=fresh_urn(),
            scheme=f"urn:uuid:{scheme}",
            entry=entry,
            code=code,
            coding_scheme=coding_scheme,
            name=name,
        )
        for scheme, code, coding_scheme, name in codes
    ]

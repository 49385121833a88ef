"""The page of the two tables of dispensing: states, and what may cross the border."""

from __future__ import annotations

from collections.abc import Iterator

from ncp.country_a.dispensing import TRANSITIONS
from ncp.country_a.prescriptions import CROSSING


def dispensing_page(header: str) -> str:
    """Return the page."""
    lines = [
        "# Prescriptions abroad: the two tables",
        "",
        header,
        "",
        "What country A decides by. `ncp prescriptions rules` prints the first with",
        "the settings of a gateway, `ncp dispensations show` the second for one deed.",
        "",
        "## What may cross the border",
        "",
        "A prescription crosses that breaks none of these rules. The same table",
        "decides whether it may be dispensed.",
        "",
        "| rule | it stays because | source | setting |",
        "|---|---|---|---|",
        *_rules(),
        "",
        "## The states of a dispensation and of a discard",
        "",
        "What does not stand here does not happen.",
        "",
        "| state | event | then | of | why |",
        "|---|---|---|---|---|",
        *_transitions(),
    ]
    return "\n".join(lines) + "\n"


def _rules() -> Iterator[str]:
    for each in CROSSING:
        setting = ", ".join(
            f"`{one}`" for one in (each.setting or "").split(", ") if one
        )
        yield (
            f"| `{each.rule}` | {each.reason} | {each.source} | {setting or 'always'} |"
        )


def _transitions() -> Iterator[str]:
    for each in TRANSITIONS:
        of = ", ".join(sorted(each.operations))
        yield (
            f"| `{each.state}` | `{each.event}` | `{each.then}` | {of} | {each.why} |"
        )

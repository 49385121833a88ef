"""The page of everything that is recorded, from the table the tests hold it to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from tests.ncp.audit.event_table import ABSENT, ROWS, Row

# What happened, by the name in the trail; exchanges tell it by their service.
_WHAT: Final = {
    "EHDSI-91": "the gateway vouches for a professional",
    "EHDSI-92": "a treatment relationship is confirmed: a TRC assertion",
    "EHDSI-96": "a next of kin is vouched for",
    "EHDSI-93": "a trust list was fetched",
    "EHDSI-94": "the codes of a document were brought to others",
    "EHDSI-193": "a question to the directory",
    "EHDSI-194": "a change in the directory",
    "EHDSI-CF": "nobody answered, or a message cannot be read or used",
    "access-denied": "who asks, or the patient's will, stood against it",
    "emergency-override-started": "a professional states an emergency",
    "abuse": "somebody asked for more than a rule against abuse bears",
    "node-authentication": "the other side of a connection was not believed",
    "security-configuration": "keys, pins, anchors or switches changed, or what is "
    "published of this gateway is to be",
    "software-configuration": "terminology comes in, or begins to speak",
    "restricted-function": "dead letters are tried again, or who was held "
    "back may ask again",
    "audit-recording-stopped": "from then on the database did not record",
    "audit-recording-started": "it records again",
    "application-start": "the gateway starts",
    "application-stop": "the gateway stops",
    "audit-log-used": "somebody looks into the trail, the evidence, the figures",
    "user-authentication": "no token, or one that nobody holds, at a door of ours",
}


def audit_events_page(header: str) -> str:
    """Return the page."""
    lines = [
        "# What is recorded",
        "",
        header,
        "",
        "Each event is a DICOM audit message (PS3.15 A.5) in the trail, written in the",
        "commit of what it tells. The name is what `ncp audit search --event` takes.",
        "Side A answers, side B asks; without a side, the gateway as a whole",
        "records it.",
        "",
        "| event | side | name | EventID | EventTypeCode | action | what happened |",
        "|---|---|---|---|---|---|---|",
        *map(_line, _once(ROWS)),
        "",
        "A denial, an emergency, a failure of the line and a translation stand beside",
        "the exchange they belong to, in its commit. So does an event `abuse`: the",
        "codes are those of CP-059, and other rules tell by them too",
        "([who asks for too much](../how-to/notice-abuse.md)).",
        "",
        "## What does not occur",
        "",
        "| event | side | why |",
        "|---|---|---|",
        *_absent(),
    ]
    return "\n".join(lines) + "\n"


def _once(rows: tuple[Row, ...]) -> Iterator[tuple[Row, str]]:
    """Give each event once, with its sides where both are written alike."""
    ordered = dict.fromkeys(rows)
    for _, group in groupby(ordered, lambda row: (row.key, row.event_id, row.service)):
        together = list(group)
        yield together[0], " ".join(row.side for row in together)


def _line(told: tuple[Row, str]) -> str:
    row, sides = told
    what = row.service or _WHAT[row.name]
    return (
        f"| {row.key} | {sides} | `{row.name}` | {row.event_id} | {row.type_code} "
        f"| {row.action} | {what} |"
    )


def _absent() -> Iterator[str]:
    for reason, group in groupby(ABSENT.items(), lambda each: each[1]):
        keys = list(group)
        named = ", ".join(dict.fromkeys(key for (key, _), _ in keys))
        sides = " ".join(dict.fromkeys(side for (_, side), _ in keys))
        yield f"| {named} | {sides} | {reason} |"

"""The page of all answers: condition and transaction, ours and how others answer."""

from __future__ import annotations

from collections.abc import Iterator

from ncp.answers import (
    COUNTRY_B_ONLY,
    Answer,
    Condition,
    Dialect,
    Place,
    answer_for,
)
from ncp.answers.remedies import remedy_for
from ncp.errors import Refusal
from ncp.ihe.code_list import CODE_LIST
from ncp.ihe.codes import ClassCode, Transaction
from trust.decision import Reason

_KINDS = {
    Transaction.ITI_55: (None,),
    Transaction.ITI_38: (
        ClassCode.PATIENT_SUMMARY,
        ClassCode.EPRESCRIPTION,
        ClassCode.LABORATORY_RESULT,
    ),
    Transaction.ITI_39: (
        ClassCode.PATIENT_SUMMARY,
        ClassCode.EPRESCRIPTION,
        ClassCode.LABORATORY_RESULT,
    ),
    Transaction.ITI_41: (None,),
}
_INTRODUCTION = """\
What country A answers, condition by condition: the row of the one table in
`ncp.answers`. Beside ours stands how other programs answer the same, where that was
seen and differs; a peer can be answered in its way with `answer_dialect`. Whatever the
dialect, the asking side understands all of them, and shows a code that it does not know
as it came.

Codes for patient summary, prescription and original document are divided by strokes
where they differ. In ITI-55 a cell tells acknowledgement and query response, the code,
and the reason (`>` where the asker can act on it: `triggerFor`); elsewhere status and
code, with `warning` for what is no error. A SOAP fault tells its HTTP status and
subcode."""


def answers_page(header: str) -> str:
    """Return the page."""
    lines = ["# Answers", "", header, "", *_INTRODUCTION.split("\n")]
    for transaction in Transaction:
        lines += ["", f"## {transaction.value}", ""]
        lines += _table(transaction)
    lines += ["", "## What can be done", "", "| condition | remedy |", "|---|---|"]
    lines += [f"| `{each.value}` | {remedy_for(each)} |" for each in conditions()]
    lines += [
        "",
        "## Codes that peers tell",
        "",
        "| code | what it says |",
        "|---|---|",
    ]
    lines += [f"| `{code}` | {CODE_LIST[code]} |" for code in sorted(CODE_LIST)]
    return "\n".join(lines) + "\n"


def conditions() -> list[Condition]:
    """Return every condition that is ever an answer of country A."""
    reasons = [
        each
        for each in Reason
        if each.is_about_messages and each is not Reason.ACCEPTED
    ]
    return [*reasons, *(each for each in Refusal if each not in COUNTRY_B_ONLY)]


def _table(transaction: Transaction) -> Iterator[str]:
    yield "| condition | ours | OpenNCP to 7 | OpenNCP 8 and 9 | gematik |"
    yield "|---|---|---|---|---|"
    for condition in conditions():
        cells = [_cell(condition, transaction, each) for each in Dialect]
        others = ["" if each == cells[0] else each for each in cells[1:]]
        yield f"| `{condition.value}` | {' | '.join([cells[0], *others])} |"


def _cell(condition: Condition, transaction: Transaction, dialect: Dialect) -> str:
    told = [
        _told(answer_for(condition, transaction, dialect, kind))
        for kind in _KINDS[transaction]
    ]
    return " / ".join(dict.fromkeys(told))


def _told(answer: Answer) -> str:
    code = answer.code.rsplit("}", 1)[-1]
    if answer.place in {Place.FAULT, Place.HTTP}:
        return f"fault {answer.http_status} {code}".strip()
    if answer.place is Place.ACKNOWLEDGEMENT:
        reason = answer.reason_of
        mark = ">" if reason is not None and reason.asks_for_more else ""
        states = f"{answer.acknowledgement}/{answer.query_response}"
        return f"{states} `{code}` {mark}{reason}"
    status = str(answer.status).rsplit(":", 1)[-1]
    warning = " warning" if str(answer.severity).endswith("Warning") else ""
    return f"{status}{warning} `{code}`"

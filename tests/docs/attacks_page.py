"""The page of the attacks, from their catalogue and from what our gateway answers."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.attacks import Attack, Group, Row, attacks, groups, rows
from ncp.web.handshake import HandshakeFailure
from tests.integration.attack_answers import Expected, Gone, Http, Served, answer_to

_INTRODUCTION = [
    "Every attack is a named mutation of a good message (`conformance.attacks`). It is",
    "sent over TLS through the real door of a running gateway, in the transactions it",
    "applies to (`make accept` leaves out none that can differ, `make test` some that",
    "hardly can). The answer, the recorded reason and the silence about the patient",
    "are compared with what stands here. Some messages only look hostile, and are to",
    "be served.",
    "",
    "The *family* is the kind of reason any gateway should refuse for; *here* is the",
    "reason this one records ([refusals](refusals.md) tells what the peer is told):",
    "`http` with a number is an answer of the door before there is a message,",
    "`handshake` the end of TLS with an alert on record, `closed` a connection without",
    "answer. *Case* is the conformance case the attack is a stimulus of.",
]


def attacks_page(header: str) -> str:
    """Return the page of every attack, kind by kind, and of what is not attacked."""
    lines = ["# Attacks", "", header, "", *_INTRODUCTION]
    for group in groups():
        lines += _section(group)
    lines += _coverage()
    return "\n".join(lines) + "\n"


def _section(group: Group) -> Iterator[str]:
    yield from ("", f"## {group.title.rstrip('.')}", "")
    sources = sorted({attack.source for attack in group.attacks})
    yield from (f"Described in: {'; '.join(sources)}.", "")
    yield "| attack | what it is | the rule | sent in | family | here | case |"
    yield "|---|---|---|---|---|---|---|"
    for attack in group.attacks:
        yield _row(attack)


def _row(attack: Attack) -> str:
    cells = (
        f"`{attack.id}`",
        attack.title,
        attack.breaks,
        ", ".join(each.removeprefix("ITI-") for each in attack.on),
        attack.family,
        _here(attack),
        attack.kit or "",
    )
    return f"| {' | '.join(cells)} |"


def _here(attack: Attack) -> str:
    answers = {_word(answer_to(attack.id, each)): each for each in attack.on}
    if len(answers) == 1:
        return next(iter(answers))
    told = {each: _word(answer_to(attack.id, each)) for each in attack.on}
    return ", ".join(f"{word} ({each})" for each, word in told.items())


def _word(expected: Expected) -> str:
    match expected:
        case Served():
            return "served"
        case Gone():
            return "closed"
        case Http():
            return f"http {expected.status}"
        case HandshakeFailure():
            return f"handshake, `{expected.value}`"
        case _:
            return f"`{expected.value}`"


def _coverage() -> Iterator[str]:
    yield from (
        "",
        "## What is covered",
        "",
        "The catalogue of attacks on trust (1 to 40), and the parts of the penetration",
        "tester's list about TLS, assertions, SOAP (6.3.1 to 6.3.3) and submissions",
        "(6.3.6), row by row.",
        "",
        "| row | what | attacks |",
        "|---|---|---|",
    )
    for row in rows().values():
        yield f"| {row.id} | {row.title} | {_covering(row)} |"


def _covering(row: Row) -> str:
    if row.not_yet is not None:
        return f"not in scope yet: {row.not_yet}"
    found = [each.id for each in attacks().values() if row.id in each.rows]
    shown = ", ".join(f"`{name}`" for name in found[:6])
    return shown if len(found) <= 6 else f"{shown} and {len(found) - 6} more"

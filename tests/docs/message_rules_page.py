"""The page of the rules of messages, and of what departs from them and why."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules import Group, Level, Rule, groups, rules
from tests.judging import DEPARTURES, OF_A_DIALECT

_INTRODUCTION = [
    "What must hold of a message between two countries: any request, answer or fault",
    "of ITI-55, -38, -39 and -41, whoever sent it. `ncp-conformance judge FILE` asks",
    "these rules ([how to](../how-to/judge-messages.md)), and so does every test in",
    "which a gateway of ours sends something. A rule is data",
    "(`conformance/rules/data`): where it is asked, what must be true there, who says",
    "so, what to do.",
    "",
    "*IPF 5* is the judge of the Open eHealth Integration Platform; what it asks for",
    "is restated here in words of our own. *Seen* is known from running programs only.",
]
_CHOSEN = "../adr/0016-where-judges-and-programs-differ.md"


def message_rules_page(header: str) -> str:
    """Return the page."""
    lines = ["# Rules of messages", "", header, "", *_INTRODUCTION]
    for group in groups():
        lines += _section(group)
    lines += ["", "## Where texts and programs differ", "", *_conflicts()]
    lines += ["", "## What is allowed to depart", "", *_departures()]
    return "\n".join(lines) + "\n"


def _section(group: Group) -> Iterator[str]:
    yield from ("", f"## {group.title}", "")
    yield "| rule | asked of | what is wrong | what to do | source |"
    yield "|---|---|---|---|---|"
    yield from map(_row, group.rules)


def _row(rule: Rule) -> str:
    mark = " (warning)" if rule.level is Level.WARNING else ""
    cells = (
        f"`{rule.id}`{mark}",
        ", ".join(rule.on),
        rule.wrong,
        rule.remedy,
        rule.source,
    )
    return f"| {' | '.join(map(_in_cell, cells))} |"


def _in_cell(text: str) -> str:
    return text.replace("|", "\\|")


def _conflicts() -> Iterator[str]:
    yield f"How we chose is in [ADR 0016]({_CHOSEN})."
    yield ""
    yield "| rule | what others ask for or do |"
    yield "|---|---|"
    for rule in rules().values():
        if rule.conflict:
            yield f"| `{rule.id}` | {rule.conflict} |"


def _departures() -> Iterator[str]:
    yield "A message of ours may break these, in a test and in the field:"
    yield ""
    yield "| rule | where and why |"
    yield "|---|---|"
    for name, why in {**DEPARTURES, **OF_A_DIALECT}.items():
        yield f"| `{name}` | {why} |"

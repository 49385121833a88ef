"""The page of the rules: how to read the trees, what every kind of finding means."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.capabilities import REPOSITORY
from transformations.rules.constraint import Node
from transformations.rules.datatypes import ADVICE, DATATYPES
from transformations.rules.fhir import DOCUMENT_RULES, RULES
from transformations.rules.named import NAMED
from transformations.rules.trees import TREES, rules
from transformations.rules.vocabulary import VALUE_SETS

FOLDER = REPOSITORY / "transformations" / "rules"
_INTRODUCTION = Path(__file__).with_name("rules_introduction.md").read_text("utf-8")


def rules_page(header: str) -> str:
    """Return the page."""
    lines = ["# Rules", "", header, *_INTRODUCTION.splitlines()]
    lines += [f"| `#{name}` | a rule that has a name of its own |" for name in NAMED]
    lines += ["", "## Waves", "", *_waves()]
    lines += ["", "## Templates", "", *_templates()]
    lines += ["", "## Datatypes", "", *_datatypes()]
    lines += ["", "## Value sets", "", *_value_sets()]
    lines += ["", "## FHIR documents", "", *_fhir()]
    for name in ("common", *TREES):
        lines += ["", f"## {name}.tree", "", "```text", *_tree(name), "```"]
    return "\n".join(lines) + "\n"


def _waves() -> Iterator[str]:
    yield "The trees are those of Wave 8. What came later is a warning in older ones:"
    yield ""
    yield "| came with wave | what | rules |"
    yield "|---|---|---|"
    text = (FOLDER / "waves.toml").read_text("utf-8")
    for row in tomllib.loads(text)["later"]:
        rule = row["rule"].replace("|", "\\|")
        yield f"| {row['wave']} | {row['because']} | `{rule}` |"


def _templates() -> Iterator[str]:
    yield "| template | what | element | lines |"
    yield "|---|---|---|---|"
    for template in rules().templates:
        name = template.root.step.name
        lines = sum(1 for _ in _nodes(template.root))
        yield f"| {template.id} | {template.title} | `{name}` | {lines} |"


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _datatypes() -> Iterator[str]:
    yield "| rule | what is wrong | what to do |"
    yield "|---|---|---|"
    for name, datatype in sorted(DATATYPES.items()):
        advice = [ADVICE[name]] if name in ADVICE else []
        for check in (*datatype.checks, *advice):
            mark = " (warning)" if check in advice else ""
            yield f"| `{name}#{check.name}`{mark} | {check.message} | {check.remedy} |"


def _value_sets() -> Iterator[str]:
    yield "Closed ones are judged without a catalogue, too; a catalogue comes first."
    yield ""
    yield "| value set | OID | |"
    yield "|---|---|---|"
    for each in VALUE_SETS.values():
        size = f"closed, {len(each.codes)} codes" if each.codes else "catalogue"
        yield f"| {each.name} | {each.oid} | {size} |"


def _fhir() -> Iterator[str]:
    yield "Beside the structure of R4 (`R4#...`):"
    yield ""
    yield "| rule | severity | what is wrong | what to do |"
    yield "|---|---|---|---|"
    for rule in (*DOCUMENT_RULES, *RULES):
        yield f"| `{rule.name}` | {rule.severity} | {rule.message} | {rule.remedy} |"


def _tree(name: str) -> list[str]:
    path: Path = FOLDER / "wave8" / f"{name}.tree"
    return path.read_text("utf-8").splitlines()

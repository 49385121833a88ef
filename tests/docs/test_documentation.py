"""The documentation says what the code does."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from ncp.restraint import STANDARD
from tests.capabilities import REPOSITORY
from tests.docs.reference_pages import PAGES, REFERENCE

DOCS = REPOSITORY / "docs"
PAGES_OF_PEOPLE = sorted(
    path.relative_to(REPOSITORY)
    for path in [*DOCS.rglob("*.md"), *REPOSITORY.glob("*.md")]
)
_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_reference_page_is_what_the_code_says(name):
    written = (REFERENCE / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run: make docs"


@pytest.mark.parametrize("page", PAGES_OF_PEOPLE, ids=str)
def test_every_link_leads_somewhere(page: Path):
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    folder = (REPOSITORY / page).parent
    broken = [link for link in _LINK.findall(text) if not (folder / link).exists()]
    assert broken == []


def test_every_decision_record_is_listed_and_has_its_parts():
    listing = (DOCS / "adr" / "README.md").read_text(encoding="utf-8")
    for record in DOCS.glob("adr/0*.md"):
        text = record.read_text(encoding="utf-8")
        assert record.name in listing
        for part in ("Status: ", "## Context", "## Decision", "## Consequences"):
            assert part in text, f"{record.name} lacks {part}"


def test_no_page_speaks_of_a_machine():
    for page in PAGES_OF_PEOPLE:
        text = (REPOSITORY / page).read_text(encoding="utf-8")
        assert str(REPOSITORY) not in text
        assert "/home/" not in text


def test_every_standard_rule_against_abuse_is_told():
    page = (DOCS / "how-to" / "notice-abuse.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) == len(STANDARD.rules)
    for row, rule in zip(rows, STANDARD, strict=True):
        side = "both" if len(rule.sides) > 1 else min(rule.sides)
        hours = rule.window / timedelta(hours=1)
        borne = (
            f"{rule.most} {'an hour' if hours == 1 else f'in {hours * 60:g} minutes'}"
        )
        becomes = "held back" if rule.holds_back else "told"
        assert row.startswith(f"| `{rule.name}` | {side} |")
        assert row.endswith(f"| {rule.per.replace('-', ' ')} | {borne} | {becomes} |")


def test_every_transaction_module_stands_in_the_glossary():
    glossary = (DOCS / "glossary.md").read_text(encoding="utf-8")
    for module in (REPOSITORY / "ncp" / "ihe").glob("iti*.py"):
        number = module.stem.removeprefix("iti").split("_")[0]
        assert f"**ITI-{number}**" in glossary

"""The mapping tables print what a section says, line by line."""

from __future__ import annotations

import pytest

from tests.docs.mapping_pages import ALL_SECTIONS
from tests.docs.mapping_terms import Line, lines_of, readable, templates_in
from tests.docs.reference_pages import PAGES
from transformations.mapping import TS, Alt, Const, Each, Group, Ignore, Pair, Row
from transformations.sections.words import Told


def shortened(_fhir, _cda, _cx):
    """Say it shorter."""
    return False


TERMS = (
    Group(
        "entry/act{classCode=ACT,moodCode=EVN}<EH.3.16>",
        Const("code", code="CONC", codeSystem="2.16.840.1.113883.5.6"),
        Alt(Row("onsetDateTime", "effectiveTime/low", TS, say="Since", absent="UNK")),
        Each("reaction[]", ".", Told("description", "Reaction described as")),
        Pair("type <-> kind", shortened),
        Ignore("encounter", "not named"),
    ),
)


def test_each_term_is_a_line_with_both_paths():
    assert list(lines_of(TERMS)) == [
        Line(0, "", "`entry`/`act`", "", "", "EH.3.16"),
        Line(1, "", "`code`", "fixed: `CONC`  (ActClass)"),
        Line(1, "*the first that says something:*"),
        Line(
            1,
            "`onsetDateTime`",
            "`effectiveTime`/`low`",
            "TS",
            "Since",
            "nullFlavor UNK where absent",
        ),
        Line(1, "*end of the choice*"),
        Line(1, "`reaction[]`", "", "each"),
        Line(1, "`reaction[].description`", "", "words", "Reaction described as"),
        Line(1, "type", "kind", "by function", "", "Say it shorter."),
        Line(1, "`encounter`", "", "lost", "", "not named (information)"),
    ]


def test_a_cell_cannot_break_the_table():
    assert Line(0, "a|b").cells() == r"| a\|b |  |  |  |  |"


def test_a_path_keeps_what_a_reader_looks_for():
    path = "entryRelationship[typeCode=SUBJ]/value{xsi:type=CD}<EH.3.7,CCD.1.2>"
    assert readable(path) == "`entryRelationship` (SUBJ)/`value` : CD"
    assert templates_in(path) == "EH.3.7, CCD.1.2"


@pytest.mark.parametrize("section", ALL_SECTIONS, ids=lambda section: section.title)
def test_every_section_has_a_page_with_its_resources(section):
    name = f"mapping/{section.title.lower().replace(' ', '-')}.md"
    page = PAGES[name]()
    assert section.code.value in page
    for kind in section.entries:
        assert f"## {kind}" in page


def test_losses_on_purpose_are_printed_with_their_reason():
    page = PAGES["mapping/current-problems.md"]()
    assert "| `encounter` |  | lost |  | a summary does not name the encounter" in page

"""The narrative block: what a person reads, and what entries point at."""

from __future__ import annotations

from transformations.cda import SectionNarrative
from transformations.cda.namespaces import CDA
from trust.xml import Element, write_xml


def text_of(narrative: SectionNarrative) -> str:
    root = Element(f"{{{CDA}}}text", {}, narrative.write("Nothing"))
    return write_xml(root, {CDA: ""}, declaration=False).decode()


def test_each_entry_has_a_line_and_each_fact_an_id():
    narrative = SectionNarrative("prb")
    narrative.begin_line()
    assert narrative.say("Problem", "Asthma") == "prb-1-1"
    assert narrative.say("Since", "1999") == "prb-1-2"
    assert narrative.anchor == "prb-1"
    assert (
        '<item><content ID="prb-1">Problem: <content ID="prb-1-1">Asthma</content>; '
        'Since: <content ID="prb-1-2">1999</content></content></item>'
    ) in text_of(narrative)


def test_what_is_taken_back_leaves_no_gap_in_the_ids():
    narrative = SectionNarrative("prb")
    before = len(narrative)
    narrative.begin_line()
    narrative.say("Problem", "Asthma")
    narrative.truncate(before)
    assert narrative.begin_line() == "prb-1"
    assert "Asthma" not in text_of(narrative)


def test_a_section_is_never_without_a_text():
    assert "<paragraph>Nothing</paragraph>" in text_of(SectionNarrative("prb"))

"""What is run: a step only in the direction in which it does something."""

from __future__ import annotations

from transformations.cda.structure import class_of
from transformations.mapping import ST, Back, Forth, Ignore, IgnoreCda, Otherwise, Row
from transformations.mapping.steps import ReadOnly, WriteOnly
from transformations.mapping.terms import Place, bind_all

PLACE = Place("toy", "CompositionSection", class_of("Section"), "section")
BOTH = Row("title", "title", ST)
TO_CDA = (Forth(Row("title", "title", ST)), Ignore("mode", "no place"))
TO_FHIR = (
    Back("nothing", lambda _cda, _fhir, _cx: False),
    Otherwise("title", "none"),
    IgnoreCda("id", "no place"),
)


def test_a_term_of_one_direction_is_not_run_in_the_other():
    frame = bind_all([BOTH, *TO_CDA, *TO_FHIR], PLACE)
    assert len(frame.writing) == len([BOTH, *TO_CDA])
    assert len(frame.reading) == len([BOTH, *TO_FHIR])
    assert not any(isinstance(step, ReadOnly) for step in frame.writing)
    assert not any(isinstance(step, WriteOnly) for step in frame.reading)


def test_the_order_of_the_terms_stays():
    frame = bind_all([*TO_FHIR, BOTH], PLACE)
    assert type(frame.reading[-1]) is type(frame.writing[0])

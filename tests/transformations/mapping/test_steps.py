"""What is run: a step only in the direction in which it does something."""

from __future__ import annotations

from transformations.cda.namespaces import CDA
from transformations.cda.structure import class_of
from transformations.mapping import (
    ST,
    Alt,
    Back,
    Const,
    Fill,
    Forth,
    Group,
    Ignore,
    IgnoreCda,
    Otherwise,
    Row,
)
from transformations.mapping.place import Place, bind_all
from transformations.mapping.steps import ReadOnly, WriteOnly

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


def asked(*terms: object) -> list[str | None]:
    return [tag for tag, _ in bind_all(terms, PLACE).awaited]


def test_a_step_is_asked_only_where_the_first_element_of_its_path_is():
    title, code = f"{{{CDA}}}title", f"{{{CDA}}}code"
    assert asked(BOTH, Const("code", code="1"), Fill("title", "NI")) == [
        title,
        code,
        title,
    ]
    assert asked(Group("entry/act", Const("code", code="1"))) == [f"{{{CDA}}}entry"]
    assert asked(Alt(BOTH, Row("title", "title", ST))) == [title]


def test_a_step_that_may_read_anything_is_always_asked():
    either = Alt(BOTH, Row("title", "text", ST))
    assert asked(either, Group(".", BOTH), *TO_FHIR[:2]) == [None] * 4

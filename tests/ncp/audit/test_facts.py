from __future__ import annotations

import json

import pytest

from ncp.audit import to_dicom
from ncp.audit.facts import FactsUnreadable, from_facts, to_facts
from tests.ncp.audit.samples import every_event, exchange
from trust.xml import ParseLimits, parse_xml


@pytest.mark.parametrize("event", every_event(), ids=lambda each: type(each).__name__)
def test_an_event_is_made_again_from_its_facts_as_it_was(event):
    again = from_facts(to_facts(event))
    assert again == event
    assert type(again) is type(event)
    assert to_dicom(again) == to_dicom(event)


@pytest.mark.parametrize("event", every_event(), ids=lambda each: type(each).__name__)
def test_the_words_are_what_any_writer_of_json_makes_of_them(event):
    text = to_facts(event).decode("latin-1")
    said, end = json.JSONDecoder().raw_decode(text)
    assert text[:end] == json.dumps(said, separators=(",", ":"))


def test_bytes_stand_behind_the_words_as_they_were():
    header, answer = bytes(range(256)) * 3, b'{"":"AuditEvent"}'
    facts = to_facts(exchange(request_header=header, response_header=answer))
    assert facts.endswith(header + answer)
    assert from_facts(facts).request_header == header
    assert from_facts(facts).response_header == answer


@pytest.mark.parametrize(
    "text", ["Lëtzebuerg", "\U0001d518\U0010ffff", "a\tb\n", '\\u0001"']
)
def test_a_text_of_any_script_is_kept(text):
    event = exchange(point_of_care=text)
    assert from_facts(to_facts(event)) == event


@pytest.mark.parametrize("character", ["\0", "\b", "\x1f", "\ud800", "\ufffe"])
def test_what_xml_forbids_is_kept_and_still_shown_in_every_form(character):
    event = from_facts(to_facts(exchange(point_of_care=f"a{character}")))
    assert event.point_of_care == f"a{character}"
    message = parse_xml(to_dicom(event), ParseLimits(10_000, 10, 1_000))
    assert message.tag == "AuditMessage"


# As a release wrote it once: names of classes and fields are names in databases.
OF_BEFORE = (
    b'{"":"AuditEvent","transaction":"ITI-39","side":"A",'
    b'"moment":"2026-03-01T09:30:00.123456+00:00","outcome":0,"audit_source":"LU-1",'
    b'"human":{"user_id":"<d@i>","name":"Jane","role_code":"2212",'
    b'"role_display":"Doctor"},"patients":[{"root":"1.2","extension":"p"}],'
    b'"query":3,"documents":["2.25.1"],"errors":[{"code":"E","text":"t"}]}<q>'
)


def test_facts_of_before_are_read_and_written_likewise():
    event = from_facts(OF_BEFORE)
    assert event.human.role_code == "2212"
    assert event.query == b"<q>"
    assert to_facts(event) == OF_BEFORE


FACTS = to_facts(exchange(request_header=b"header", response_header=b"answer"))


def test_facts_that_were_cut_short_are_not_read():
    for length in range(len(FACTS)):
        with pytest.raises(FactsUnreadable):
            from_facts(FACTS[:length])


def changed(**changes: object) -> bytes:
    said, end = json.JSONDecoder().raw_decode(FACTS.decode("latin-1"))
    return json.dumps(said | changes).encode() + FACTS[end:]


@pytest.mark.parametrize(
    "facts",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        FACTS + b"x",
        changed(**{"": "LaterEvent"}),
        changed(later="CANARY"),
        changed(transaction="CANARY"),
        changed(moment="CANARY"),
        changed(moment="2026-03-01T09:30:00"),
        changed(patients=[["CANARY"]]),
        changed(request_header=-1),
        changed(request_header=10**9),
        changed(request_header="six"),
    ],
)
def test_what_are_no_facts_is_refused_and_not_repeated(facts):
    with pytest.raises(FactsUnreadable) as refused:
        from_facts(facts)
    assert "CANARY" not in str(refused.value)


def test_a_field_without_a_form_is_refused():
    with pytest.raises(TypeError, match="set"):
        to_facts(exchange(documents={"2.25.1"}))

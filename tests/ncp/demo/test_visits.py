"""A scene of the second part that goes wrong ends the demo."""

from __future__ import annotations

import json

import pytest

from ncp.demo.cast import ABROAD
from ncp.demo.hospital import DoorAnswer, good
from ncp.demo.processes import DemoError, Neighbours
from ncp.demo.received import Received
from ncp.demo.visits import Visit, _check, _told_nothing, _told_refusal
from trust.identifiers import CountryCode

COUNTRY = type("Simulated", (), {"abroad": ABROAD[0]})()


def door(status: int, **content: object) -> DoorAnswer:
    return DoorAnswer(status, "application/json", json.dumps(content).encode(), 1.0)


def visit(translation: bytes | None, report: bytes) -> Visit:
    summary = Received(b"<a/>", translation, {})
    shown = DoorAnswer(200, "application/pdf", report, 1.0)
    return Visit(COUNTRY, {}, ["coded"], summary, shown, "Report", 1.0)


def test_a_problem_of_the_door_ends_it():
    with pytest.raises(DemoError, match="answered 502: It is down"):
        good(door(502, detail="It is down."))


def test_a_summary_that_is_not_told_ends_it():
    with pytest.raises(DemoError, match="Country XA was not told"):
        _check(visit(None, b"%PDF-1.7"))


def test_a_report_that_is_no_pdf_ends_it():
    _check(visit(b"<a/>", b"%PDF-1.7"))
    with pytest.raises(DemoError, match="no PDF"):
        _check(visit(b"<a/>", b"<html>"))


def test_a_document_of_who_has_none_ends_it():
    assert _told_nothing(door(200, documents=[])) == "no document"
    with pytest.raises(DemoError, match="who has none"):
        _told_nothing(door(200, documents=[{}]))


def test_a_list_of_who_does_not_agree_ends_it():
    detail = "The other country refused: 4701 (It is refused)."
    refused = door(502, codes=["4701"], detail=detail)
    assert _told_refusal(refused) == "It is refused"
    with pytest.raises(DemoError, match="does not agree"):
        _told_refusal(door(200, documents=[]))


def test_a_command_that_fails_ends_it(tmp_path):
    with Neighbours() as neighbours:
        assert neighbours.run("good", ("this",), tmp_path)[0].startswith("The Zen")
        with pytest.raises(DemoError, match="Bad ended with exit 1"):
            neighbours.run("bad", ("no_such_module",), tmp_path)


def test_no_simulated_country_has_letters_that_somebody_has():
    """ISO 3166-1 leaves XA to XZ to its users."""
    codes = [each.country.code for each in ABROAD]
    assert codes == [CountryCode(f"X{letter}") for letter in "ABC"]

"""The story is laid out for a terminal and kept as it was told."""

from __future__ import annotations

import io

import pytest

from ncp.demo.page import WIDTH, Page, counted, milliseconds


@pytest.fixture
def out():
    return io.StringIO()


def test_chapters_are_numbered_and_paragraphs_wrapped(out):
    page = Page(out)
    page.chapter("Setting up")
    page.say("word " * 60)
    page.chapter("Asking")
    lines = out.getvalue().splitlines()
    assert "1. Setting up" in lines
    assert "2. Asking" in lines
    assert all(len(line) <= WIDTH for line in lines)


def test_what_hangs_beside_a_label_stays_beside_it(out):
    Page(out).items([("TLS peer", "believed " * 20), ("HCP", "short")])
    first, second, *_, last = out.getvalue().splitlines()
    assert first.index("believed") == second.index("believed") == last.index("short")


def test_nothing_a_person_must_copy_is_broken(out):
    Page(out).say("x" * 200)
    assert "x" * 200 in out.getvalue()


def test_a_copy_is_kept(out, tmp_path):
    page = Page(out, tmp_path / "story.txt")
    page.title("Two countries")
    page.say("Once upon a time.")
    assert (tmp_path / "story.txt").read_text() == out.getvalue()


@pytest.mark.parametrize(
    ("value", "text"), [(0.44, "0.4 ms"), (12.6, "13 ms"), (1234.0, "1.2 s")]
)
def test_durations_read_well(value, text):
    assert milliseconds(value) == text.replace(" ", "\u00a0")


def test_numbers_agree_with_their_nouns():
    assert counted(1, "fact") == "1 fact"
    assert counted(2, "fact") == "2 facts"
    assert counted(0, "person", "people") == "0 people"

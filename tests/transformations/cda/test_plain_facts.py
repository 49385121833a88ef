"""What is read of a CDA without a table."""

from __future__ import annotations

import pytest
from lxml import etree

from transformations.cda.plain_facts import count_of, name_of, open_cda


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ("1", 1),
        ("02", 2),
        ("3.0", 3),
        ("0", None),
        ("-1", None),
        ("1.5", None),
        ("1000000", None),
        ("two", None),
        ("", None),
    ],
)
def test_only_a_whole_number_above_nought_counts(value: str, count: int | None) -> None:
    assert count_of(etree.fromstring(f'<quantity value="{value}"/>')) == count


def test_what_is_absent_counts_nothing() -> None:
    assert count_of(None) is None


def test_a_name_is_told_with_its_given_names_first() -> None:
    name = etree.fromstring("<name><family>Thill</family><given>Élise</given></name>")
    assert name_of(name) == "Élise Thill"


def test_a_name_without_parts_is_told_as_it_stands() -> None:
    assert name_of(etree.fromstring("<name> Dr  Thill </name>")) == "Dr Thill"
    assert name_of(None) == ""


@pytest.mark.parametrize(
    "content",
    [
        b"no xml",
        b"<ClinicalDocument/>",
        b'<!DOCTYPE a><ClinicalDocument xmlns="urn:hl7-org:v3"/>',
    ],
)
def test_what_is_no_cda_is_not_opened(content: bytes) -> None:
    assert open_cda(content) is None


def test_a_cda_is_opened() -> None:
    root = open_cda(b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>')
    assert root is not None

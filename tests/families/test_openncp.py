"""The client of OpenNCP reads in our answers what we said, in its dialect or ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ncp.answers import Dialect
from tests.families.openncp import JARS, UNDERSTOOD, understood

NO_CODE = "refused: null: "
# What OpenNCP has no code for: its users see the words without one.
WITHOUT_A_CODE = {
    "The receiver has another home community id.",
    "A document with this id and another content was submitted before.",
}
# A question that OpenNCP cannot have asked is repeated as it came.
NOT_ITS_QUESTION = {"confidence-over-all"}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    JARS.require()
    return understood(tmp_path_factory.mktemp("openncp"))


@pytest.mark.spec("ITI TF-2 3.38.4.2, 3.39.4.2, 3.41.4.2, 3.55.4.2")
def test_openncp_reads_every_answer_as_it_was_read_by_a_person(read):
    expected = {path.name: path.read_text(encoding="utf-8") for path in _texts()}
    assert read == expected


def test_openncp_falls_over_no_answer():
    fell = {each.condition for each in _read_before() if "fell over" in each.told}
    assert fell == NOT_ITS_QUESTION


def test_openncp_knows_the_codes_that_we_tell_it():
    """Its own server tells one that it does not know, when a document is missing."""
    unknown = {
        each.told.removeprefix(NO_CODE)
        for each in _read_before()
        if each.dialect == Dialect.OURS and each.told.startswith(NO_CODE)
    }
    assert unknown == WITHOUT_A_CODE


class _Read(NamedTuple):
    condition: str
    dialect: str
    told: str


def _texts() -> list[Path]:
    return sorted(UNDERSTOOD.glob("*.txt"))


def _read_before() -> Iterator[_Read]:
    for path in _texts():
        lines = path.read_text(encoding="utf-8").splitlines()
        for row, told in zip(lines[::2], lines[1::2], strict=True):
            condition, _, dialect = row.rpartition(", ")
            yield _Read(condition, dialect, told.strip())

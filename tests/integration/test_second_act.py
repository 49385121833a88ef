"""The demo with our own patient: a Luxembourg prescription is dispensed in Lisbon."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ncp.demo.run import run_demo


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("second-act") / "demo"
    out = io.StringIO()
    assert run_demo(output=folder, out=out) == 0
    return " ".join(out.getvalue().split()), folder


@pytest.mark.spec("eHDSI use case UC2")
def test_a_foreign_pharmacy_dispenses_a_luxembourg_prescription_once(told):
    said, _ = told
    _, _, mirror = said.partition("The mirror image: a pharmacy in Lisbon")
    assert "1 x Amoxiral 500 mg" in mirror
    assert "Luxembourg offered 1 prescription before and 0 prescriptions now" in mirror
    assert "Luxembourg offers 1 prescription again" in mirror
    assert "It has each once: 2 dispensed, 1 discarded" in mirror


def test_luxembourg_knows_what_was_dispensed_abroad_and_what_was_taken_back(told):
    _, folder = told
    answers = folder / "pharmacy" / "lisbon"
    submitted = sorted(answers.glob("*-dispensations-submit.answer.json"))
    first, second = (json.loads(each.read_bytes()) for each in submitted)
    database = folder / "country-a" / "records.sqlite"
    with closing(sqlite3.connect(database)) as connection:
        deeds = connection.execute(
            "SELECT operation, state FROM dispensing_deeds ORDER BY received_at"
        ).fetchall()
    assert (first["state"], second["state"]) == ("dispensed", "dispensed")
    assert first["prescriptionId"] == second["prescriptionId"]
    assert first["documentId"] != second["documentId"]
    assert deeds == [
        ("dispense", "discarded"),
        ("discard", "recorded"),
        ("dispense", "recorded"),
    ]

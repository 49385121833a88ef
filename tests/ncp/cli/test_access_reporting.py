"""``ncp audit report``: the patient's answer, and the look on record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ncp.accesses.report import LANGUAGES
from ncp.cli.main import app
from ncp.errors import ConfigurationError
from tests.ncp.audit.samples import HUMAN, OTHER_PATIENT, PATIENT, exchange
from tests.ncp.cli.store_place import EXAMPLE

WHOM = f"{PATIENT.root}^{PATIENT.extension}"


@pytest.fixture
def opened(place, clock):
    with place.opened(clock) as store:
        for event in (exchange(), exchange(patients=(OTHER_PATIENT,))):
            with store.unit_of_work() as work:
                work.audit(event)
                work.commit()
        yield store


def run(output: Path, *arguments: str, patient: str = WHOM):
    told = CliRunner().invoke(
        app,
        ["audit", "report", "--settings", str(EXAMPLE), "--patient", patient,
         "--output", str(output), *arguments],
    )  # fmt: skip
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return told


def bundle_of(output: Path, *arguments: str) -> dict:
    run(output, "--form", "fhir", *arguments)
    return json.loads(output.read_text(encoding="utf-8"))


def test_a_patient_gets_a_file_that_only_its_owner_reads(opened, tmp_path):
    output = tmp_path / "report.pdf"
    told = run(output)
    assert told.exit_code == 0
    assert told.output == f"1 accesses written to {output}.\n"
    assert output.read_bytes().startswith(b"%PDF-")
    assert output.stat().st_mode & 0o777 == 0o600


def test_the_look_is_on_record_and_in_the_next_report(opened, tmp_path):
    first = bundle_of(tmp_path / "first.json")
    assert len(first["entry"]) == 1
    [look] = [e for e in opened.audit_trail() if e.event == "audit-log-used"]
    assert b"ncp audit report" in look.dicom
    second = bundle_of(tmp_path / "second.json")
    assert [e["resource"]["type"]["code"] for e in second["entry"]] == [
        "110106",
        "110101",
    ]


def test_persons_are_named_unless_the_country_says_otherwise(
    opened, tmp_path, monkeypatch
):
    assert HUMAN.name in json.dumps(bundle_of(tmp_path / "named.json"))
    monkeypatch.setenv("NCP_ACCESSES__NAME_PROFESSIONALS", "false")
    told = json.dumps(bundle_of(tmp_path / "unnamed.json"))
    assert HUMAN.name not in told
    assert HUMAN.user_id not in told
    assert HUMAN.role_display in told


def test_a_period_is_kept_to(opened, tmp_path):
    bundle = bundle_of(tmp_path / "report.json", "--until", "2026-03-01")
    assert "entry" not in bundle


def test_an_event_is_found_again_by_its_reference(opened, tmp_path):
    bundle = bundle_of(tmp_path / "report.json")
    reference = bundle["entry"][0]["fullUrl"].removeprefix("urn:uuid:")
    told = CliRunner().invoke(
        app, ["audit", "show", reference, "--settings", str(EXAMPLE)]
    )
    assert told.exit_code == 0
    assert "ITI-39" in told.output


@pytest.mark.parametrize(
    ("arguments", "patient", "sentence"),
    [
        (("--language", "xx"), WHOM, "no words in this language"),
        (("--form", "xx"), WHOM, "no such form"),
        ((), "somebody", "--patient"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_looked_at(
    opened, tmp_path, arguments, patient, sentence
):
    with pytest.raises(ConfigurationError, match=sentence):
        run(tmp_path / "report", *arguments, patient=patient)
    assert len(list(opened.audit_trail())) == 2


def test_a_file_that_is_there_stays(opened, tmp_path):
    output = tmp_path / "report.pdf"
    output.write_bytes(b"older")
    with pytest.raises(ConfigurationError, match="cannot be made"):
        run(output)
    assert output.read_bytes() == b"older"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_is_offered_and_told(language):
    told = CliRunner().invoke(app, ["audit", "report", "--help"])
    assert language in told.output

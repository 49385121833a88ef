"""``ncp audit search|show|export``: every look is on record."""

from __future__ import annotations

import hashlib
import json

import pytest
from typer.testing import CliRunner

from ncp.audit import AuditOutcome, to_dicom
from ncp.cli.audit_search import Wanted, export
from ncp.cli.main import app
from ncp.errors import ConfigurationError
from ncp.store import AuditQuery
from tests.ncp.audit.samples import OTHER_PATIENT, PATIENT, exchange
from tests.ncp.cli.store_place import EXAMPLE

FIRST = exchange(request_message_id="urn:uuid:first")
FAILED = exchange(
    patients=(OTHER_PATIENT,),
    outcome=AuditOutcome.MAJOR_FAILURE,
    request_message_id="urn:uuid:failed",
    documents=("2.25.77",),
)


@pytest.fixture
def opened(place, clock):
    with place.opened(clock) as store:
        for event in (FIRST, FAILED):
            with store.unit_of_work() as work:
                work.audit(event)
                work.commit()
        yield store


def run(*arguments: str):
    told = CliRunner().invoke(app, ["audit", *arguments, "--settings", str(EXAMPLE)])
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return told


def found(*arguments: str) -> list[int]:
    return [
        int(line.split()[0]) for line in run("search", *arguments).stdout.splitlines()
    ]


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        (("--patient", f"{PATIENT.root}^{PATIENT.extension}"), [1]),
        (("--patient", f"{OTHER_PATIENT.root}^{OTHER_PATIENT.extension}"), [2]),
        (("--patient", f"{PATIENT.root}^nobody"), []),
        (("--message", "urn:uuid:failed"), [2]),
        (("--document", "2.25.77"), [2]),
        (("--person", "<hcp-canary@urn:idp:XX:countryB>", "--failed"), [2]),
        (("--organisation", "Hospital <North> & Sons"), [1, 2]),
        (("--event", "ITI-39"), [1, 2]),
        (("--event", "ITI-55"), []),
        (("--failed",), [2]),
        (("--event", "ITI-39", "--until", "2026-03-01"), []),
        (("--event", "ITI-39", "--since", "2026-03-01T09:30:00.123456Z"), [1, 2]),
    ],
)
@pytest.mark.spec("sheet 06 2.5 what the trail is searched by")
def test_events_are_found_by_whom_and_what(opened, arguments, numbers):
    # Whoever looks for a patient is found with the patient.
    assert [number for number in found(*arguments) if number < 3] == numbers


def test_that_nothing_fits_is_said(opened):
    told = run("search", "--event", "ITI-55")
    assert (told.stdout, told.stderr) == ("", "Nothing on record fits.\n")


def test_a_line_has_no_patient_data(opened):
    told = run("search", "--message", "urn:uuid:first")
    assert "CANARY" not in told.output.upper()


def test_no_term_stands_in_the_database_in_clear(opened, tmp_path):
    opened.close()
    data = b"".join(each.read_bytes() for each in tmp_path.glob("store.db*"))
    assert b"CANARY" not in data.upper()
    assert b"urn:uuid:failed" not in data


@pytest.mark.spec("DICOM PS3.15 A.5.3.2 Audit Log Used")
def test_every_look_is_on_record_with_who_looked_and_for_whom(opened):
    patient = f"{PATIENT.root}^{PATIENT.extension}"
    run("search", "--patient", patient)
    [look] = opened.search_audit(AuditQuery(event="audit-log-used"))
    assert b'csd-code="110101"' in look.dicom
    assert PATIENT.cx.replace("&", "&amp;").encode() in look.dicom
    assert found("--patient", patient, "--event", "audit-log-used") == [3, 4]


def test_one_event_is_shown_whole(opened):
    assert run("show", "1").output.rstrip("\n").encode() == to_dicom(FIRST)


def test_a_number_that_is_none_is_said_to_be(opened):
    with pytest.raises(Exception, match="no audit event 99"):
        run("show", "99")


@pytest.mark.parametrize(("form", "suffix"), [("dicom", "xml"), ("fhir", "json")])
def test_an_export_is_private_and_names_each_file_with_its_hash(
    opened, tmp_path, form, suffix
):
    folder = tmp_path / "export"
    told = run("export", "--event", "ITI-39", "--form", form, "--output", str(folder))
    assert "2 events written" in told.output
    manifest = json.loads((folder / "manifest.json").read_text())
    assert len(manifest["events"]) == 2
    for each in manifest["events"]:
        file = folder / each["file"]
        assert file.suffix == f".{suffix}"
        assert hashlib.sha256(file.read_bytes()).hexdigest() == each["sha256"]
        assert file.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0


def test_a_form_that_is_none_is_refused(opened):
    assert run("show", "1", "--form", "hl7").exit_code == 2


@pytest.mark.parametrize("typed", ["ITI-83", "iti-39", "ITI-38,ITI-39", "x" * 400])
@pytest.mark.parametrize("command", [("search",), ("export", "--output", "never-made")])
def test_an_event_that_no_event_can_be_is_refused_with_those_there_are(
    opened, command, typed
):
    with pytest.raises(ConfigurationError) as refused:
        run(*command, "--event", typed)
    assert "ITI-39, ITI-41" in refused.value.remedy
    assert typed[:40] in refused.value.public_message
    assert len(refused.value.public_message) < 100
    assert list(opened.search_audit(AuditQuery(event="audit-log-used"))) == []


def test_an_export_into_a_folder_that_is_there_already_is_refused(opened, tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be made: File exists"):
        run("export", "--output", str(tmp_path))


def test_an_export_by_settings_that_are_not_there_leaves_no_folder(tmp_path):
    folder = tmp_path / "export"
    with pytest.raises(ConfigurationError):
        export(tmp_path / "absent.toml", Wanted(), "dicom", folder)
    assert not folder.exists()


def test_a_span_that_ends_before_it_begins_is_refused_and_not_found_empty(opened):
    told = run("search", "--since", "2026-03-02", "--until", "2026-03-01")
    assert told.exit_code == 2
    assert "it is not before --until" in told.output

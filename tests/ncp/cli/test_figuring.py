"""``ncp figures quarter``: from the gateway's own records to the files."""

from __future__ import annotations

import csv
import stat
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from ncp.audit import AuditError, AuditOutcome, Side
from ncp.cli.main import app
from ncp.ihe.codes import ClassCode, Transaction
from ncp.store import AuditQuery, Direction, Store
from tests.ncp.audit.samples import OTHER_PATIENT, exchange, refused_stranger
from tests.ncp.cli.store_place import EXAMPLE
from tests.ncp.store.samples import message

NEXT = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def opened(place, clock):
    with place.opened(clock) as store:
        yield store


def record(store: Store, event, message_record=None) -> None:
    with store.unit_of_work() as work:
        if message_record is not None:
            work.message(message_record)
        work.audit(event)
        work.commit()


def report(tmp_path, *arguments: str, quarter: str = "2026Q1"):
    output = tmp_path / "kpi.xlsx"
    told = CliRunner().invoke(
        app,
        [
            *("figures", "quarter", quarter, "--settings", str(EXAMPLE)),
            *("--output", str(output), *arguments),
        ],
    )
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return told, load_workbook(output)


def rows(book, sheet: str = "KPI-1.2") -> list[tuple[object, ...]]:
    return list(book[sheet].values)[1:]


@pytest.mark.spec("sheet 06 4.2 FROM is the initiator, TO the responder")
def test_both_sides_are_reported_with_who_asked_whom(opened, tmp_path):
    record(opened, exchange(), message())
    record(opened, exchange(side=Side.B), message(direction=Direction.OUTBOUND))
    told, book = report(tmp_path)
    assert "2 exchanges of 2026Q1, 0 of them tests" in told.output
    assert [row[3:5] for row in rows(book)] == [("DK", "LU"), ("LU", "DK")]
    assert rows(book)[0][11:] == ("urn:uuid:request", "urn:uuid:response")


def test_only_exchanges_that_began_in_the_quarter_are_reported(opened, tmp_path):
    record(opened, exchange(moment=NEXT))
    record(opened, exchange(moment=NEXT.replace(year=2025)))
    assert rows(report(tmp_path)[1]) == []


def test_an_error_is_reported_by_its_codes_and_never_by_what_was_told(opened, tmp_path):
    failed = exchange(
        outcome=AuditOutcome.MAJOR_FAILURE,
        errors=(AuditError("ERROR_GENERIC", "CANARY"), AuditError("=E2", "CANARY")),
    )
    record(opened, failed, message())
    record(opened, refused_stranger())
    assert [row[8:10] for row in rows(report(tmp_path)[1])] == [
        ("FAILURE", "ERROR_GENERIC; =E2"),
        ("FAILURE", "ERROR_HPI_GENERIC; ERROR_GENERIC"),
    ]


def test_test_traffic_stands_apart(opened, tmp_path, monkeypatch):
    made_up = f"{OTHER_PATIENT.root}^{OTHER_PATIENT.extension}"
    monkeypatch.setenv("NCP_FIGURES__TEST_PATIENTS", f'["{made_up}"]')
    monkeypatch.setenv("NCP_FIGURES__TEST_POINTS_OF_CARE", '["Test ward"]')
    record(opened, exchange())
    record(opened, exchange(patients=(OTHER_PATIENT,)))
    record(opened, exchange(point_of_care="Test ward"))
    _, book = report(tmp_path)
    assert [row[10] for row in rows(book)] == ["NO", "YES", "YES"]
    assert rows(book, "KPI-1.12")[0][3] == 1


def test_all_of_a_gateway_that_is_not_in_production_is_a_test(
    opened, tmp_path, monkeypatch
):
    monkeypatch.setenv("NCP_GATEWAY__ENVIRONMENT", "integration")
    record(opened, exchange())
    told, book = report(tmp_path)
    assert "1 exchanges of 2026Q1, 1 of them tests" in told.output
    assert rows(book, "KPI-1.12")[0][3] == 0


@pytest.mark.spec("sheet 06 4.1 eADC transaction")
def test_the_transactions_name_no_patient_and_no_professional(opened, tmp_path):
    discard = exchange(
        Transaction.ITI_41,
        document_kind=ClassCode.DISCARD,
        request_message_id="=1+1",
    )
    record(opened, discard, message())
    path = tmp_path / "eadc.csv"
    _, book = report(tmp_path, "--transactions", str(path))
    text = path.read_text(encoding="utf-8")
    [row] = csv.DictReader(text.splitlines())
    assert row["Direction"] == "INBOUND"
    assert (row["SndISO"], row["ReceivingISO"]) == ("DK", "LU")
    assert row["SndMsgID"] == "'=1+1"
    assert row["ServiceType"] == "DISPENSATION_RESPONSE"
    assert row["DataValue"] == "DISCARD-60593-1"
    assert row["StartTime"] == "2026-03-01T09:30:00.123+00:00"
    assert (row["UserId"], row["Duration"], row["Test"]) == ("N/A GDPR", "0", "0")
    assert "CANARY" not in text.upper()
    told = [str(cell) for sheet in book for line in sheet.values for cell in line]
    assert "CANARY" not in " ".join(told).upper()


def test_the_files_are_private_and_replace_none(opened, tmp_path):
    report(tmp_path, "--transactions", str(tmp_path / "eadc.csv"))
    for name in ("kpi.xlsx", "eadc.csv"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    with pytest.raises(Exception, match=r"kpi.xlsx cannot be made"):
        report(tmp_path)


def test_a_report_that_fails_leaves_no_files(opened, tmp_path):
    (tmp_path / "kpi.xlsx").touch()
    with pytest.raises(Exception, match="cannot be made"):
        report(tmp_path, "--transactions", str(tmp_path / "eadc.csv"))
    assert not (tmp_path / "eadc.csv").exists()


def test_the_look_is_on_record(opened, tmp_path):
    report(tmp_path)
    [look] = opened.search_audit(AuditQuery(event="audit-log-used"))
    assert b"ncp figures" in look.dicom


def test_a_quarter_to_come_is_refused(opened, tmp_path):
    with pytest.raises(Exception, match="has not begun"):
        report(tmp_path, quarter="2099Q4")

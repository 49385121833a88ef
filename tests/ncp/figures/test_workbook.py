"""The workbook, read back as the Commission would."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook

from ncp.audit import Side
from ncp.figures import workbook as writing
from ncp.figures.exchange import ExchangeFigure
from ncp.figures.quarter import Quarter
from ncp.figures.workbook import KpiWorkbook
from ncp.ihe.codes import ClassCode, Transaction
from tests.ncp.audit.samples import MOMENT, OTHER_PATIENT, PATIENT
from trust.identifiers import CountryCode

FIGURE = ExchangeFigure(
    identifier="0" * 32,
    transaction=Transaction.ITI_39,
    side=Side.A,
    document_kind=ClassCode.PATIENT_SUMMARY,
    initiator=CountryCode("DK"),
    responder=CountryCode("LU"),
    start=MOMENT,
    end=MOMENT,
    is_success=True,
    error="",
    is_test=False,
    request_id="urn:uuid:request",
    response_id="urn:uuid:response",
    point_of_care="Hospital",
    patients=(PATIENT.cx,),
)


def written(*figures: ExchangeFigure) -> dict[str, list[tuple[object, ...]]]:
    book = KpiWorkbook(CountryCode("LU"), Quarter(2026, 1))
    for figure in figures:
        book.add(figure)
    file = BytesIO()
    book.save(file)
    read = load_workbook(file)
    return {sheet.title: list(sheet.values) for sheet in read.worksheets}


@pytest.mark.spec("sheet 06 4.2 KPI 1.2")
def test_an_exchange_stands_on_its_sheets_with_the_columns_of_the_template():
    sheets = written(FIGURE)
    assert sheets["KPI-1.2"] == [
        (
            *("MEMBER STATE", "YEAR", "QUARTER", "FROM (initiator)", "TO (response)"),
            *("START (time stamp)", "END (time stamp)", "TRANSACTION TYPE", "RESULT"),
            *("ERROR", "TEST", "SNDMSGID", "RECEIVINGMSGID"),
        ),
        (
            *("LU", 2026, "Q1", "DK", "LU", "2026-03-01 09:30:00"),
            *("2026-03-01 09:30:00", "DOCUMENT_EXCHANGED_RESPONSE", "SUCCESS"),
            *(None, "NO", "urn:uuid:request", "urn:uuid:response"),
        ),
    ]
    assert sheets["KPI-1.5"][1][7] == "Patient Summary"
    assert [name for name, rows in sheets.items() if len(rows) > 1] == [
        *("Summary", "KPI-1.2", "KPI-1.5", "KPI-1.11", "KPI-1.12", "KPI-1.13")
    ]


@pytest.mark.parametrize(
    ("transaction", "kind", "sheet"),
    [
        (Transaction.ITI_39, ClassCode.EPRESCRIPTION, "KPI-1.3"),
        (Transaction.ITI_41, ClassCode.EDISPENSATION, "KPI-1.4"),
        (Transaction.ITI_39, ClassCode.PATIENT_SUMMARY, "KPI-1.5"),
        (Transaction.ITI_41, ClassCode.DISCARD, "KPI-1.6"),
        (Transaction.ITI_39, ClassCode.LABORATORY_RESULT, "KPI-1.7"),
        (Transaction.ITI_38, ClassCode.PATIENT_SUMMARY, None),
        (Transaction.ITI_55, None, None),
    ],
)
def test_each_kind_of_exchange_has_its_sheet(transaction, kind, sheet):
    sheets = written(replace(FIGURE, transaction=transaction, document_kind=kind))
    filled = {name for name in sheets if name < "KPI-1.8" and len(sheets[name]) == 2}
    assert filled - {"KPI-1.11", "KPI-1.12", "KPI-1.13"} == (
        {"KPI-1.2", sheet} if sheet else {"KPI-1.2"}
    )


def test_an_empty_quarter_is_a_valid_workbook():
    sheets = written()
    assert sheets["Summary"] == [
        ("COUNTRY", "LU"),
        ("REPORTING START", "2026-01-01"),
        ("REPORTING END", "2026-03-31"),
        *(
            (f"{service}-{side}", 0)
            for service in ("PS", "eP", "OrCD")
            for side in "AB"
        ),
    ]
    assert len(sheets["KPI-1.2"]) == 1
    assert sheets["KPI-1.12"][1] == ("LU", 2026, "Q1", 0)
    assert sheets["KPI-3.3"] == [
        ("MEMBER STATE", "YEAR", "QUARTER", "SERVICE", "UPTIME (%)")
    ]


@pytest.mark.spec("sheet 06 4.2 KPI 1.12")
def test_citizens_are_counted_once_and_tests_and_failures_and_other_countries_not():
    third = "3^^^&1.2&ISO"
    sheets = written(
        FIGURE,
        FIGURE,
        replace(FIGURE, patients=(OTHER_PATIENT.cx,)),
        replace(FIGURE, patients=(third,), is_test=True),
        replace(FIGURE, patients=(third,), is_success=False),
        replace(FIGURE, patients=(third,), side=Side.B),
        replace(FIGURE, patients=(third,), transaction=Transaction.ITI_38),
    )
    assert sheets["KPI-1.12"][1][3] == 2
    assert sheets["KPI-1.11"][1][3] == 0
    assert [row[10] for row in sheets["KPI-1.2"][1:]].count("YES") == 1
    assert dict(sheets["Summary"])["PS-A"] == dict(sheets["Summary"])["PS-B"] == 1
    assert dict(sheets["Summary"])["eP-A"] == 0


@pytest.mark.spec("OWASP CSV Injection")
def test_no_cell_is_a_formula_whatever_a_peer_writes():
    book = KpiWorkbook(CountryCode("LU"), Quarter(2026, 1))
    book.add(
        replace(
            FIGURE,
            is_success=False,
            error="=cmd|' /C calc'!A0",
            request_id="@SUM(1)",
            response_id="#REF!",
        )
    )
    file = BytesIO()
    book.save(file)
    cells = [
        cell
        for sheet in load_workbook(file).worksheets
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    values = {cell.value for cell in cells}
    assert {"'=cmd|' /C calc'!A0", "'@SUM(1)", "#REF!"} <= values


def test_a_full_sheet_goes_on_in_another(monkeypatch):
    monkeypatch.setattr(writing, "MOST_ROWS", 3)
    sheets = written(*[FIGURE] * 5)
    assert [len(sheets[name]) for name in ("KPI-1.2", "KPI-1.2 (2)")] == [3, 3]
    assert len(sheets["KPI-1.2 (3)"]) == 2
    assert sheets["KPI-1.2 (2)"][0] == sheets["KPI-1.2"][0]

"""Writes the quarterly workbook of key figures, a row at a time.

Spec: MyHealth@EU KPIs reporting template V1.4 / fact sheet 06 §4.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import IO, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from ncp.audit import Side
from ncp.figures.cells import Value, harmless
from ncp.figures.citizens import UniqueCitizens
from ncp.figures.exchange import ExchangeFigure
from ncp.figures.quarter import Quarter
from ncp.figures.sheets import (
    CITIZEN_SHEETS,
    CITIZENS,
    EXCHANGE_SHEETS,
    REPORTED,
    TO_FILL_IN,
    service_of,
)
from ncp.ihe.codes import Transaction
from trust.identifiers import CountryCode

MOST_ROWS: Final = 1_048_576
"""Of a sheet (ECMA-376: what the format lets a program read back)."""
_SERVICES: Final = tuple(
    (service, side) for service in ("PS", "eP", "OrCD") for side in Side
)


class KpiWorkbook:
    """The figures of one country in one quarter; an empty quarter makes one too.

    Rows go to temporary files at once, so that memory does not grow with them.
    """

    def __init__(self, home: CountryCode, quarter: Quarter) -> None:
        self._home = home
        self._quarter = quarter
        self._citizens = UniqueCitizens(quarter)
        self._in_routine: set[tuple[str, Side]] = set()
        self._book = Workbook(write_only=True)
        self._summary = _Sheet(self._book, "Summary", ())
        self._sheets = [
            (each, _Sheet(self._book, each.name, each.headings))
            for each in EXCHANGE_SHEETS
        ]

    def add(self, figure: ExchangeFigure) -> None:
        """Write an exchange where it belongs, and count its citizen."""
        for described, sheet in self._sheets:
            if described.belongs(figure):
                sheet.append(described.row(figure, self._home, self._quarter))
        self._count(figure)

    def _count(self, figure: ExchangeFigure) -> None:
        """Count what really happened: no test and no failure.

        Citizens are counted by their own country, so that none is counted twice.
        """
        service = service_of(figure.document_kind)
        if service is None or figure.is_test or not figure.is_success:
            return
        if figure.transaction in {Transaction.ITI_39, Transaction.ITI_41}:
            self._in_routine.add((service, figure.side))
        if figure.transaction is Transaction.ITI_39 and figure.side is Side.A:
            self._citizens.see(service, figure.patients)

    def save(self, file: IO[bytes]) -> None:
        """Write the sums and the file; nothing can be added afterwards."""
        self._write_summary()
        for name, service in CITIZEN_SHEETS.items():
            sheet = _Sheet(self._book, name, (*REPORTED, CITIZENS))
            number = self._citizens.number(service)
            quarter = f"Q{self._quarter.number}"
            sheet.append([self._home, self._quarter.year, quarter, number])
        for name, headings in TO_FILL_IN.items():
            _Sheet(self._book, name, headings)
        self._book.save(file)

    def _write_summary(self) -> None:
        first: date = self._quarter.begin.date()
        rows: list[list[Value]] = [
            ["COUNTRY", self._home],
            ["REPORTING START", first.isoformat()],
            ["REPORTING END", self._quarter.last_day.isoformat()],
        ]
        for service, side in _SERVICES:
            used = int((service, side) in self._in_routine)
            rows.append([f"{service}-{side.value}", used])
        for row in rows:
            self._summary.append(row)


class _Sheet:
    """A sheet that goes on in another one when it is full."""

    def __init__(self, book: Workbook, name: str, headings: Sequence[str]) -> None:
        self._book = book
        self._name = name
        self._headings = list(headings)
        self._part = 0
        self._sheet = self._begin()

    def append(self, row: Sequence[Value]) -> None:
        if self._rows == MOST_ROWS:
            self._sheet = self._begin()
        self._rows += 1
        self._sheet.append([_cell(self._sheet, value) for value in row])

    def _begin(self) -> WriteOnlyWorksheet:
        self._part += 1
        suffix = f" ({self._part})" if self._part > 1 else ""
        sheet: WriteOnlyWorksheet = self._book.create_sheet(f"{self._name}{suffix}")
        self._rows = 0
        if self._headings:
            sheet.append([_cell(sheet, value) for value in self._headings])
            self._rows = 1
        return sheet


def _cell(sheet: WriteOnlyWorksheet, value: Value) -> object:
    cell = WriteOnlyCell(sheet, harmless(value))
    if isinstance(value, str):
        # Else the library guesses: a text like an error of a formula becomes one.
        cell.data_type = "s"
    return cell

"""The sheets of the workbook of key figures, and what stands in their columns.

Spec: MyHealth@EU KPIs reporting template V1.4 / fact sheet 06 §4.2.
Seen: OpenNCP 9 web manager (names of sheets and columns).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from ncp.figures.cells import Value
from ncp.figures.exchange import ExchangeFigure
from ncp.figures.quarter import Quarter
from ncp.ihe.codes import CLASS_CODE_NAMES, ClassCode, Transaction

_SHOWN: Final = "%Y-%m-%d %H:%M:%S"

Column: TypeAlias = tuple[str, Callable[[ExchangeFigure], Value]]

REPORTED: Final = ("MEMBER STATE", "YEAR", "QUARTER")
"""The columns before all others: who reports, for when."""


@dataclass(frozen=True, slots=True)
class ExchangeSheet:
    """A sheet with a row for each exchange that belongs on it."""

    name: str
    belongs: Callable[[ExchangeFigure], bool]
    columns: tuple[Column, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """The first row."""
        return (*REPORTED, *(name for name, _ in self.columns))

    def row(self, figure: ExchangeFigure, home: str, quarter: Quarter) -> list[Value]:
        """Return the row of one exchange."""
        told = [tell(figure) for _, tell in self.columns]
        return [home, quarter.year, f"Q{quarter.number}", *told]


def _document(figure: ExchangeFigure) -> Value:
    kind = figure.document_kind
    return None if kind is None else CLASS_CODE_NAMES.get(kind, kind.value)


_ENDS: Final[tuple[Column, ...]] = (
    ("FROM (initiator)", lambda figure: figure.initiator),
    ("TO (response)", lambda figure: figure.responder),
    ("START (time stamp)", lambda figure: figure.start.strftime(_SHOWN)),
    ("END (time stamp)", lambda figure: figure.end.strftime(_SHOWN)),
)
_TYPE: Final[Column] = ("TYPE OF EXCHANGED DOCUMENT", _document)
_RESULT: Final[tuple[Column, ...]] = (
    ("RESULT", lambda figure: figure.result),
    ("ERROR", lambda figure: figure.error),
    ("TEST", lambda figure: "YES" if figure.is_test else "NO"),
)
_MESSAGES: Final[tuple[Column, ...]] = (
    ("SNDMSGID", lambda figure: figure.request_id),
    ("RECEIVINGMSGID", lambda figure: figure.response_id),
)
# Which form an original document had is not in the record: the column stays empty.
_FORMAT: Final[Column] = ("FORMAT OF EXCHANGED DOCUMENT", lambda _: None)


def _exchanged(
    transaction: Transaction, *kinds: ClassCode
) -> Callable[[ExchangeFigure], bool]:
    return lambda figure: (
        figure.transaction is transaction and figure.document_kind in kinds
    )


ORIGINAL_DOCUMENTS: Final = tuple(
    kind for kind in ClassCode if kind.is_original_clinical_document
)
_EXCHANGED_COLUMNS: Final = (*_ENDS, _TYPE, *_RESULT, *_MESSAGES)
EXCHANGE_SHEETS: Final = (
    ExchangeSheet(
        "KPI-1.2",
        lambda _: True,
        (
            *_ENDS,
            ("TRANSACTION TYPE", lambda figure: figure.service_type),
            *_RESULT,
            *_MESSAGES,
        ),
    ),
    ExchangeSheet(
        "KPI-1.3",
        _exchanged(Transaction.ITI_39, ClassCode.EPRESCRIPTION),
        _EXCHANGED_COLUMNS,
    ),
    ExchangeSheet(
        "KPI-1.4",
        _exchanged(Transaction.ITI_41, ClassCode.EDISPENSATION),
        _EXCHANGED_COLUMNS,
    ),
    ExchangeSheet(
        "KPI-1.5",
        _exchanged(Transaction.ITI_39, ClassCode.PATIENT_SUMMARY),
        _EXCHANGED_COLUMNS,
    ),
    ExchangeSheet(
        "KPI-1.6",
        _exchanged(Transaction.ITI_41, ClassCode.DISCARD),
        (*_ENDS, *_RESULT),
    ),
    ExchangeSheet(
        "KPI-1.7",
        _exchanged(Transaction.ITI_39, *ORIGINAL_DOCUMENTS),
        (*_ENDS, _TYPE, _FORMAT, *_RESULT),
    ),
)

CITIZENS: Final = "UNIQUE CITIZENS PER QUARTER"
CITIZEN_SHEETS: Final = {"KPI-1.11": "eP", "KPI-1.12": "PS", "KPI-1.13": "OrCD"}
"""Sheet to service."""

_PLACE: Final = (
    *REPORTED,
    *("SERVICE", "NAME", "REGISTRATION NUMBER", "STREET ADDRESS"),
    *("POST CODE", "CITY", "COUNTRY", "URL"),
)
TO_FILL_IN: Final[dict[str, tuple[str, ...]]] = {
    "KPI-1.9.1": _PLACE,
    "KPI-1.9.2": _PLACE,
    "KPI-1.9.3": _PLACE,
    "KPI-1.9.4": (
        *("POINT OF CARE TYPE", "NUMBER PROPOSING EHDSI"),
        *("TOTAL NUMBER", "COVERAGE (%)"),
    ),
    "KPI-1.10.1": (*REPORTED, CITIZENS),
    "KPI-1.10.2": (*REPORTED, CITIZENS),
    "KPI-3.3": (*REPORTED, "SERVICE", "UPTIME (%)"),
}
"""Sheets whose figures are in no record of ours: headings, to be filled in by hand."""


def service_of(kind: ClassCode | None) -> str | None:
    """Return the service that a document belongs to: ``PS``, ``eP`` or ``OrCD``."""
    match kind:
        case None:
            return None
        case ClassCode.PATIENT_SUMMARY:
            return "PS"
        case ClassCode.EPRESCRIPTION | ClassCode.EDISPENSATION | ClassCode.DISCARD:
            return "eP"
        case _:
            return "OrCD"

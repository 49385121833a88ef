"""Writes the transactions of eADC, one row for each exchange, as CSV.

Nothing in it is of a patient or a professional. What the record does not hold stays
empty; times are ISO 8601 in UTC, where the reference gateway writes them by locale.

Spec: fact sheet 06 §4.1 (columns of eTransaction) / RFC 4180.
"""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import Final, TextIO

from ncp.audit import Side
from ncp.figures.cells import Value, harmless
from ncp.figures.exchange import ExchangeFigure
from ncp.ihe.codes import Transaction
from trust.identifiers import CountryCode

COLUMNS: Final = (
    *("Transaction_PK", "Direction", "HomeISO", "HomeNCP_OID", "HomeHCID"),
    *("HomeHost", "HomeAddress", "SndISO", "SndNCP_OID", "SndHCID", "SndAddress"),
    *("SndHost", "SndMsgID", "ReceivingISO", "ReceivingNCP_OID", "ReceivingHost"),
    *("ReceivingAddr", "ReceivingMsgID", "TransactionCounter", "HumanRequestor"),
    *("UserId", "POC", "POC_ID", "AuthenticationLevel", "RequestAction"),
    *("ResponseAction", "ServiceType", "ServiceName", "StartTime", "EndTime"),
    *("Duration", "ErrorDescription", "DataValue", "Test"),
)
"""Those of eTransaction, then the error, the document's class code, and test or not."""

_SERVICES: Final = {
    Transaction.ITI_55: "XCPD_Service",
    Transaction.ITI_38: "XCA_Service",
    Transaction.ITI_39: "XCA_Service",
    Transaction.ITI_41: "XDR_Service",
}
_MILLISECOND: Final = timedelta(milliseconds=1)
_NO_PERSON: Final = "N/A GDPR"


class EadcTable:
    """The transactions of one country, written as they come."""

    def __init__(self, file: TextIO, home: CountryCode, home_oid: str) -> None:
        self._home = home
        self._home_oid = home_oid
        self._rows = csv.DictWriter(file, COLUMNS, quoting=csv.QUOTE_ALL)
        self._rows.writeheader()

    def add(self, figure: ExchangeFigure) -> None:
        """Write the row of an exchange."""
        told = self._told(figure)
        self._rows.writerow({name: harmless(value) for name, value in told.items()})

    def _told(self, figure: ExchangeFigure) -> dict[str, Value]:
        kind = figure.document_kind
        return {
            "Transaction_PK": figure.identifier,
            "Direction": "INBOUND" if figure.side is Side.A else "OUTBOUND",
            "HomeISO": self._home,
            "HomeNCP_OID": self._home_oid,
            "HomeHCID": self._home_oid,
            "SndISO": figure.initiator,
            "SndMsgID": figure.request_id,
            "ReceivingISO": figure.responder,
            "ReceivingMsgID": figure.response_id,
            "HumanRequestor": _NO_PERSON,
            "UserId": _NO_PERSON,
            "POC": figure.point_of_care,
            "ServiceType": figure.service_type,
            "ServiceName": _SERVICES[figure.transaction],
            "StartTime": figure.start.isoformat(timespec="milliseconds"),
            "EndTime": figure.end.isoformat(timespec="milliseconds"),
            "Duration": max(0, (figure.end - figure.start) // _MILLISECOND),
            "ErrorDescription": figure.error,
            "DataValue": None if kind is None else kind.value,
            "Test": int(figure.is_test),
        }

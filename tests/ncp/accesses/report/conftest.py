"""Accesses to one patient's data, and a report of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ncp.accesses.access import Access, Act, Ending, Professional
from ncp.accesses.report import AccessReport, Period
from ncp.audit import Side
from ncp.ihe.codes import ClassCode
from tests.ncp.audit.samples import PATIENT
from trust.identifiers import CountryCode

MADE = datetime(2026, 11, 29, 5, 0, tzinfo=UTC)
LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
LOPES = Professional("<dr@urn:idp:PT:countryB>", "Dr. João Lopes", "221", "Doctors")
Make = Callable[..., Access]


@pytest.fixture
def make() -> Make:
    """Makes an access; each is a minute later than the one before."""
    made = 0

    def one(act: Act, ending: Ending = Ending.DONE, **changes: object) -> Access:
        nonlocal made
        made += 1
        values: dict[str, object] = {
            "event_id": f"{made:032x}",
            "event": "ITI-39",
            "moment": datetime(2026, 3, 12, 9, 30 + made, tzinfo=UTC),
            "outcome": 0,
            "side": Side.A,
            "peer": CountryCode("PT"),
            "kind": ClassCode.PATIENT_SUMMARY,
            "patients": (PATIENT,),
            "organisation": "Hospital de Santa Maria",
            "professional": LOPES,
            "purpose": "TREATMENT",
        }
        return Access(act=act, ending=ending, **{**values, **changes})

    return one


def report_of(*accesses: Access, **changes: object) -> AccessReport:
    """A report of these accesses."""
    values: dict[str, object] = {
        "patient": PATIENT,
        "period": Period(None, MADE),
        "made_at": MADE,
        "organisation": "Agence eSanté G.I.E.",
        "contact": "dpo@example.lu",
        "zone": LUXEMBOURG,
    }
    return AccessReport(accesses=accesses, **{**values, **changes})

"""A patient's question finds what is about them, once."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from fhir.resources.R4B.bundle import Bundle

from ncp.accesses.access import Act
from ncp.accesses.reading import AccessReader
from ncp.accesses.report import Period, ask, report_bundle
from ncp.audit import AlertKind, AuditOutcome, ExchangeAlert, Side
from ncp.ihe.codes import Transaction
from ncp.store import DataKey, Store
from tests.clocks import SetClock
from tests.ncp.accesses.conftest import COUNTRIES, NODE, answered, record
from tests.ncp.accesses.report.conftest import report_of
from tests.ncp.audit.samples import MOMENT, OTHER_PATIENT, PATIENT, exchange, token

SECOND = timedelta(seconds=1)
FOUND = exchange(Transaction.ITI_55, patients=(PATIENT, OTHER_PATIENT))
EARLIER = exchange(Transaction.ITI_38, moment=MOMENT - SECOND)
DENIED = exchange(outcome=AuditOutcome.MAJOR_FAILURE, moment=MOMENT + SECOND)
NEVER_ASKED = exchange(side=Side.B, moment=MOMENT + 2 * SECOND)


def denial_of(event) -> ExchangeAlert:
    return ExchangeAlert(AlertKind.ACCESS_DENIED, event, "it was denied")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('asking')}/store.db"
    with Store.open(url, DataKey(b"k" * 32), SetClock()) as opened:
        opened.migrate()
        record(opened, FOUND, answered(FOUND))
        record(opened, EARLIER, answered(EARLIER))
        record(opened, exchange(patients=(OTHER_PATIENT,)))
        with opened.unit_of_work() as work:
            work.audit(DENIED)
            work.audit(denial_of(DENIED))
            work.commit()
        record(opened, denial_of(NEVER_ASKED))
        record(opened, token(moment=MOMENT + 3 * SECOND))
        yield opened


def asked(store, since=None, until=MOMENT + 60 * SECOND):
    reader = AccessReader(store, COUNTRIES)
    return ask(store, reader, PATIENT, Period(since, until))


@pytest.mark.spec("GDPR Art. 15 / sheet 06 5.6 who saw my data abroad")
def test_all_that_is_about_the_patient_is_told_in_the_order_of_time(store):
    assert [each.act for each in asked(store)] == [
        Act.LISTED,
        Act.IDENTIFIED,
        Act.FETCHED,
        Act.OTHER,
        Act.TREATMENT_CONFIRMED,
    ]


def test_what_is_recorded_beside_an_exchange_is_not_told_twice(store):
    denials = [each for each in asked(store) if each.event == "access-denied"]
    # The one whose question never left has no other event.
    assert [each.side for each in denials] == [Side.B]


def test_a_period_is_kept_to_and_its_end_is_not_in(store):
    accesses = asked(store, MOMENT, MOMENT + SECOND)
    assert [each.act for each in accesses] == [Act.IDENTIFIED]


@pytest.mark.spec("FHIR R4 Bundle / BALP: one AuditEvent per patient")
def test_the_bundle_is_valid_and_about_nobody_else(store):
    name = UUID(int=7)
    bundle = report_bundle(report_of(*asked(store)), NODE, name)
    Bundle.model_validate(bundle)
    assert bundle["identifier"]["value"] == name.urn
    assert len(bundle["entry"]) == 5
    told = json.dumps(bundle)
    assert PATIENT.extension in told
    assert OTHER_PATIENT.extension not in told


def test_who_was_never_asked_about_gets_a_bundle_that_says_so():
    bundle = report_bundle(report_of(), NODE, UUID(int=7))
    Bundle.model_validate(bundle)
    assert "entry" not in bundle

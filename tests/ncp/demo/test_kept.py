"""What a gateway kept of an exchange is read as it was written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ncp.demo.kept import kept_exchanges, newest
from ncp.evidence import ExchangeFolder

LEDGER = {
    "leaves": 3,
    "entries": [
        {"path": "a", "fate": "mapped", "reason": None},
        {"path": "b", "fate": "lost", "reason": "section not carried yet"},
        {"path": "c", "fate": "lost", "reason": "section not carried yet"},
    ],
}
FINDINGS = {
    "findings": [
        {
            "severity": "critical",
            "rule": "patient-birth-date-missing",
            "where": "Patient.birthDate",
            "sentence": "there is none",
        }
    ]
}
DECISIONS = {
    "decisions": [
        {"subject": "TLS peer", "verdict": "accept", "sentence": "pinned for PT"}
    ]
}


@pytest.fixture
def kept(tmp_path):
    folder = ExchangeFolder(tmp_path)
    for second, transaction in enumerate(["ITI-55", "ITI-39", "ITI-39"]):
        moment = datetime(2026, 3, 1, 12, 0, second, tzinfo=UTC)
        parts = {"decision.json": DECISIONS, "stages.json": {"national": 1.5}}
        if second:
            parts |= {"ledger.json": LEDGER, "findings.json": FINDINGS}
        folder.keep(moment, transaction, f"urn:uuid:{second}", parts)
    return tmp_path


def test_exchanges_come_in_order_of_time(kept):
    assert [each.name[-8:-2] for each in kept_exchanges(kept)] == [
        "ITI-55",
        "ITI-39",
        "ITI-39",
    ]


def test_the_newest_of_a_transaction_is_found(kept):
    exchange = newest(kept, "ITI-39")
    assert exchange.name.startswith("20260301T120002")
    assert newest(kept, "ITI-38") is None


def test_decisions_stages_and_sums_are_read(kept):
    exchange = newest(kept, "ITI-39")
    assert exchange.beliefs()[0].sentence == "pinned for PT"
    assert exchange.stages() == {"national": 1.5}
    assert exchange.findings()[0].where == "Patient.birthDate"
    ledger = exchange.ledger()
    assert ledger.leaves == 3
    assert ledger.fates == {
        "mapped": 1,
        "derived": 0,
        "narrative": 0,
        "structural": 0,
        "lost": 2,
    }
    assert ledger.lost_reasons == [("section not carried yet", 2)]


def test_an_exchange_without_a_document_has_no_ledger(kept):
    assert newest(kept, "ITI-55").ledger() is None


def test_a_gateway_that_kept_nothing_has_no_exchanges(tmp_path):
    assert kept_exchanges(tmp_path / "absent") == []

"""Who looks at evidence is on record."""

from __future__ import annotations

import base64

from ncp.store import StoreUnavailable
from tests.ncp.cli.evidencing.scene import EXAMPLE, run
from tests.ncp.country_a.scene import EVA


def test_who_looks_at_evidence_is_on_record_before_it_is_shown(country_a) -> None:
    country_a.identify(EVA, "urn:uuid:asked-once")
    for what in ("show", "show"):
        run(what, "urn:uuid:asked-once", "--settings", EXAMPLE)
    looks = [e for e in country_a.store.audit_trail() if e.event == "audit-log-used"]
    assert len(looks) == 2
    assert b'UserID="ncp evidence"' in looks[0].dicom
    question = base64.b64encode(b"show urn:uuid:asked-once")
    assert question in looks[0].dicom


def test_what_cannot_be_recorded_is_not_shown(country_a, monkeypatch) -> None:
    country_a.identify(EVA, "urn:uuid:asked-once")

    def fail(_self: object) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr("ncp.store.unit_of_work.StoreUnitOfWork.commit", fail)
    told = run("show", "urn:uuid:asked-once", "--settings", EXAMPLE)
    assert isinstance(told.exception, StoreUnavailable)
    assert "NCPA" not in told.output

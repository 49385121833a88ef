"""Documents are listed, fetched, shown and submitted at the national door."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from ncp.country_b.treatment import (
    DocumentWish,
)
from ncp.ihe.codes import ClassCode
from tests.ncp.web.national.scene import ANA, ask


def test_documents_are_listed_and_one_is_fetched_byte_for_byte(port, gateway):
    _, _, content = ask(port, "/documents/list", {"handle": "h-1"})
    assert json.loads(content)["documents"][0]["document"] == "d-1"
    assert json.loads(content)["warnings"] == ["4701 (no consent)"]
    status, head, content = ask(
        port, "/documents/fetch", {"handle": "h-1", "document": "d-1"}
    )
    assert (status, content) == (200, b"<ClinicalDocument/>")
    assert "content-type: text/xml" in head
    assert "cache-control: no-store" in head


def test_without_a_wish_patient_summaries_are_listed(port, gateway):
    ask(port, "/documents/list", {"handle": "h-1"})
    assert gateway.wish == DocumentWish()


def test_a_wish_names_kinds_times_and_a_size(port, gateway):
    status, _, _ = ask(
        port,
        "/documents/list",
        {
            "handle": "h-1",
            "kinds": ["11502-2", "x-clinical-image"],
            "createdAfter": "2026-01-01T00:00:00+01:00",
            "maximumSize": 1_000_000,
        },
    )
    assert status == 200
    assert gateway.wish == DocumentWish(
        (ClassCode.LABORATORY_RESULT, ClassCode.MEDICAL_IMAGE),
        created_after=datetime(2025, 12, 31, 23, tzinfo=UTC),
        maximum_size=1_000_000,
    )


@pytest.mark.parametrize(
    "wish",
    [
        {"kinds": []},
        {"kinds": ["0815"]},
        {"createdAfter": "2026-01-01T00:00:00"},
        {"maximumSize": 0},
    ],
)
def test_a_wish_that_is_none_is_refused(port, gateway, wish):
    status, _, _ = ask(port, "/documents/list", {"handle": "h-1", **wish})
    assert status == 422
    assert gateway.asked == []


def test_what_is_inside_is_shown_with_what_was_done_to_it(port, gateway):
    status, head, content = ask(
        port, "/documents/show", {"handle": "h-1", "document": "d-1"}
    )
    assert (status, content) == (200, b"%PDF-")
    assert gateway.asked == [("show", ANA, "h-1", "d-1")]
    for line in (
        "content-type: application/pdf",
        "ncp-document-stripped: yes",
        "ncp-document-findings: document-holds-script,document-holds-link",
        "ncp-patient-named: yes",
        "x-content-type-options: nosniff",
        "content-security-policy: sandbox",
        "cache-control: no-store",
    ):
        assert line in head


def test_a_document_is_had_again_as_it_was_received(port, gateway):
    status, _, content = ask(
        port, "/documents/received", {"handle": "h-1", "document": "d-1"}
    )
    assert (status, content) == (200, b"<ClinicalDocument/>")
    assert gateway.asked == [("received", ANA, "h-1", "d-1")]


# Several documents, and submitting ---------------------------------------------------


def test_several_documents_come_with_what_did_not(port, gateway):
    content = {"handle": "h-1", "documents": ["d-1", "d-2"]}
    _, _, answer = ask(port, "/documents/fetch-several", content)
    told = json.loads(answer)
    assert base64.b64decode(told["documents"][0]["content"]) == b"<ClinicalDocument/>"
    assert told["refused"] == [
        {
            "document": "d-2",
            "sentence": "It is gone.",
            "codes": ["4101"],
            "told": [{"code": "4101", "reason": "", "text": "weg", "location": ""}],
        }
    ]


def test_a_dispensation_is_submitted_byte_for_byte(port, gateway):
    document = b"<ClinicalDocument>\n</ClinicalDocument>"
    content = {
        "handle": "h-1",
        "operation": "dispense",
        "content": base64.b64encode(document).decode(),
    }
    _, _, answer = ask(port, "/documents/submit", content)
    assert json.loads(answer) == {
        "handle": "h-1",
        "operation": "dispense",
        "submission": "s-1",
    }
    assert gateway.asked == [("submit", ANA, "h-1", "dispense", document)]


@pytest.mark.parametrize(
    "changed", [{"operation": "return"}, {"content": "no base64!"}, {"content": ""}]
)
def test_what_cannot_be_submitted_is_not_asked(port, gateway, changed):
    good = {"handle": "h-1", "operation": "discard", "content": "PGE+PC9hPg=="}
    assert ask(port, "/documents/submit", good | changed)[0] == 422
    assert gateway.asked == []

"""The report of accesses at the operations door: for whom, by whom, on record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection

import pytest

from ncp.assembly.access_desk import StoreAccessDesk
from ncp.settings import load_settings
from ncp.settings.people import OperatorRight
from ncp.store import AuditQuery, DataKey, Store
from ncp.telemetry import Metrics
from ncp.web.doors import Door
from ncp.web.operations import Desks, operations_app
from ncp.web.tokens import Operator, TokenRing
from tests.clocks import SetClock
from tests.ncp.audit.samples import HUMAN, OTHER_PATIENT, PATIENT, exchange
from tests.ncp.cli.store_place import EXAMPLE
from tests.ncp.web.running import running

PORTAL, DUTY = "p" * 40, "d" * 40
WHOM = {"root": str(PATIENT.root), "extension": PATIENT.extension}
STRANGERS: list[str | None] = []


class LaterEachTime:
    """A clock of which no two readings are the same."""

    def __init__(self) -> None:
        self._moment = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self._moment += timedelta(seconds=1)
        return self._moment


@dataclass(frozen=True)
class Answer:
    status: int
    media_type: str
    body: bytes


@pytest.fixture
def store(tmp_path):
    clock = SetClock()
    with Store.open(f"sqlite:///{tmp_path}/s.db", DataKey(b"k" * 32), clock) as store:
        store.migrate()
        for event in (exchange(), exchange(patients=(OTHER_PATIENT,))):
            with store.unit_of_work() as work:
                work.audit(event)
                work.commit()
        yield store


@pytest.fixture
def port(store):
    STRANGERS.clear()
    ring = TokenRing(
        [
            (PORTAL, Operator("portal", frozenset({OperatorRight.REPORT}))),
            (DUTY, Operator("duty operator", frozenset({OperatorRight.OPERATE}))),
        ]
    )
    desk = StoreAccessDesk(store, LaterEachTime(), load_settings(EXAMPLE))
    app = operations_app(
        ring, Metrics(), tuple, Desks(accesses=desk), strangers=STRANGERS.append
    )
    with running(Door("operations", app, "127.0.0.1", 0)) as doors:
        yield doors.port("operations")


def ask(port, token: str, path="/accesses/report", method="POST", **asked) -> Answer:
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
    }
    line.request(method, path, json.dumps({"patient": WHOM, **asked}), headers)
    told = line.getresponse()
    answer = Answer(told.status, told.getheader("content-type", ""), told.read())
    line.close()
    return answer


def looks(store):
    return list(store.search_audit(AuditQuery(event="audit-log-used")))


def test_a_portal_fetches_a_report_about_its_patient_alone(port):
    answer = ask(port, PORTAL, form="fhir")
    assert (answer.status, answer.media_type) == (200, "application/fhir+json")
    assert len(json.loads(answer.body)["entry"]) == 1
    assert HUMAN.name.encode() in answer.body
    assert OTHER_PATIENT.extension.encode() not in answer.body


def test_for_people_it_comes_as_pdf_in_their_language(port):
    answer = ask(port, PORTAL, language="lb")
    assert (answer.status, answer.media_type) == (200, "application/pdf")
    assert answer.body.startswith(b"%PDF-")


def test_each_fetch_is_on_record_and_stands_in_the_next_report(port, store):
    ask(port, PORTAL, form="fhir")
    [look] = looks(store)
    assert b'UserID="portal"' in look.dicom
    again = json.loads(ask(port, PORTAL, form="fhir").body)
    assert [e["resource"]["type"]["code"] for e in again["entry"]] == [
        "110106",
        "110101",
    ]


def test_a_period_is_kept_to(port):
    answer = ask(port, PORTAL, form="fhir", until="2026-03-01T00:00:00Z")
    assert "entry" not in json.loads(answer.body)


@pytest.mark.parametrize(("token", "status"), [("x", 401), (DUTY, 403)])
def test_without_the_right_nothing_is_looked_at_and_it_is_recorded(
    port, store, token, status
):
    assert ask(port, token).status == status
    assert looks(store) == []
    assert STRANGERS == ["127.0.0.1"]


def test_a_portal_may_do_nothing_else(port):
    assert ask(port, PORTAL, "/metrics", "GET").status == 403
    assert ask(port, DUTY, "/metrics", "GET").status == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"patient": {"root": "not an oid", "extension": "1"}},
        {"patient": {"root": "1.2", "extension": ""}},
        {"form": "word"},
        {"language": "xx"},
        {"since": "2026-03-01"},
        {"more": 1},
    ],
)
def test_what_is_not_of_its_form_is_refused_before_anything_is_looked_at(
    port, store, asked
):
    answer = ask(port, PORTAL, **asked)
    assert answer.status == 422
    assert PATIENT.extension.encode() not in answer.body
    assert looks(store) == []


def test_a_patient_in_the_url_is_no_question(port):
    assert ask(port, PORTAL, "/accesses/report?x", "GET").status == 405

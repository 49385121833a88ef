"""ITI-81 at the operations door: who asks is known, and nothing stands in a URL."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from ncp.assembly.audit_desk import StoreAuditDesk
from ncp.store import AuditQuery, DataKey, Store
from ncp.telemetry import Metrics
from ncp.web.doors import Door
from ncp.web.operations import Desks, operations_app
from ncp.web.tokens import Operator, TokenRing
from tests.clocks import SetClock
from tests.ncp.audit.samples import OTHER_PATIENT, PATIENT, exchange
from tests.ncp.web.running import running

TOKEN = "o" * 40
PATH = "/fhir/AuditEvent/_search"
DAY = [("date", "ge2026-03-01"), ("date", "lt2026-03-02")]


@pytest.fixture
def store(tmp_path):
    clock = SetClock()
    with Store.open(f"sqlite:///{tmp_path}/s.db", DataKey(b"k" * 32), clock) as store:
        store.migrate()
        for patient in (PATIENT, OTHER_PATIENT):
            with store.unit_of_work() as work:
                work.audit(exchange(patients=(patient,)))
                work.commit()
        yield store


@dataclass(frozen=True)
class Answer:
    status: int
    media_type: str
    text: str

    def json(self):
        return json.loads(self.text)


@pytest.fixture
def port(store):
    app = operations_app(
        TokenRing([(TOKEN, Operator("duty operator"))]),
        Metrics(),
        tuple,
        Desks(audit=StoreAuditDesk(store, SetClock(), "LU-1")),
    )
    with running(Door("operations", app, "127.0.0.1", 0)) as doors:
        yield doors.port("operations")


def ask(port, parameters, token=TOKEN, path=PATH, method="POST") -> Answer:
    line = HTTPConnection("127.0.0.1", port, timeout=10)
    line.request(
        method,
        path,
        urlencode(parameters),
        {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    told = line.getresponse()
    text = told.read().decode()
    line.close()
    return Answer(told.status, told.getheader("content-type", ""), text)


@pytest.mark.spec("IHE ITI TF-2 3.81")
def test_the_events_of_a_patient_are_found_and_no_others(port):
    identifier = ("patient.identifier", f"{PATIENT.root.urn}|{PATIENT.extension}")
    answer = ask(port, [*DAY, identifier])
    assert answer.status == 200
    assert answer.media_type.startswith("application/fhir+json")
    subtypes = [
        each["resource"].get("subtype", [{}])[0].get("code")
        for each in answer.json()["entry"]
    ]
    assert subtypes.count("ITI-39") == 1
    assert OTHER_PATIENT.extension not in answer.text


def test_the_look_is_on_record_with_the_name_of_the_operator(port, store):
    ask(port, DAY)
    [look] = store.search_audit(AuditQuery(event="audit-log-used"))
    assert b'UserID="duty operator"' in look.dicom


def test_without_a_token_nobody_learns_anything_and_nothing_is_looked_at(port, store):
    assert ask(port, DAY, token="x").status == 401
    assert list(store.search_audit(AuditQuery(event="audit-log-used"))) == []


@pytest.mark.spec("ARCHITECTURE: no identifier in a URL")
def test_a_search_in_the_url_is_refused(port):
    answer = ask(port, DAY, path=f"{PATH}?{urlencode(DAY)}")
    assert answer.status == 400
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert ask(port, [], path="/fhir/AuditEvent", method="GET").status == 404


def test_an_unfit_search_is_told_why(port):
    answer = ask(port, [("date", "ge2026-03-01")])
    assert answer.status == 400
    assert "bounded" in answer.text

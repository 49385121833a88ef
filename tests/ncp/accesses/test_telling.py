"""The national access log hears of every disclosure, once, in order, or it is known."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from ncp.accesses.reading import AccessReader
from ncp.accesses.telling import (
    NAME,
    AccessCarrier,
    access_log_destination,
    is_access,
    is_disclosure,
)
from ncp.audit import AuditOutcome, Side
from ncp.errors import NationalError, Refusal
from ncp.ihe.codes import Transaction
from ncp.jobs import Courier
from ncp.national.carrying import EntryRefused, carry_each
from ncp.national.fhir_access_log import FhirAccessLog
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_failures import Answer
from ncp.national.sample_country import create_app, read_folder, start
from ncp.national.server_base import ServerBase
from ncp.settings.accesses import AccessLogSettings
from ncp.store import DataKey, Letter, Store, StoreUnavailable
from ncp.store.outbox import NotDelivered
from ncp.telemetry import Metrics
from tests.clocks import SetClock
from tests.ncp.accesses.conftest import COUNTRIES, NODE, answered, record
from tests.ncp.audit.samples import OTHER_PATIENT, PATIENT, exchange, token

OURS = Path(str(files("ncp.national.sample_country") / "patients"))
LOG = access_log_destination(AccessLogSettings(told="disclosures"))
PARTLY, FAILED = AuditOutcome.SERIOUS_FAILURE, AuditOutcome.MAJOR_FAILURE


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(tmp_path, clock) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path}/store.db"
    with Store.open(url, DataKey(b"k" * 32), clock, repositories=(LOG,)) as opened:
        opened.migrate()
        yield opened


@pytest.fixture(scope="module")
def data():
    return read_folder(OURS)


@pytest.fixture
def server(data) -> Iterator[str]:
    data.prescribed.resources.clear()
    running = start(create_app(data))
    yield running.url
    running.stop()


class LogThat:
    """An access log that does what it is told to."""

    def __init__(self, *faults: Exception | None) -> None:
        self.entries: list[tuple[str, dict]] = []
        self._faults = list(faults)

    def record(self, entry) -> None:
        fault = self._faults.pop(0) if self._faults else None
        if fault is not None:
            raise fault
        self.entries.append((entry.identifier, entry.audit_event))


def over_fhir(url: str) -> FhirAccessLog:
    return FhirAccessLog(FhirClient(ServerBase.parse(url)))


def carrier_of(store, log) -> AccessCarrier:
    return AccessCarrier(store, AccessReader(store, COUNTRIES), log, NODE)


def courier_of(store, clock, log) -> Courier:
    return Courier(store.outbox, LOG, carrier_of(store, log), clock, Metrics())


def patients_in(log) -> list[str]:
    return [
        each["entity"][0]["what"]["identifier"]["value"]
        for each in log
        if each["resourceType"] == "AuditEvent"
    ]


@pytest.mark.spec("EHDS Art. 9 / sheet 06 7.4")
@pytest.mark.parametrize(
    ("event", "is_told"),
    [
        (exchange(Transaction.ITI_55), True),
        (exchange(Transaction.ITI_38), True),
        (exchange(Transaction.ITI_39), True),
        (exchange(Transaction.ITI_41), True),
        (exchange(Transaction.ITI_39, outcome=PARTLY), True),
        (exchange(Transaction.ITI_39, outcome=FAILED), False),
        (exchange(Transaction.ITI_55, outcome=PARTLY), False),
        # What the other country was refused may stand in the register all the same.
        (exchange(Transaction.ITI_41, outcome=FAILED), True),
        (exchange(Transaction.ITI_39, Side.B), False),
        (exchange(Transaction.ITI_55, patients=()), False),
        (token(), False),
    ],
)
def test_what_went_abroad_is_told_and_what_was_submitted(event, is_told):
    assert is_disclosure(event) is is_told


def test_every_access_is_told_where_the_settings_say_so():
    asked = AccessLogSettings(told="every-access")
    assert access_log_destination(asked).wants is is_access
    assert is_access(exchange(outcome=FAILED))
    assert not is_access(exchange(side=Side.B))
    assert access_log_destination(AccessLogSettings()) is None


@pytest.mark.spec("sheet 06 2.4 row of the outbox in the transaction of the record")
def test_a_disclosure_waits_from_the_commit_of_its_record_on(store):
    with store.unit_of_work() as work:
        work.audit(exchange())
    assert store.outbox.backlog(NAME).waiting == 0
    record(store, exchange())
    record(store, exchange(side=Side.B))
    assert store.outbox.backlog(NAME).waiting == 1


def test_without_a_place_in_the_outbox_nothing_is_recorded_so_nothing_leaves(
    store, tmp_path
):
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("DROP TABLE outbox")
        connection.commit()
    with pytest.raises(StoreUnavailable):
        record(store, exchange())
    assert list(store.audit_trail()) == []


def test_the_log_has_each_disclosure_once_however_often_it_is_told(store, server, data):
    log = over_fhir(server)
    event = exchange(patients=(PATIENT, OTHER_PATIENT))
    record(store, event, answered(event))
    [recorded] = store.audit_trail()
    letter = Letter(recorded.event_id, "audit", b"")
    for _ in range(3):
        assert carrier_of(store, log).carry([letter]) == 1
    held = list(data.prescribed.of_type("AuditEvent"))
    assert patients_in(held) == [PATIENT.extension, OTHER_PATIENT.extension]


def test_what_waited_while_the_log_was_down_arrives_in_order(
    store, server, clock, data
):
    for number in range(3):
        record(store, exchange(documents=(f"2.25.{number}",)))
    down = NationalError(Refusal.NATIONAL_UNAVAILABLE, "it is down")
    courier_of(store, clock, LogThat(down)).turn()
    assert store.outbox.backlog(NAME).waiting == 3
    clock.advance(hours=1)
    courier_of(store, clock, over_fhir(server)).turn()
    assert store.outbox.backlog(NAME).waiting == 0
    held = data.prescribed.of_type("AuditEvent")
    documents = [each["entity"][1]["what"]["identifier"]["value"] for each in held]
    assert documents == ["2.25.0", "2.25.1", "2.25.2"]


def test_what_the_log_will_never_take_is_dead_with_the_reason_and_holds_nobody_up(
    store, clock
):
    for _ in range(2):
        record(store, exchange())
    log = LogThat(EntryRefused("it answered HTTP 422"))
    courier_of(store, clock, log).turn()
    [dead] = store.outbox.dead_letters(NAME)
    assert dead.reason == "it answered HTTP 422"
    assert len(log.entries) == 1
    assert store.outbox.revive(LOG, dead.letter.id)
    courier_of(store, clock, log).turn()
    assert len(log.entries) == 2


def test_an_event_that_is_gone_is_a_dead_letter(store):
    with pytest.raises(NotDelivered, match="not on record any more") as refused:
        carrier_of(store, LogThat()).carry([Letter("0" * 32, "audit", b"")])
    assert refused.value.is_final


class Answering:
    """A line that answers a search with nothing, and a write as it is told."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def exchange(self, call):
        if call.document is None:
            return Answer(200, b'{"resourceType": "Bundle", "type": "searchset"}')
        return self._answer


def answered_with(status: int, body: bytes = b"") -> FhirAccessLog:
    line = Answering(Answer(status, body))
    base = ServerBase.parse("http://127.0.0.1/fhir")
    return FhirAccessLog(FhirClient(base, line=line))


@pytest.mark.parametrize("status", [400, 422])
def test_an_entry_that_the_server_will_not_have_is_refused_for_good(store, status):
    record(store, exchange())
    [recorded] = store.audit_trail()
    with pytest.raises(NotDelivered, match=f"HTTP {status}") as refused:
        carrier_of(store, answered_with(status)).carry(
            [Letter(recorded.event_id, "audit", b"")]
        )
    assert refused.value.is_final


BATCH = b'{"resourceType": "Bundle", "type": "batch-response"}'
NOT_DONE = (
    b'{"resourceType": "Bundle", "type": "transaction-response",'
    b' "entry": [{"response": {"status": "403"}}]}'
)


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, b""), (405, b""), (401, b""), (409, b""), (503, b""), (200, BATCH),
     (200, NOT_DONE)],
)  # fmt: skip
def test_what_may_be_mended_on_the_other_side_is_tried_again(store, status, body):
    record(store, exchange())
    [recorded] = store.audit_trail()
    with pytest.raises(NotDelivered) as failed:
        carrier_of(store, answered_with(status, body)).carry(
            [Letter(recorded.event_id, "audit", b"")]
        )
    assert not failed.value.is_final


@pytest.mark.spec("ncp.jobs.courier RHYTHM")
def test_a_slow_register_gets_fewer_letters_at_a_time():
    moments = iter(range(0, 1000, 15))
    taken: list[str] = []
    letters = [Letter(str(number), "audit", b"") for number in range(10)]
    proven = carry_each(letters, lambda each: taken.append(each.id), moments.__next__)
    assert 0 < proven < 10
    assert len(taken) == proven

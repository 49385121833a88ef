"""What the gateway records of itself, of its operators, and of directories."""

from __future__ import annotations

import urllib.request
from urllib.error import HTTPError

import pytest
from typer.testing import CliRunner

from ncp.cli.main import app
from ncp.cli.smp import publish
from ncp.ports import SystemClock
from ncp.settings import load_settings
from ncp.store import (
    AuditTrailEntry,
    DataKey,
    Destination,
    Letter,
    Store,
    StoreUnavailable,
    record_alone,
)
from tests.integration.memory import eventually
from tests.ncp.audit.event_check import check
from tests.ncp.audit.event_table import DIRECTORIES, HOUSE, LISTS
from tests.ncp.audit.samples import LOOK
from tests.ncp.peers.publishing.conftest import pki, publisher, scene
from tests.ncp.peers.publishing.scene import events
from tests.ncp.rotation.conftest import Land, country_a, pkis
from tests.ncp.rotation.test_gateway import (
    certificate,
    client,
    is_let_in,
    put,
    serving,
    shown_by,
)
from tests.ncp.rotation.test_trust_lists import certificate as read_certificate
from tests.ncp.rotation.test_trust_lists import operator, renewal
from tests.ncp.web.running import running

__all__ = ["country_a", "operator", "pki", "pkis", "publisher", "renewal", "scene"]

REFUSED = "node-authentication"
LETTERS = Destination("dispensation-register")


def trail_of(land: Land) -> list[AuditTrailEntry]:
    with opened(land) as store:
        return list(store.audit_trail())


def opened(land: Land) -> Store:
    settings = load_settings(land.settings)
    key = DataKey.load(settings.keys.data_key_file)
    return Store.open(settings.store.url, key, SystemClock())


def ncp(land: Land, *arguments: str) -> None:
    done = CliRunner().invoke(app, [*arguments, "--settings", str(land.settings)])
    assert done.exit_code == 0, done.output + str(done.exception)


def be_refused_by_a_door(port: int) -> None:
    with pytest.raises(HTTPError, match="401"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60)


def is_recorded(store: Store, event: str) -> bool:
    return any(each.event == event for each in store.audit_trail())


def lose_a_record(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database fails once."""

    def fail(_job: object) -> None:
        raise StoreUnavailable("the disk is full", "make room")

    with monkeypatch.context() as failing:
        failing.setattr(store._writer, "submit", fail)
        with pytest.raises(StoreUnavailable):
            record_alone(store, LOOK)


def test_what_a_house_does_is_recorded(country_a: Land, monkeypatch):
    with serving(country_a) as gateway, running(*gateway.doors) as doors:
        international = doors.port("international")
        put(country_a.lu.tls_server, country_a.new_lu.tls_server)
        gateway.rotation.look()
        shown = shown_by(international, client(country_a, country_a.pt.tls_client))
        assert shown == certificate(country_a.new_lu.tls_server)
        assert not is_let_in(international, client(country_a))
        eventually(lambda: is_recorded(gateway.store, REFUSED), timeout_s=120)
        be_refused_by_a_door(doors.port("operations"))
        lose_a_record(gateway.store, monkeypatch)
    with opened(country_a) as store, store.unit_of_work() as work:
        work.post(Letter("letter-1", "dispensed", b""), LETTERS)
        work.commit()
    ncp(country_a, "terminology", "demo")
    ncp(country_a, "audit", "search")
    ncp(country_a, "outbox", "revive", LETTERS.name)
    trail = trail_of(country_a)
    for row in HOUSE:
        check(row, trail)


@pytest.mark.spec("sheet 06 1.5 both persons under dual control")
def test_what_is_published_is_recorded_with_both_operators(scene):
    settings = scene.settings(approvals=2)
    proposed = publish(settings, scene.clock, scene.token("ann"), None)
    name = proposed.lines[-1].split()[-1]
    publish(settings, scene.clock, scene.token("bob"), name)
    trail = events(scene)
    for row in DIRECTORIES:
        check(row, trail)
    proposal, approval = (
        each for each in trail if each.event == "security-configuration"
    )
    assert trail.index(approval) < min(
        trail.index(each) for each in trail if each.event == "EHDSI-194"
    )
    assert b'UserID="ann"' in proposal.dicom
    assert b'UserID="bob"' not in proposal.dicom
    assert b'UserID="ann"' in approval.dicom
    assert b'UserID="bob"' in approval.dicom


def test_what_a_trust_list_says_is_recorded(country_a: Land, operator, renewal):
    operator.issue(read_certificate(country_a.new_pt.authority), 1, "granted")
    renewal.look_at_lists()
    trail = list(renewal._shared.store.audit_trail())
    for row in LISTS:
        check(row, trail)

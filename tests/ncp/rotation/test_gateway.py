"""A gateway that runs while its keys, pins and anchors change."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from ncp.assembly import assemble
from ncp.assembly.renewal import Renewal
from ncp.country_b.treatment import SoughtPatient
from ncp.errors import ConfigurationError, PeerUnavailable
from ncp.peers.gate import CurrentPeerGate
from ncp.peers.switches import Switches
from ncp.settings import load_settings
from ncp.web.tokens import load_professionals
from tests.ncp.web.running import connect, running
from trust.certificates import PinStore
from trust.identifiers import CountryCode, Oid, PatientId


@contextmanager
def serving(land):
    """The gateway of the land, its doors open; nothing watches but the test."""
    land.append("\n[rotation]\nwatch_s = 0\n")
    settings = load_settings(land.settings)
    with assemble(settings, settings_file=land.settings) as gateway:
        yield gateway


def client(land, files=None) -> ssl.SSLContext:
    authority = land.lu.authority.read_text() + land.new_lu.authority.read_text()
    context = ssl.create_default_context(cadata=authority)
    if files is not None:
        context.load_cert_chain(files.certificate, files.key)
    return context


def shown_by(port: int, context: ssl.SSLContext) -> x509.Certificate:
    with connect(port, context) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 4")
        return x509.load_der_x509_certificate(connection.getpeercert(True))


def certificate(files) -> x509.Certificate:
    return x509.load_pem_x509_certificate(files.certificate.read_bytes())


def put(old, new) -> None:
    """Put new files in the place of the old ones, as a deployment does."""
    for name in ("certificate", "key"):
        place = getattr(old, name)
        fresh = place.with_suffix(".fresh")
        fresh.write_bytes(getattr(new, name).read_bytes())
        fresh.replace(place)


def counted(gateway, outcome: str) -> float:
    value = gateway.metrics.registry.get_sample_value(
        "ncp_rotations_total", {"outcome": outcome}
    )
    return value or 0


def test_the_door_shows_its_new_certificate_and_open_connections_go_on(country_a):
    with serving(country_a) as gateway, running(*gateway.doors) as doors:
        port = doors.port()
        context = client(country_a, country_a.pt.tls_client)
        old = certificate(country_a.lu.tls_server)
        with connect(port, context) as begun:
            put(country_a.lu.tls_server, country_a.new_lu.tls_server)
            assert shown_by(port, context) == old
            gateway.rotation.look()
            assert shown_by(port, context) == certificate(country_a.new_lu.tls_server)
            begun.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert begun.recv(100).startswith(b"HTTP/1.1 4")
        assert counted(gateway, "adopted") == 1


def test_a_broken_set_is_refused_and_the_old_one_serves_on(country_a, capsys):
    with serving(country_a) as gateway, running(*gateway.doors) as doors:
        context = client(country_a, country_a.pt.tls_client)
        old = certificate(country_a.lu.tls_server)
        country_a.lu.tls_server.certificate.write_bytes(
            country_a.new_lu.tls_server.certificate.read_bytes()
        )
        gateway.rotation.look()
        assert shown_by(doors.port(), context) == old
        assert counted(gateway, "refused") == 1
        assert "rotation.refused" in capsys.readouterr().err
        put(country_a.lu.tls_server, country_a.new_lu.tls_server)
        gateway.rotation.look()
        assert shown_by(doors.port(), context) != old
        changes = [
            (event.outcome, b'type="after"' in event.dicom)
            for event in gateway.store.audit_trail()
            if event.event == "security-configuration"
        ]
        assert changes == [(8, False), (0, True)]


def is_let_in(port: int, context: ssl.SSLContext) -> bool:
    try:
        shown_by(port, context)
    except (ssl.SSLError, ConnectionError, AssertionError):
        return False
    return True


def test_a_peers_old_and_new_certificates_overlap(country_a):
    old, new = country_a.pt.tls_client, country_a.new_pt.tls_client
    with serving(country_a) as gateway, running(*gateway.doors) as doors:
        port = doors.port()

        def seen() -> tuple[bool, bool]:
            return (
                is_let_in(port, client(country_a, old)),
                is_let_in(port, client(country_a, new)),
            )

        # Without authorities of the door, the pins alone open it.
        country_a.edit(
            f'tls_authorities = ["{country_a.pt.authority}"]', "tls_authorities = []"
        )
        gateway.rotation.look()
        assert seen() == (True, False)
        country_a.edit(
            f'"{old.certificate}"]', f'"{old.certificate}", "{new.certificate}"]'
        )
        gateway.rotation.look()
        assert seen() == (True, True)
        country_a.edit(f'"{old.certificate}", ', "")
        gateway.rotation.look()
        assert seen() == (False, True)


def test_settings_that_are_no_toml_any_more_are_refused(country_a, capsys):
    with serving(country_a) as gateway:
        country_a.append("\n[[[")
        gateway.rotation.look()
        assert counted(gateway, "refused") == 1
    assert "is not TOML" in capsys.readouterr().err


def test_what_takes_a_restart_is_told(country_a, capsys):
    with serving(country_a) as gateway:
        country_a.edit('country_name = "Luxembourg"', 'country_name = "Luxemburg"')
        gateway.rotation.look()
        assert counted(gateway, "adopted") == 1
    told = capsys.readouterr().err
    assert '"rotation.needs-restart"' in told
    assert '"gateway"' in told


def test_the_days_left_are_counted_without_persons(country_a):
    with serving(country_a) as gateway:
        job = next(each for each in gateway._jobs if each._name == "trust")
        job._work()
        left = gateway.metrics.registry.get_sample_value(
            "ncp_certificate_days_left",
            {"owner": "peer", "country": "PT", "purpose": "seal"},
        )
    assert 28 <= left <= 30


def professional(land):
    settings = load_settings(land.settings)
    ring = load_professionals(settings.professionals)
    token = (land.settings.parent / "professional.token").read_text().strip()
    return ring.holder(f"Bearer {token}")


@pytest.fixture
def renewals(monkeypatch):
    """What each gateway that is assembled renews itself by, in order."""
    seen: list[Renewal] = []
    original = Renewal.__init__

    def remember(self, *arguments):
        seen.append(self)
        original(self, *arguments)

    monkeypatch.setattr(Renewal, "__init__", remember)
    return seen


def test_a_treatment_that_began_under_the_old_seal_goes_on(country_b, renewals):
    with serving(country_b) as gateway:
        doctor = professional(country_b)
        country = renewals[0].country_b()
        old = country._vouching.hcp(doctor)
        put(country_b.pt.seal, country_b.new_pt.seal)
        gateway.rotation.look()
        fresh = renewals[0].country_b()
        assert fresh is not country
        new = fresh._vouching.hcp(doctor)
        assert fresh._vouching.read(old).signer == country._vouching.read(old).signer
        assert fresh._vouching.read(new).signer == certificate(country_b.new_pt.seal)
        # A request that began before goes on with what it began with.
        assert country._vouching.hcp(doctor)


def test_who_finds_no_news_waits_for_those_that_another_is_adopting(
    country_b, renewals
):
    class NoNews:
        def refresh(self, country, *, force):
            return not force

    with serving(country_b):
        renewal = renewals[0]
        renewal._shared = replace(renewal._shared, discovery=NoNews())
        done = threading.Event()

        def look() -> None:
            assert not renewal.look_again(CountryCode("LU"))
            done.set()

        with renewal._adopting:
            looking = threading.Thread(target=look)
            looking.start()
            assert not done.wait(0.2)
        looking.join()
        assert done.is_set()


def test_a_side_that_began_before_the_news_is_told_of_them():
    used, newer = PinStore(()), PinStore(())
    now = [used]
    gate = CurrentPeerGate(Switches({}, None), lambda _: None, lambda: now[0], used)
    assert gate.look_again(CountryCode("LU")) is None
    now[0] = newer
    assert gate.look_again(CountryCode("LU")) is newer


def test_lines_to_peers_are_closed_one_set_later(country_b, renewals):
    with serving(country_b) as gateway:
        first = renewals[0].sides.get().line
        gateway.rotation.reload()
        second = renewals[0].sides.get().line
        assert renewals[0].retired == [first]
        gateway.rotation.reload()
        assert renewals[0].retired == [second]


def test_an_unreachable_peer_is_told_alike_before_and_after(country_b, renewals):
    sought = SoughtPatient((PatientId(Oid("1.3.182.4.4"), "1"),))
    with serving(country_b) as gateway:
        for _ in range(2):
            with pytest.raises(PeerUnavailable):
                renewals[0].country_b().identify(
                    professional(country_b), CountryCode("LU"), sought
                )
            gateway.rotation.reload()


def test_an_own_certificate_that_is_over_is_not_adopted(country_b):
    class Later:
        ahead = timedelta(0)

        def now(self) -> datetime:
            return datetime.now(UTC) + self.ahead

    clock = Later()
    settings = load_settings(country_b.settings)
    with assemble(settings, clock, settings_file=country_b.settings) as gateway:
        clock.ahead = timedelta(days=60)
        gateway.rotation.reload()
        assert counted(gateway, "refused") == 1


def test_sighup_has_a_running_process_load_anew(country_b):
    ready = country_b.settings.parent / "ready.json"
    log = country_b.settings.parent / "log"
    country_b.append("\n[rotation]\nwatch_s = 0\n")
    with log.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "ncp.cli.main", "serve", "--settings",
             str(country_b.settings), "--ready-file", str(ready)],
            stderr=told,
        )  # fmt: skip
    try:
        eventually(ready.exists)
        assert json.loads(ready.read_text())["pid"] == process.pid
        put(country_b.pt.seal, country_b.new_pt.seal)
        os.kill(process.pid, signal.SIGHUP)
        eventually(lambda: b'"rotation.adopted"' in log.read_bytes())
        country_b.pt.seal.key.write_bytes(b"broken")
        os.kill(process.pid, signal.SIGHUP)
        eventually(lambda: b'"rotation.refused"' in log.read_bytes())
        assert process.poll() is None
    finally:
        process.terminate()
        assert process.wait(120) == 0


def eventually(is_true, limit_s: float = 120) -> None:
    deadline = time.monotonic() + limit_s
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_at_the_start_a_broken_set_is_told_as_before(country_b):
    country_b.pt.seal.key.write_bytes(b"broken")
    with pytest.raises(ConfigurationError, match=r"`keys\.seal`"):
        assemble(load_settings(country_b.settings))

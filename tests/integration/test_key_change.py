"""A country changes its key while it is asked: two gateways, a directory, real TLS."""

from __future__ import annotations

import shutil
import signal
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ncp.demo import scene as scenery
from ncp.demo.cast import LUXEMBOURG
from ncp.demo.countries import Ground, Tokens, settle_country_a
from ncp.demo.directory import publish_country
from ncp.demo.hospital import DoorAnswer, Hospital
from ncp.demo.pki import KeyFiles, make_pki
from ncp.demo.processes import Neighbours
from ncp.demo.scene import Country, Scene, set_the_scene
from ncp.settings import load_settings
from tests.integration.conftest import serve_all
from tests.integration.memory import Memory, eventually
from tests.integration.test_directories import operate
from trust.identifiers import PatientId

# Connections end between two requests, so that each request sees the key of now.
KEEP_ALIVE_S, PAUSE_S = 0.2, 0.5
# However busy the machine is; a directory is asked again after a pause besides.
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def own_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Two countries whose keys may change: nobody else uses them."""
    folder = tmp_path_factory.mktemp("changing")
    with pytest.MonkeyPatch.context() as patch, Neighbours() as neighbours:
        patch.setattr(scenery, "settle_country_a", settle_with_short_connections)
        yield set_the_scene(neighbours, folder, serve_all)


def settle_with_short_connections(ground: Ground, *others: Any) -> Tokens:
    tokens = settle_country_a(ground, *others)
    text = ground.settings.read_text(encoding="utf-8")
    door = "[doors.international]\n"
    assert door in text
    kept = text.replace(door, f"{door}keep_alive_timeout_s = {KEEP_ALIVE_S}\n")
    ground.settings.write_text(kept, encoding="utf-8")
    return tokens


@pytest.fixture(scope="module")
def new_keys(tmp_path_factory: pytest.TempPathFactory) -> list[KeyFiles]:
    """Server keys that Luxembourg will have, each of another authority."""
    folder = tmp_path_factory.mktemp("new-keys")
    now = datetime.now(UTC)
    return [
        make_pki(folder / name, [LUXEMBOURG.code], now)[0].tls_server
        for name in ("second", "third")
    ]


def take(country: Country, files: KeyFiles) -> None:
    """Put new files in the place of the old ones, as an operator does."""
    shutil.copy(files.key, country.pki.tls_server.key)
    shutil.copy(files.certificate, country.pki.tls_server.certificate)


def serve_with(country: Country, files: KeyFiles) -> None:
    """Tell the running gateway, and wait until it shows the new certificate."""
    country.gateway.process.send_signal(signal.SIGHUP)
    expected = ssl.PEM_cert_to_DER_cert(files.certificate.read_text())
    eventually(lambda: shown_by(country) == expected, PATIENCE_S)


def shown_by(country: Country) -> bytes:
    door = urlsplit(country.international_door)
    shown = ssl.get_server_certificate((door.hostname, door.port))
    return ssl.PEM_cert_to_DER_cert(shown)


@contextmanager
def asking(
    scene: Scene, patient: PatientId, folder: Path
) -> Iterator[Callable[[], list[DoorAnswer]]]:
    """Ask again and again from two desks; gives all answers until now."""
    answers: list[DoorAnswer] = []
    stop = threading.Event()

    def ask(desk: Path) -> None:
        hospital = opened(scene, desk)
        try:
            while not stop.wait(PAUSE_S):
                answers.append(hospital.identify(LUXEMBOURG.code, patient))
        finally:
            hospital.close()

    desks = [
        threading.Thread(target=ask, args=(folder / name,)) for name in ("one", "two")
    ]
    for desk in desks:
        desk.start()
    try:
        yield lambda: list(answers)
    finally:
        stop.set()
        for desk in desks:
            desk.join()


def opened(scene: Scene, folder: Path) -> Hospital:
    folder.mkdir(exist_ok=True)
    portugal = scene.portugal
    return Hospital(portugal.national_door, str(portugal.tokens.professional), folder)


def changes_heard(country: Country) -> bool:
    told = 'ncp_directory_events_total{country="LU",happening="changed"'
    return told in operate(country, "/metrics").text


@pytest.mark.spec("fact sheet 02 8.1")
def test_a_key_change_published_in_the_directory_loses_no_request(
    own_scene, agreeing, new_keys, tmp_path
):
    luxembourg, portugal = own_scene.luxembourg, own_scene.portugal
    [known] = load_settings(portugal.ground.settings).peers
    assert (known.certificates.tls_server, known.endpoints) == ((), None)
    with asking(own_scene, agreeing, tmp_path) as answers:
        eventually(lambda: len(answers()) >= 4, PATIENCE_S)
        assert not changes_heard(portugal)
        take(luxembourg, new_keys[0])
        publish_country(luxembourg.ground.settings)
        serve_with(luxembourg, new_keys[0])
        before = len(answers())
        eventually(lambda: len(answers()) >= before + 6, PATIENCE_S)
    assert [each.status for each in answers()] == [200] * len(answers())
    assert all(each.json()["patients"] for each in answers())
    assert changes_heard(portugal)
    assert portugal.gateway.process.poll() is None
    assert luxembourg.gateway.process.poll() is None
    memory = Memory(portugal.ground)
    try:
        trail = [(each.event, each.outcome) for each in memory.trail()]
    finally:
        memory.close()
    assert trail.count(("ITI-55", 0)) >= len(answers())
    assert trail.count(("application-start", 0)) == 1


@pytest.mark.spec("fact sheet 02 4.2")
def test_attack_a_key_that_nobody_has_published_is_not_believed(
    own_scene, agreeing, new_keys, tmp_path
):
    """And from the moment at which it is published, it is."""
    luxembourg = own_scene.luxembourg
    hospital = opened(own_scene, tmp_path / "desk")
    try:
        take(luxembourg, new_keys[1])
        serve_with(luxembourg, new_keys[1])
        # A connection that was judged before may still be open.
        time.sleep(PAUSE_S)
        assert hospital.identify(LUXEMBOURG.code, agreeing).status == 502
        publish_country(luxembourg.ground.settings)
        eventually(
            lambda: hospital.identify(LUXEMBOURG.code, agreeing).status == 200,
            PATIENCE_S,
        )
    finally:
        hospital.close()

"""An audit repository hears of everything that a gateway recorded."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ncp.demo.pki import make_pki
from ncp.demo.processes import Neighbour, Neighbours
from ncp.demo.scene import Country, launch_gateway, set_the_scene
from tests.integration.conftest import serve_all
from tests.integration.envoy import Envoy
from tests.integration.memory import Memory, eventually
from tests.ncp.audit_forwarding.receiver import Manners, Receiver
from trust.identifiers import CountryCode

_SECTION = """
[audit]
period_s = 0.1

[[audit.repositories]]
name = "national"
host = "localhost"
port = {port}
authorities = ["{authority}"]
signed = false
"""


@pytest.mark.timeout(600)
@pytest.mark.spec("sheet 06 2.4 no record is lost, in order, once after de-duplication")
def test_every_recorded_event_arrives_in_order_though_both_sides_break_off(
    tmp_path, agreeing
):
    (pki,) = make_pki(tmp_path / "national", [CountryCode("LU")], datetime.now(UTC))
    manners = Manners(["dies"])
    with Neighbours() as neighbours:
        scene = set_the_scene(neighbours, tmp_path / "scene", serve_all)
        country = scene.luxembourg
        end(country.gateway)
        memory = Memory(country.ground)
        before = memory.trail()[-1].sequence
        with Receiver(pki, manners, country.pki.authority) as receiver:
            tell(country.ground.settings, receiver.port, pki.authority)
            running = start(neighbours, country)
            envoy = Envoy(country.international_door, scene.portugal.pki, country.pki)
            for _ in range(3):
                assert envoy.identify(agreeing).status == 200
            end(running)
            start(neighbours, country)
            try:
                eventually(
                    lambda: len(told(receiver)) >= len(memory.trail_after(before)),
                    timeout_s=300,
                )
                assert told(receiver) == [
                    each.dicom for each in memory.trail_after(before)
                ]
                assert len(told(receiver)) >= 6
            finally:
                memory.close()


def tell(settings: Path, port: int, authority: Path) -> None:
    """Name the repository in the settings."""
    section = _SECTION.format(port=port, authority=authority)
    settings.write_text(settings.read_text(encoding="utf-8") + section)


def end(running: Neighbour) -> None:
    # Whoever is killed keeps its turn at the outbox for a while.
    running.process.terminate()
    running.process.wait()


def start(neighbours: Neighbours, country: Country) -> Neighbour:
    country.ground.ready.unlink(missing_ok=True)
    return launch_gateway(neighbours, "country A again", country.ground).wait()


def told(receiver: Receiver) -> list[bytes]:
    bodies = [each.split(b"\xef\xbb\xbf", 1)[1] for each in receiver.messages]
    return list(dict.fromkeys(bodies))

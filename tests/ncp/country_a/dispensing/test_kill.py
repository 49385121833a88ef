"""Processes are killed while they dispense; the register comes out even.

``make chaos`` kills more of them: NCP_CHAOS_KILLS says how many, half of them on each
database.
"""

from __future__ import annotations

import copy
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from ncp.country_a.dispensing import Reconciler
from ncp.country_a.dispensing.details import register_key
from ncp.errors import Refusal
from ncp.national.sample_country import create_app, read_folder, start
from ncp.national.sample_country.folder import SampleData
from ncp.national.sample_country.prescribed import Prescribed
from ncp.ports import SystemClock
from ncp.store import DataKey, Deed, DeedState, Store
from tests.ncp.country_a.dispensing.counter import discard_of, order
from tests.ncp.country_a.dispensing.victims import desk_over, prescription_of

KILLS = int(os.environ.get("NCP_CHAOS_KILLS", "20"))
REPOSITORY = Path(__file__).resolve().parents[4]
OURS = Path(str(files("ncp.national.sample_country") / "patients"))
APART = 1_000


class Later:
    """The clock of somebody who comes when all claims of the dead are over."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(minutes=30)


@pytest.fixture
def data() -> SampleData:
    """One patient with as many prescriptions as are dispensed."""
    made = read_folder(OURS)
    pattern = next(made.prescribed.of_type("MedicationRequest"))
    made.prescribed.resources = {
        name: resource
        for name, resource in made.prescribed.resources.items()
        if resource["resourceType"] != "MedicationRequest"
    }
    for kill in range(KILLS):
        for number in range(kill * APART, kill * APART + 60):
            _prescribe(made, pattern, number)
    return made


def _prescribe(data: SampleData, pattern: dict, number: int) -> None:
    request = copy.deepcopy(pattern)
    root, _, value = prescription_of(number).partition("^")
    request["id"] = f"rx-{number}"
    request["identifier"] = [{"system": f"urn:oid:{root}", "value": value}]
    request["subject"] = {"reference": "Patient/1"}
    del request["requester"]
    data.prescribed.resources[f"MedicationRequest/rx-{number}"] = request


@pytest.fixture
def server(data: SampleData) -> Iterator[str]:
    running = start(create_app(data))
    yield running.url
    running.stop()


@pytest.mark.spec("ARCHITECTURE: never twice, never lost")
def test_after_kill_9_the_register_comes_out_even(
    url: str, server: str, data: SampleData
) -> None:
    with Store.open(url, DataKey(b"k" * 32), Later()) as store:
        store.migrate()
    answered = killed(url, server, KILLS // 2)
    assert sum(told == "None" for told in answered.values()) >= KILLS // 2
    with Store.open(url, DataKey(b"k" * 32), Later()) as store:
        desk, bench = desk_over(store, server, Later())
        for _ in range(3):
            Reconciler(desk, bench).turn()
        deeds = list(store.deeds.all())
        check(deeds, data, answered)
        for (what, number), told in answered.items():
            sent = (order if what == "dispense" else discard_of)(
                number, prescription_of(number)
            )
            again = desk.carry_out(sent).refusal
            is_gone = again is Refusal.DISPENSATION_DISCARDED
            assert told != "None" or again is None or is_gone


@pytest.mark.spec("fifty submissions at once are one write")
def test_fifty_at_once_from_two_processes_are_one_write(
    url: str, server: str, data: SampleData, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[str] = []
    transact = Prescribed.transact

    def counted(self, bundle, find):
        writes.append(bundle["type"])
        return transact(self, bundle, find)

    monkeypatch.setattr(Prescribed, "transact", counted)
    with Store.open(url, DataKey(b"k" * 32), SystemClock()) as store:
        store.migrate()
    crowds = [started("crowd", url, server) for _ in range(2)]
    for crowd in crowds:
        assert crowd.stdout.readline() == "ready\n"
    for crowd in crowds:
        crowd.stdin.write("go\n")
    told = [each for crowd in crowds for each in crowd.communicate()[0].split()]
    assert told == ["None"] * 50
    assert writes == ["transaction"]
    assert len(list(data.prescribed.of_type("MedicationDispense"))) == 1


def started(what: str, url: str, server: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.ncp.country_a.dispensing.{what}", url, server],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )


def check(deeds: list[Deed], data: SampleData, answered) -> None:
    standing: dict[str, list[str]] = {}
    for each in data.prescribed.of_type("MedicationDispense"):
        standing.setdefault(each["identifier"][0]["value"], []).append(each["status"])
    # Each stands there once, whatever was sent how often.
    assert all(len(each) == 1 for each in standing.values())
    by_document = {(each.operation, each.document_unique_id): each for each in deeds}
    for deed in deeds:
        assert not deed.is_unsettled
        assert deed.state is not DeedState.DISCARDING
        is_standing = standing.get(register_key(deed)) == ["completed"]
        if deed.operation == "dispense":
            assert is_standing == (deed.state is DeedState.RECORDED)
    for (what, number), told in answered.items():
        if told == "None":
            deed = by_document[what, f"2.25.{number}"]
            assert deed.state in {DeedState.RECORDED, DeedState.DISCARDED}


def killed(url: str, server: str, times: int) -> dict[tuple[str, int], str]:
    """Start and kill so many processes; return what they had been answered."""
    answered: dict[tuple[str, int], str] = {}
    chance = random.Random(times)
    with started("victims", url, server) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        for kill in range(times):
            parent.stdin.write(f"{kill * APART}\n")
            left = chance.randint(1, 6)
            for line in parent.stdout:
                what, number, told = line.rstrip("\n").split(" ")
                if what == "dead":
                    break
                if what == "pid":
                    pid = int(number)
                    continue
                answered[what, int(number)] = told
                left -= 1
                if left == 0:
                    time.sleep(chance.uniform(0, 0.03))
                    os.kill(pid, signal.SIGKILL)
        parent.stdin.close()
    return answered

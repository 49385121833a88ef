"""Two countries as processes, with real TLS and real databases, once for all tests."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from conformance.simulators.dialect import Dialect
from ncp.demo import scene as scenery
from ncp.demo.countries import (
    Ground,
    Tokens,
    settle_country_a,
    settle_country_b,
)
from ncp.demo.processes import Neighbours
from ncp.demo.scene import Scene, set_the_scene
from ncp.demo.source import SAMPLE_PATIENTS
from ncp.demo.toml_file import write_toml
from ncp.national.sample_country import prepare_document
from ncp.restraint import STANDARD
from tests.integration.attacker import Attacker, Bait
from tests.integration.corpus import serve_attacked, serve_corpus
from tests.integration.envoy import Envoy
from tests.integration.foreign import ForeignScene, set_foreign_scene
from tests.integration.foreign_doctor import Doctor
from tests.integration.hostile_keys import HostileKeys
from tests.integration.memory import Memory
from tests.judging import broken_in, judged
from trust.identifiers import PatientId


def serve_all(folder: Path) -> None:
    shutil.copytree(SAMPLE_PATIENTS, folder)
    serve_corpus(folder)
    serve_attacked(folder)


def patient_of(name: str) -> PatientId:
    data = (SAMPLE_PATIENTS / f"{name}-summary.json").read_bytes()
    patient = prepare_document(data).patient
    assert patient is not None
    return patient


@pytest.fixture(scope="session")
def scene(
    tmp_path_factory: pytest.TempPathFactory, hostile_keys: HostileKeys
) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("countries")
    with pytest.MonkeyPatch.context() as patch, Neighbours() as neighbours:
        patch.setattr(scenery, "settle_country_a", settle_with(hostile_keys))
        patch.setattr(scenery, "settle_country_b", settle_patiently)
        set_up = set_the_scene(neighbours, folder, serve_all)
        yield set_up
        assert_all_keep_the_rules(set_up)


def assert_all_keep_the_rules(scene: Scene) -> None:
    """Judge whatever the two gateways sent in all tests, answers and questions."""
    answers = broken_in(scene.luxembourg.ground.exchanges, "response.bin")
    questions = broken_in(scene.portugal.ground.exchanges, "request.bin")
    assert not answers + questions, "\n".join(answers + questions)


def settle_with(keys: HostileKeys) -> Callable[..., Tokens]:
    """Settle country A so that it knows the keys whose certificates are at fault."""

    def settle(ground: Ground, *others: Any) -> Tokens:
        tokens = settle_country_a(ground, *others)
        keys.make_known(ground.settings)
        bear_what_tests_ask(ground.settings)
        return tokens

    return settle


def settle_patiently(ground: Ground, *others: Any) -> Tokens:
    tokens = settle_country_b(ground, *others)
    bear_what_tests_ask(ground.settings)
    return tokens


def bear_what_tests_ask(settings: Path) -> None:
    """Have no alerts of much that is asked: all tests together ask as one hospital."""
    told = tomllib.loads(settings.read_text())
    alerting = [rule.name for rule in STANDARD if not rule.holds_back]
    told["restraint"] = {"without": alerting}
    write_toml(settings, told)


@pytest.fixture(scope="session")
def hostile_keys(tmp_path_factory: pytest.TempPathFactory) -> HostileKeys:
    return HostileKeys(tmp_path_factory.mktemp("hostile") / "keys")


@pytest.fixture(scope="session")
def bait() -> Iterator[Bait]:
    opened = Bait()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def attacker(envoy: Envoy, hostile_keys: HostileKeys, bait: Bait) -> Iterator[Attacker]:
    made = Attacker(envoy, hostile_keys, bait)
    yield made
    made.close()


@pytest.fixture(scope="session")
def envoy(scene: Scene) -> Envoy:
    """Country B, played by the test, at country A's international door."""
    luxembourg = scene.luxembourg
    return Envoy(luxembourg.international_door, scene.portugal.pki, luxembourg.pki)


@pytest.fixture(scope="session")
def memory(scene: Scene) -> Iterator[Memory]:
    """What country A has on record."""
    opened = Memory(scene.luxembourg.ground)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def agreeing() -> PatientId:
    return patient_of("bergmann")


@pytest.fixture(scope="session")
def another() -> PatientId:
    return patient_of("lopes")


@pytest.fixture(scope="session")
def refusing() -> PatientId:
    return patient_of("kremer")


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignScene]:
    """A gateway of ours as country B, and a simulated country A of each family."""
    with ExitStack() as stack:
        neighbours = stack.enter_context(Neighbours())
        set_up = set_foreign_scene(
            stack, neighbours, tmp_path_factory.mktemp("foreign")
        )
        yield set_up
        for abroad in set_up.abroad.values():
            for each in abroad.asked:
                judged(each)


@pytest.fixture
def doctor(foreign: ForeignScene, dialect: Dialect) -> Doctor:
    return Doctor(foreign, dialect)

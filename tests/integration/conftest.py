"""Two countries as processes, with real TLS and real databases, once for all tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ncp.demo.processes import Neighbours
from ncp.demo.scene import Scene, set_the_scene
from ncp.demo.source import SAMPLE_PATIENTS
from ncp.national.sample_country import prepare_document
from tests.integration.corpus import serve_corpus
from tests.integration.envoy import Envoy
from tests.integration.memory import Memory
from trust.identifiers import PatientId


def serve_all(folder: Path) -> None:
    shutil.copytree(SAMPLE_PATIENTS, folder)
    serve_corpus(folder)


def patient_of(name: str) -> PatientId:
    data = (SAMPLE_PATIENTS / f"{name}-summary.json").read_bytes()
    patient = prepare_document(data).patient
    assert patient is not None
    return patient


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("countries")
    with Neighbours() as neighbours:
        yield set_the_scene(neighbours, folder, serve_all)


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

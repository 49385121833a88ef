"""Countries that are found through the directory, as processes."""

from __future__ import annotations

import pytest
import requests

from ncp.demo.cast import LUXEMBOURG, PORTUGAL
from ncp.demo.found import found_entries
from ncp.demo.hospital import Hospital


@pytest.fixture
def hospital(scene, tmp_path):
    portugal = scene.portugal
    opened = Hospital(portugal.national_door, portugal.tokens.professional, tmp_path)
    yield opened
    opened.close()


def operate(country, path: str, content=None, token: str | None = None):
    token = country.tokens.operator if token is None else token
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {token}"
        address = f"{country.operations_door}{path}"
        if content is None:
            return session.get(address, timeout=10)
        return session.post(address, json=content, timeout=10)


@pytest.fixture
def switched(scene):
    """Switch off, and on again afterwards."""
    done = []

    def switch(country, other, service="all"):
        content = {"service": service, "why": "a drill"}
        answer = operate(country, f"/peers/{other}/off", content)
        done.append((country, other, {"service": service}))
        return answer

    yield switch
    for country, other, content in done:
        operate(country, f"/peers/{other}/on", content)


def test_portugal_knows_luxembourg_by_what_it_published(scene):
    entries = found_entries(scene.portugal, LUXEMBOURG.code)
    assert {each.service for each in entries} >= {"xcpd", "xca-query", "xca-retrieve"}
    for entry in entries:
        # A search mask is a document in the directory, and leads nowhere.
        is_mask = entry.service == "search-mask"
        door = scene.luxembourg.international_door
        assert is_mask or entry.address.startswith(door)
        assert any(step.startswith("sealed by CN=LU demo seal") for step in entry.why)


def test_luxembourg_knows_the_seal_of_portugal_by_what_it_published(scene):
    [entry] = found_entries(scene.luxembourg, PORTUGAL.code)
    assert entry.service == "xua"
    assert any(
        step.startswith("published by CN=EU demo publisher") for step in entry.why
    )
    assert any(step.startswith("it carries CN=PT demo seal") for step in entry.why)


def test_the_operator_sees_how_a_country_answers(scene, hospital, agreeing):
    hospital.identify(LUXEMBOURG.code, agreeing)
    [peer] = operate(scene.portugal, "/peers").json()
    assert peer["country"] == "LU"
    assert peer["fromDirectory"]
    [health] = [each for each in peer["health"] if each["service"] == "xcpd"]
    assert health["requests"] >= 1
    assert health["lastSuccess"]
    assert health["medianSeconds"] > 0
    metrics = operate(scene.portugal, "/metrics").text
    assert 'ncp_peer_last_success_timestamp_seconds{country="LU",service="xcpd"}' in (
        metrics
    )
    assert "ncp_directory_events_total" in metrics


@pytest.mark.spec("fact sheet 06 6.2")
@pytest.mark.parametrize("service", ["all", "xcpd"])
def test_the_asking_side_stops_at_once_when_it_is_told(
    scene, hospital, agreeing, switched, service
):
    assert switched(scene.portugal, "LU", service).status_code == 200
    answer = hospital.identify(LUXEMBOURG.code, agreeing)
    assert answer.status == 503
    assert "switched off" in answer.json()["detail"]
    [peer] = operate(scene.portugal, "/peers").json()
    [off] = peer["switchedOff"]
    assert (off["service"], off["operator"]) == (service, "demo operator")
    operate(scene.portugal, "/peers/LU/on", {"service": service})
    assert hospital.identify(LUXEMBOURG.code, agreeing).json()["patients"]


@pytest.mark.spec("fact sheet 06 6.2")
def test_the_answering_side_answers_nobody_that_is_switched_off(
    scene, hospital, agreeing, switched
):
    assert switched(scene.luxembourg, PORTUGAL.code).status_code == 200
    answer = hospital.identify(LUXEMBOURG.code, agreeing)
    assert answer.status == 502
    operate(scene.luxembourg, "/peers/PT/on", {"service": "all"})
    assert hospital.identify(LUXEMBOURG.code, agreeing).json()["patients"]


def test_another_service_of_the_country_goes_on(scene, hospital, agreeing, switched):
    switched(scene.luxembourg, PORTUGAL.code, "xca")
    assert hospital.identify(LUXEMBOURG.code, agreeing).json()["patients"]


@pytest.mark.parametrize("token", ["", "x", "wrong" * 10])
def test_only_an_operator_looks_or_switches(scene, token):
    for path, content in (
        ("/peers", None),
        ("/peers/LU/off", {}),
        ("/peers/LU/on", {}),
        ("/peers/LU/refresh", {}),
    ):
        assert operate(scene.portugal, path, content, token).status_code == 401


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/peers/FR/off", {}, 404),
        ("/peers/FRA/off", {}, 404),
        ("/peers/LU/off", {"service": "xyz"}, 409),
        ("/peers/LU/off", {"services": "xcpd"}, 422),
        ("/peers/FR/refresh", {}, 404),
    ],
)
def test_what_there_is_not_cannot_be_switched(scene, path, content, status):
    assert operate(scene.portugal, path, content).status_code == status


def test_an_operator_has_the_directory_asked_again(scene):
    answer = operate(scene.portugal, "/peers/LU/refresh", {})
    assert answer.status_code == 200
    assert answer.json() == {"country": "LU", "news": False}

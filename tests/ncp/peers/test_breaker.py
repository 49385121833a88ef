"""Who does not answer is not asked for a while, and then tried once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ncp.errors import PeerUnavailable, Refusal
from ncp.peers.breaker import CircuitBreaker
from ncp.peers.directory import Endpoints, Peer, Service
from ncp.telemetry import Metrics
from trust.identifiers import CountryCode, HomeCommunityId

PEER = Peer(
    country=CountryCode("PT"),
    home_community_id=HomeCommunityId("1.2.3"),
    endpoints=Endpoints("https://pt/xcpd", "https://pt/xca"),
    pins=(),
    client_anchors="",
    server_anchors="",
)
OTHER = replace(
    PEER,
    country=CountryCode("DK"),
    endpoints=Endpoints("https://dk/xcpd", "https://dk/xca"),
)
XCA, XCPD = Service.XCA, Service.XCPD


class Ticks:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def breaker(ticks: Ticks) -> CircuitBreaker:
    return CircuitBreaker(failures=3, pause_s=30.0, monotonic=ticks)


def fail(breaker: CircuitBreaker, times: int) -> list[bool]:
    return [breaker.failed(PEER, XCA) for _ in range(times)]


def is_asked(breaker: CircuitBreaker, peer: Peer = PEER, service=XCA) -> bool:
    try:
        breaker.admit(peer, service)
    except PeerUnavailable:
        return False
    return True


def test_it_opens_with_the_last_failure_in_a_row(breaker: CircuitBreaker) -> None:
    assert fail(breaker, 2) == [False, False]
    assert is_asked(breaker)
    assert fail(breaker, 1) == [True]
    assert not is_asked(breaker)


def test_an_answer_in_between_begins_the_count_anew(breaker: CircuitBreaker) -> None:
    fail(breaker, 2)
    breaker.succeeded(PEER, XCA)
    fail(breaker, 2)
    assert is_asked(breaker)


def test_it_says_that_nothing_was_sent_and_when_it_is_tried(
    breaker: CircuitBreaker,
) -> None:
    fail(breaker, 3)
    with pytest.raises(PeerUnavailable) as refused:
        breaker.admit(PEER, XCA)
    assert refused.value.refusal is Refusal.PEER_UNREACHABLE
    assert refused.value.nothing_was_sent
    assert "30 s" in refused.value.remedy


def test_one_service_does_not_stop_another(breaker: CircuitBreaker) -> None:
    fail(breaker, 3)
    assert is_asked(breaker, service=XCPD)


def test_a_country_that_moved_is_asked_at_once(breaker: CircuitBreaker) -> None:
    fail(breaker, 3)
    moved = replace(PEER, endpoints=Endpoints("https://new/xcpd", "https://new/xca"))
    assert is_asked(breaker, moved)


def test_after_the_pause_exactly_one_tries(
    breaker: CircuitBreaker, ticks: Ticks
) -> None:
    fail(breaker, 3)
    ticks.seconds = 30.0
    assert is_asked(breaker)
    assert not is_asked(breaker)


def test_a_trial_of_which_nothing_is_heard_does_not_block_for_ever(
    breaker: CircuitBreaker, ticks: Ticks
) -> None:
    fail(breaker, 3)
    ticks.seconds = 30.0
    assert is_asked(breaker)
    ticks.seconds = 60.0
    assert is_asked(breaker)


def test_a_trial_that_fails_begins_the_pause_again(
    breaker: CircuitBreaker, ticks: Ticks
) -> None:
    fail(breaker, 3)
    ticks.seconds = 30.0
    assert is_asked(breaker)
    fail(breaker, 1)
    assert not is_asked(breaker)
    ticks.seconds = 60.0
    assert is_asked(breaker)


def test_a_trial_that_succeeds_closes_it(breaker: CircuitBreaker, ticks: Ticks) -> None:
    fail(breaker, 3)
    ticks.seconds = 30.0
    assert is_asked(breaker)
    breaker.succeeded(PEER, XCA)
    assert is_asked(breaker)
    assert is_asked(breaker)


def test_how_many_services_of_a_country_are_not_asked_is_told_when_it_changes() -> None:
    told: list[tuple[str, int]] = []
    breaker = CircuitBreaker(
        failures=3, monotonic=Ticks(), tell=lambda *each: told.append(each)
    )
    fail(breaker, 2)
    assert told == []
    fail(breaker, 2)
    for _ in range(3):
        breaker.failed(PEER, XCPD)
    breaker.failed(OTHER, XCA)
    breaker.succeeded(PEER, XCA)
    breaker.succeeded(PEER, XCA)
    assert told == [("PT", 1), ("PT", 2), ("PT", 1)]


def test_what_a_country_left_behind_is_not_told_of_for_ever() -> None:
    told: list[tuple[str, int]] = []
    breaker = CircuitBreaker(
        failures=3, monotonic=Ticks(), tell=lambda *each: told.append(each)
    )
    fail(breaker, 3)
    moved = replace(PEER, endpoints=Endpoints("https://pt/xcpd", "https://new/xca"))
    breaker.succeeded(moved, XCPD)
    assert told == [("PT", 1), ("PT", 0)]


def test_the_metric_of_a_country_says_what_its_lines_are_like() -> None:
    metrics = Metrics()
    breaker = CircuitBreaker(failures=3, tell=metrics.tell_breakers_open)
    assert open_of(metrics) is None
    fail(breaker, 3)
    assert open_of(metrics) == 1
    breaker.succeeded(PEER, XCA)
    assert open_of(metrics) == 0


def open_of(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value(
        "ncp_peer_breakers_open", {"country": "PT"}
    )

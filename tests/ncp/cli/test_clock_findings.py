"""``ncp check`` compares the clock with the time that others tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ncp.cli.checking import check
from ncp.cli.clock_findings import inspect_clock
from ncp.ports import SystemClock
from ncp.settings import Settings, load_settings
from ncp.told_time import ToldTime
from tests.ncp.peers.stand_in import standing_in

EXAMPLE = Path(__file__).parents[3] / "docs" / "reference" / "luxembourg.toml"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class WrongClock:
    """A machine's clock that is off by so much."""

    def __init__(self, off: timedelta) -> None:
        self._off = off

    def now(self) -> datetime:
        return SystemClock().now() + self._off


def settings(skew_s: float = 60.0, address: str | None = None) -> Settings:
    stated = load_settings(EXAMPLE)
    return stated.model_copy(
        update={
            "peers": (),
            "assertions": stated.assertions.model_copy(update={"skew_s": skew_s}),
            "national": stated.national
            and stated.national.model_copy(update={"base_url": address}),
        }
    )


def told(seconds: float, who: str = "fhir.lu") -> ToldTime:
    """Noon was told when our clock said so many seconds more, at once."""
    ours = NOON + timedelta(seconds=seconds)
    return ToldTime(who, NOON, ours, ours)


def test_a_clock_within_the_tolerance_is_not_spoken_of():
    # A second more than the tolerance: theirs is told without its parts.
    within = [told(61), told(-60), told(0)]
    assert list(inspect_clock(settings(), within)) == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3601, "1 h ahead of"),
        (-3600, "1 h behind"),
        (62.5, "1 min 1 s ahead of"),
        (-90061, "1 d 1 h behind"),
        (-61, "1 min 1 s behind"),
    ],
)
def test_a_difference_is_told_with_its_way_and_its_other_side(seconds, words):
    (finding,) = inspect_clock(settings(), [told(seconds)])
    assert finding.sentence == f"this machine's clock is {words} that of fhir.lu"
    assert "NTP" in finding.remedy
    assert "(60 s)" in finding.remedy


def test_each_host_is_named_once():
    heard = [told(3601), told(3605), told(3601, "ocsp.example")]
    found = [each.sentence for each in inspect_clock(settings(), heard)]
    assert [each.rpartition(" ")[2] for each in found] == ["fhir.lu", "ocsp.example"]


def test_without_a_tolerance_what_a_date_cannot_tell_is_no_difference():
    assert list(inspect_clock(settings(skew_s=0), [told(-0.5), told(2)])) == []
    both = [told(-1.5, "a"), told(2.5, "b")]
    assert len(list(inspect_clock(settings(skew_s=0), both))) == 2


@pytest.mark.parametrize("hours", [-1, 1])
def test_the_check_hears_the_time_of_the_national_server(hours):
    with standing_in(lambda _: b"") as server:
        address = f"http://127.0.0.1:{server.server_port}/fhir"
        stated = settings(address=address)
        clock = WrongClock(timedelta(hours=hours))
        findings = check(stated, clock, with_neighbours=True)
    (found,) = [each for each in findings if each.key == "clock"]
    assert found.sentence.endswith("that of 127.0.0.1")
    assert ("ahead of" if hours > 0 else "behind") in found.sentence
    assert not [each for each in findings if each.key == "national.base_url"
                and "connection" in each.sentence]  # fmt: skip

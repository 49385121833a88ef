"""Cross-checks between an assertion and the peer that presents it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ncp.country_a.scene import DANISH_HOME, DENMARK, EVA, CountryA
from trust.decision import Reason
from trust.identifiers import HomeCommunityId


@pytest.mark.parametrize(
    ("home", "condition"),
    [
        (DANISH_HOME, None),
        (HomeCommunityId("1.2.3"), Reason.HOME_COMMUNITY_OF_ANOTHER_COUNTRY),
    ],
)
def test_the_home_community_of_an_assertion_is_the_peers(
    country_a: CountryA, home: HomeCommunityId, condition: Reason | None
) -> None:
    compared = replace(country_a.services, home_communities={DENMARK: home})
    country_a.serve_by(compared)
    country_a.identify(EVA)
    assert country_a.conditions() == [condition]


def test_where_the_check_is_switched_off_the_home_community_is_left_alone(
    country_a: CountryA,
) -> None:
    country_a.serve_by(replace(country_a.services, home_communities={}))
    country_a.identify(EVA)
    assert country_a.conditions() == [None]

"""The national door: JSON and requests for assertions, bent as trees and as bytes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import pytest
from hypothesis import strategies as st

from ncp.exchange import HttpPayload
from tests.fuzz.bending import bends, bent, cuts, fresh, with_bent_assertion
from tests.fuzz.house import House
from tests.fuzz.json_bending import twisted, twists
from tests.fuzz.running_time import PATIENCE_S
from tests.fuzz.targets import fuzz

pytestmark = [
    pytest.mark.timeout(PATIENCE_S),
    pytest.mark.spec("fact sheet 06 6.3 items 4, 5"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = House(tmp_path_factory.mktemp("house"))
    yield opened
    opened.close()


def test_every_address_of_the_door_is_asked(house):
    described = house.app._app.openapi()["paths"]
    assert set(house.requests) == set(described)


# No form was published, and a coded document has nothing to be shown.
NOT_SERVED = {"/countries/search-form": 404, "/documents/show": 502}


def test_what_is_not_bent_is_served(house):
    for path, good in house.requests.items():
        assert house.ask(path, twisted(good, [])) == NOT_SERVED.get(path, 200), path
    for kind, message in house.tokens().items():
        assert house.issue(kind, message) == 200


def test_whatever_json_asks_it_is_answered_and_recorded(house):
    def example(data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(house.requests)))
        body = twisted(house.requests[path], data.draw(twists()))
        if data.draw(st.integers(0, 3)) == 0:
            body = reduce(lambda held, each: each.apply(held), data.draw(cuts()), body)
        house.ask(path, body, b"order-%d" % data.draw(st.integers(0, 99)))

    fuzz("JSON", example)


def test_whatever_asks_for_an_assertion_gets_its_own_or_none(house):
    good = house.tokens()
    seal = house.scene.country_b.services.seal

    def changed(data: st.DataObject, message: HttpPayload) -> HttpPayload | None:
        match data.draw(st.sampled_from(("envelope", "assertion", "bytes"))):
            case "envelope":
                return bent(message, data.draw(bends()))
            case "assertion":
                return with_bent_assertion(seal, message, 0, data.draw(bends()))
            case _:
                drawn = data.draw(cuts())
                body = reduce(lambda held, each: each.apply(held), drawn, message.body)
                return HttpPayload(message.content_type, body)

    def example(data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(sorted(good)))
        address = data.draw(st.sampled_from(sorted(good)))
        message = changed(data, fresh(good[kind]))
        if message is not None:
            house.issue(address, message)

    fuzz("assertions issued", example)

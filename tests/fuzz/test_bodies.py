"""HL7 v3 and ebXML, bent as trees, under assertions that are believed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import strategies as st

from ncp.ihe import namespaces as ns
from tests.fuzz.bending import bends, bent, fresh
from tests.fuzz.door import FuzzedDoor
from tests.fuzz.running_time import PATIENCE_S
from tests.fuzz.targets import fuzz

pytestmark = [
    pytest.mark.timeout(PATIENCE_S),
    pytest.mark.spec("fact sheet 06 6.3 items 4, 5, 6"),
]
BODY = f"{{{ns.SOAP}}}Body//*"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FuzzedDoor]:
    opened = FuzzedDoor(tmp_path_factory.mktemp("door"))
    yield opened
    opened.close()


def bend_bodies(door: FuzzedDoor, title: str, *transactions: str) -> None:
    names = [each for each in door.questions() if each.startswith(transactions)]

    def example(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(names))
        changed = bent(fresh(door.samples[name]), data.draw(bends()), BODY)
        if changed is not None:
            door.send(door.transaction_of(name), changed)

    fuzz(title, example)


def test_whatever_hl7_v3_asks_it_is_answered_and_recorded(door):
    bend_bodies(door, "HL7 v3", "q55")


def test_whatever_ebxml_asks_it_is_answered_and_recorded(door):
    bend_bodies(door, "ebXML", "q38", "q39", "q41")

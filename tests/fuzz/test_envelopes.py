"""SOAP and SAML, bent as trees: any part of an envelope, and assertions sealed anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import strategies as st

from tests.fuzz.bending import bends, bent, fresh, with_bent_assertion
from tests.fuzz.door import FuzzedDoor
from tests.fuzz.running_time import PATIENCE_S
from tests.fuzz.targets import fuzz

pytestmark = [
    pytest.mark.timeout(PATIENCE_S),
    pytest.mark.spec("fact sheet 06 6.3 items 2, 3"),
]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FuzzedDoor]:
    opened = FuzzedDoor(tmp_path_factory.mktemp("door"))
    yield opened
    opened.close()


def test_whatever_is_done_to_an_envelope_it_is_answered_and_recorded(door):
    def example(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(door.questions()))
        changed = bent(fresh(door.samples[name]), data.draw(bends()))
        if changed is not None:
            door.send(door.transaction_of(name), changed)

    fuzz("envelopes", example)


def test_whatever_a_sealed_assertion_says_it_is_answered_and_recorded(door):
    def example(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(door.questions()))
        which = data.draw(st.integers(0, 1))
        changed = with_bent_assertion(
            door.country.seal, fresh(door.samples[name]), which, data.draw(bends())
        )
        if changed is not None:
            door.send(door.transaction_of(name), changed)

    fuzz("assertions", example)

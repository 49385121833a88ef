"""SOAP and SAML, bent as trees: any part of an envelope, and assertions sealed anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import strategies as st
from lxml import etree

from conformance.attacks.sealing import resealed
from ncp.exchange import HttpPayload
from ncp.ihe import namespaces as ns
from tests.fuzz.bending import Bend, bends, bent, fresh, span
from tests.fuzz.door import FuzzedDoor
from tests.fuzz.running_time import PATIENCE_S
from tests.fuzz.targets import fuzz
from trust.namespaces import DS, SAML

pytestmark = [
    pytest.mark.timeout(PATIENCE_S),
    pytest.mark.spec("fact sheet 06 6.3 items 2, 3"),
]
ASSERTIONS = f"{{{ns.SOAP}}}Header/{{{ns.WSSE}}}Security/{{{SAML}}}Assertion"


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
            door, fresh(door.samples[name]), which, data.draw(bends())
        )
        if changed is not None:
            door.send(door.transaction_of(name), changed)

    fuzz("assertions", example)


def with_bent_assertion(
    door: FuzzedDoor, payload: HttpPayload, which: int, changes: list[Bend]
) -> HttpPayload | None:
    """Bend what an assertion says, and seal it with the key that may."""
    start, end = span(payload.body)
    root = etree.fromstring(payload.body[start:end])
    found = root.findall(ASSERTIONS)
    old = found[which % len(found)]

    def change(assertion: etree._Element) -> None:
        for each in changes:
            each.apply(list(assertion.iter(etree.Element)))

    bare = etree.tostring(old, with_tail=False)
    try:
        new = etree.fromstring(resealed(bare, door.country.seal, change))
    except (ValueError, AssertionError, IndexError):
        return None  # bent until it could not be sealed any more
    if new.find(f"{{{DS}}}Signature") is None:
        return None
    old.getparent().replace(old, new)
    envelope = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return HttpPayload(
        payload.content_type, payload.body[:start] + envelope + payload.body[end:]
    )

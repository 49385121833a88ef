"""A source that is no FHIR somewhere: refused with the place, or written validly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.transformations.patient_summary.documents import (
    own_bundle,
    schema,
    transform,
    tree,
)
from transformations.fhir import NotFhir
from transformations.patient_summary import MalformedSource

SHAPES = {"number": 3, "object": {"a": 1}, "list": [1], "objects": [{}], "text": "x"}


def slots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a document where a value stands."""
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in list(children):
        yield value, key
        if isinstance(child, dict | list):
            yield from slots(child)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_value_of_another_shape_never_ends_in_a_stumble(shape):
    bundle = own_bundle()
    for container, key in slots(bundle):
        before, container[key] = container[key], SHAPES[shape]
        try:
            transform(bundle)
        except (NotFhir, MalformedSource):
            continue
        finally:
            container[key] = before


@pytest.mark.parametrize("kind", ["blank", "control characters"])
def test_texts_that_xml_cannot_hold_do_not_reach_it(kind):
    bundle = own_bundle()
    for container, key in slots(bundle):
        before = container[key]
        if not isinstance(before, str):
            continue
        container[key] = "" if kind == "blank" else f"{before}\x00\x0b"
        try:
            assert schema().validate(tree(transform(bundle))), schema().error_log[0]
        except NotFhir:
            continue
        finally:
            container[key] = before


def test_the_refusal_names_the_place_and_no_value():
    bundle = own_bundle()
    bundle["entry"][0]["resource"]["section"] = "Weber"
    with pytest.raises(MalformedSource) as caught:
        transform(bundle)
    assert "Bundle.entry[0].resource.section" in str(caught.value)
    assert "Weber" not in str(caught.value)

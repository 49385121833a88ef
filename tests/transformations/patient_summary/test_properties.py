"""What holds for every summary that R4 allows, drawn by Hypothesis."""

from __future__ import annotations

from typing import Any

import pytest
import simplejson
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.capabilities import data_folder
from tests.strategies.fhir import BY_SECTION, summaries
from tests.transformations.patient_summary.documents import (
    schema,
    transform_document,
    tree,
)
from transformations.fhir import check_structure, read_fhir_document
from transformations.mapping import Fate

CODES = sorted(BY_SECTION)


def bounded(examples: int) -> settings:
    """Return settings that keep the suite fast, and repeat what they can."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        # Explaining a failure traces every line: far too slow here.
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        # Hypothesis draws from the constants of whatever modules are loaded: how many
        # draws it throws away is another number in each process, and no matter of ours.
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
        ],
    )


def data_of(bundle: dict[str, Any]) -> bytes:
    return simplejson.dumps(bundle, use_decimal=True).encode()


def counted(value: Any, path: str = "Bundle") -> list[tuple[str, Any]]:
    """Count leaves, knowing nothing of the engine: every JSON primitive once."""
    if isinstance(value, dict):
        return [
            leaf for key, one in value.items() for leaf in counted(one, f"{path}.{key}")
        ]
    if isinstance(value, list):
        return [
            leaf
            for index, one in enumerate(value)
            for leaf in counted(one, f"{path}[{index}]")
        ]
    return [(path, value)]


def check(bundle: dict[str, Any]) -> None:
    """Translate twice; conservation, validity, determinism, no leaf without a row."""
    data = data_of(bundle)
    first, second = (transform_document(read_fhir_document(data)) for _ in range(2))
    assert first.document == second.document
    booked = [(entry.path, entry.value) for entry in first.ledger.entries()]
    assert booked == counted(bundle)
    assert sum(first.ledger.counts().values()) == first.ledger.leaves == len(booked)
    assert not first.ledger.unmapped()
    for entry in first.ledger.entries():
        assert entry.mark.fate is not Fate.LOST or entry.mark.reason
    root = tree(first)
    if (data_folder() / "schemas").exists():
        assert schema().validate(root), schema().error_log[0]


@pytest.mark.parametrize("code", CODES)
@bounded(12)
@given(st.data())
def test_a_section_of_anything_is_valid_and_every_leaf_has_one_fate(code, data):
    check(data.draw(summaries(code)))


WHOLE = ("48765-2", "11450-4", "10160-0", "46264-8", "30954-2")


@bounded(6)
@given(summaries(*WHOLE))
def test_several_sections_of_anything_are_valid_and_every_leaf_has_one_fate(bundle):
    check(bundle)


@pytest.mark.parametrize("code", CODES)
@bounded(3)
@given(st.data())
def test_what_is_drawn_is_fhir(code, data):
    """The strategies draw what R4 allows, or the other tests prove nothing."""
    document = read_fhir_document(data_of(data.draw(summaries(code))))
    assert check_structure(document) == ()

"""Whatever happens to one leaf of the source shows in the document or in the ledger."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.capabilities import REPOSITORY, require_data
from tests.transformations.patient_summary.documents import own_bundle
from tests.transformations.patient_summary.mutations import (
    USED,
    changed,
    dropped,
    duplicated,
    number_of_leaves,
    used,
)
from transformations.mapping import Fate

SAMPLES = REPOSITORY / "ncp/national/sample_country/patients"
# How many mutations each source gets: enough to meet every kind of place.
MOST = 40
SECTION = re.compile(r"\.section\[\d+\]$")


def sources() -> dict[str, Path | None]:
    """Name the sources: ours, and a few of others."""
    ours = {path.stem: path for path in sorted(SAMPLES.glob("*-summary.json"))}
    return {"own": None, **ours}


OTHERS = (
    "EPS-2.1.0_Bundle-1c5f3995-2a41-4b54-b64f-1623e7a31802",
    "EPS-1.0.0_Bundle-af43057d-7a7e-4038-abfe-fe357262cfbd",
    "ips-examples/Bundle-bundle-minimal",
    "ips-examples/Bundle-IPS-examples-Bundle-01",
)


@pytest.fixture(params=[*sources(), *OTHERS])
def bundle(request: pytest.FixtureRequest) -> dict[str, Any]:
    if request.param == "own":
        return own_bundle()
    path = sources().get(request.param)
    if path is None:
        path = require_data(f"fhir-dev/{request.param}.json")
    value: dict[str, Any] = json.loads(path.read_bytes())
    return value


def step_of(bundle: dict[str, Any]) -> int:
    return max(1, number_of_leaves(bundle) // MOST)


def test_a_changed_leaf_shows_where_it_is_carried_and_only_there(bundle):
    liars = [
        (outcome.place, outcome.fate.value)
        for outcome in changed(bundle, step_of(bundle))
        if (outcome.fate in USED and not outcome.shows)
        or (outcome.fate is Fate.LOST and outcome.writes)
    ]
    assert not liars


def test_a_dropped_leaf_leaves_the_ledger_and_shows_where_it_was_carried(bundle):
    silent = set()
    for outcome in dropped(bundle, step_of(bundle)):
        assert outcome.after.ledger.leaves == outcome.leaves_after
        assert outcome.leaves_after == outcome.leaves_before - 1
        if outcome.fate in USED and not outcome.shows:
            silent.add(outcome.place)
    # What is assumed where nothing is said may be what was said: then another value
    # shows.
    assert not [one.place for one in changed(bundle, only=silent) if not one.shows]


def test_a_duplicated_item_shows_or_is_not_counted_as_carried(bundle):
    silent = []
    for outcome in duplicated(bundle, step_of(bundle)):
        assert outcome.after.ledger.leaves == outcome.leaves_after
        assert outcome.leaves_after > outcome.leaves_before
        is_counted = used(outcome.after) > used(outcome.before)
        # A section that stands twice is one; which it is, each of them says.
        if is_counted and not outcome.shows and not SECTION.search(outcome.place):
            silent.append(outcome.place)
    assert not silent

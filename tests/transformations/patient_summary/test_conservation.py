"""A booked leaf is a used leaf: proofs over every leaf of a rich summary."""

import copy
import re

import pytest

from tests.transformations.patient_summary import summaries
from tests.transformations.patient_summary.rich import RESOURCES
from tests.transformations.patient_summary.summaries import Carried, carry
from transformations.mapping import Fate

_STEP = re.compile(r"\.([A-Za-z_]+)|\[(\d+)\]")
_FIRST, _LAST = 2, 2 + len(RESOURCES)
USED = {Fate.MAPPED, Fate.DERIVED, Fate.NARRATIVE}


class Unproved(Carried):
    """A summary with leaves that have no row, which is what the test looks at."""

    def _check_conservation(self):
        pass


@pytest.fixture(scope="module")
def rich():
    """Return the rich bundle as JSON and what came of it."""
    kept = {}

    class Keeping(Carried):
        def __init__(self, bundle):
            kept["bundle"] = bundle
            super().__init__(bundle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summaries, "Carried", Keeping)
        result = carry(*RESOURCES)
    return copy.deepcopy(kept["bundle"]), result


def leaves_of_resources(result):
    for path, entry in result.entries.items():
        match = re.match(r"Bundle\.entry\[(\d+)\]", path)
        is_clinical = match and _FIRST <= int(match[1]) < _LAST
        if is_clinical and not path.endswith(".resourceType"):
            yield path, entry.mark.fate


def changed(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return f"1999{value[4:]}" if re.match(r"\d{4}", value) else f"{value}x"


def with_change(bundle, path):
    copied = copy.deepcopy(bundle)
    keys = [name or int(index) for name, index in _STEP.findall(path[len("Bundle") :])]
    holder = copied
    for key in keys[:-1]:
        holder = holder[key]
    holder[keys[-1]] = changed(holder[keys[-1]])
    return copied


def test_a_leaf_that_counts_as_used_changes_the_document_and_a_lost_one_does_not(rich):
    bundle, result = rich
    wrong = []
    for path, fate in leaves_of_resources(result):
        other = Unproved(with_change(bundle, path))
        is_changed = other.result.document != result.result.document
        if is_changed is not (fate in USED):
            wrong.append((path, fate.value))
    assert not wrong


def insert(value):
    if isinstance(value, dict):
        for child in list(value.values()):
            insert(child)
        value["unheardOf"] = "of"
    elif isinstance(value, list):
        for child in value:
            insert(child)


def test_what_nobody_knows_of_is_never_counted_as_carried(rich):
    bundle, _ = rich
    copied = copy.deepcopy(bundle)
    insert(copied["entry"][_FIRST:_LAST])
    result = Unproved(copied)
    found = [
        entry.mark.fate
        for path, entry in result.entries.items()
        if path.endswith(".unheardOf")
    ]
    assert len(found) > 150
    # In a schedule it is told, because words can say anything.
    assert set(found) <= {Fate.LOST, Fate.NARRATIVE}

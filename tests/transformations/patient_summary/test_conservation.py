"""A booked leaf is a used leaf: proofs over every leaf of a rich summary."""

import copy
import re

import pytest

from tests.transformations.leaves import USED, add_unheard_of, with_another_leaf
from tests.transformations.patient_summary import rich, rich_optional, summaries
from tests.transformations.patient_summary.summaries import Carried, carry
from transformations.mapping import Fate

_FIRST = 2


class Unproved(Carried):
    """A summary with leaves that have no row, which is what the test looks at."""

    def _check_conservation(self):
        pass


# A leaf is changed at a time and its summary made anew: small summaries are enough.
CHUNK = 6
REQUIRED = [
    rich.RESOURCES[at : at + CHUNK] for at in range(0, len(rich.RESOURCES), CHUNK)
]
OPTIONAL = list(rich_optional.SECTIONS)
PARTS = [*range(len(REQUIRED)), *OPTIONAL]


def rich_summary(part):
    if isinstance(part, int):
        return carry(*REQUIRED[part])
    return carry(*rich_optional.SECTIONS[part], within=part)


@pytest.fixture(scope="module", params=PARTS)
def summary(request):
    """Return part of a rich bundle as JSON and what came of it."""
    kept = {}

    class Keeping(Carried):
        def __init__(self, bundle):
            kept["bundle"] = bundle
            super().__init__(bundle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summaries, "Carried", Keeping)
        result = rich_summary(request.param)
    return copy.deepcopy(kept["bundle"]), result


def last_of(bundle):
    """Return where the clinical resources end: before the author."""
    return len(bundle["entry"]) - 1


def leaves_of_resources(bundle, result):
    for path, entry in result.entries.items():
        match = re.match(r"Bundle\.entry\[(\d+)\]", path)
        is_clinical = match and _FIRST <= int(match[1]) < last_of(bundle)
        if is_clinical and not path.endswith(".resourceType"):
            yield path, entry.mark.fate


def test_a_leaf_that_is_used_changes_the_document_and_a_lost_one_does_not(
    summary,
):
    bundle, result = summary
    wrong = []
    for path, fate in leaves_of_resources(bundle, result):
        other = Unproved(with_another_leaf(bundle, path))
        is_changed = other.result.document != result.result.document
        if is_changed is not (fate in USED):
            wrong.append((path, fate.value))
    assert not wrong, wrong


def test_what_nobody_knows_of_is_never_counted_as_carried(summary):
    bundle, _ = summary
    copied = copy.deepcopy(bundle)
    add_unheard_of(copied["entry"][_FIRST : last_of(copied)])
    result = Unproved(copied)
    found = [
        entry.mark.fate
        for path, entry in result.entries.items()
        if path.endswith(".unheardOf")
    ]
    assert len(found) >= 5
    # In a schedule it is told, because words can say anything.
    assert set(found) <= {Fate.LOST, Fate.NARRATIVE}

"""The corpus is what it says: valid FHIR, each case with a reason of its own."""

import json
from collections import Counter

import pytest
import simplejson
from fhir.resources.R4B.bundle import Bundle

from tests.corpus.prescriptions import PRESCRIPTIONS

ENOUGH = 40
by_name = pytest.mark.parametrize("case", PRESCRIPTIONS, ids=lambda case: case.name)


def test_there_are_enough_of_them_and_each_has_a_name_and_a_reason_of_its_own():
    assert len(PRESCRIPTIONS) >= ENOUGH
    for said in ("name", "why"):
        told = Counter(getattr(case, said) for case in PRESCRIPTIONS)
        assert set(told.values()) == {1}, said
    assert len({case.data() for case in PRESCRIPTIONS}) == len(PRESCRIPTIONS)


@by_name
def test_a_case_is_a_bundle_that_fhir_accepts(case):
    Bundle.model_validate_json(case.data())


@by_name
def test_a_case_has_as_many_items_as_it_says(case):
    kinds = [one["resource"]["resourceType"] for one in case.bundle()["entry"]]
    assert kinds.count("MedicationRequest") == case.items


@by_name
def test_every_digit_of_a_case_is_written(case):
    read = simplejson.loads(case.data(), use_decimal=True)
    assert read == simplejson.loads(
        simplejson.dumps(case.bundle(), use_decimal=True), use_decimal=True
    )


def test_a_case_may_be_changed_without_changing_the_corpus():
    case = PRESCRIPTIONS[0]
    before = case.data()
    case.bundle()["entry"][0]["resource"].clear()
    assert case.data() == before
    assert json.loads(before)["entry"]

"""A document that breaks rules is refused or told about, never passed in silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ncp.conformity import Conformity
from ncp.errors import Refusal
from tests.ncp.country_a.scene import EVA, CountryA


class NothingHeld:
    """A terminology by which no code is of any value set."""

    def has(self, _value_set: str, _code: str, _code_system: str) -> bool | None:
        return False


def conformity(*, refuses: bool) -> Conformity:
    return Conformity(refuses, value_sets=NothingHeld)


@pytest.mark.parametrize("refuses", [True, False])
def test_a_valid_document_leaves_without_a_remark(country_a: CountryA, refuses):
    country_a.serve_by(replace(country_a.services, conformity=Conformity(refuses)))
    [entry] = country_a.entries(EVA)
    assert len(country_a.retrieve(EVA, entry.unique_id).documents) == 1
    assert country_a.records()[-1].sentence is None


def test_a_document_that_breaks_a_rule_does_not_leave(country_a: CountryA):
    services = replace(country_a.services, conformity=conformity(refuses=True))
    country_a.serve_by(services)
    [entry] = country_a.entries(EVA)
    response = country_a.retrieve(EVA, entry.unique_id)
    assert response.documents == ()
    assert response.errors[0].code == "ERROR_PS_GENERIC"
    record = country_a.records()[-1]
    assert record.condition == Refusal.DOCUMENT_UNFIT
    assert "EH.1.3/" in (record.sentence or "")


def test_where_the_settings_say_so_it_leaves_and_the_record_tells_it(
    country_a: CountryA,
):
    services = replace(country_a.services, conformity=conformity(refuses=False))
    country_a.serve_by(services)
    [entry] = country_a.entries(EVA)
    assert len(country_a.retrieve(EVA, entry.unique_id).documents) == 1
    record = country_a.records()[-1]
    assert record.condition is None
    assert (record.sentence or "").startswith("The document breaks ")

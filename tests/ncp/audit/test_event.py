from __future__ import annotations

from datetime import datetime

import pytest

from ncp.audit import AuditOutcome, exchange_outcome, human_user_id
from ncp.ihe.codes import Transaction
from tests.ncp.audit.samples import exchange

ITI_55, ITI_38, ITI_39, ITI_41 = Transaction


@pytest.mark.parametrize(
    ("transaction", "has_result", "has_errors", "is_no_match", "outcome"),
    [
        (ITI_55, True, False, False, AuditOutcome.SUCCESS),
        (ITI_55, False, True, True, AuditOutcome.SERIOUS_FAILURE),
        (ITI_55, False, True, False, AuditOutcome.MAJOR_FAILURE),
        (ITI_38, True, False, False, AuditOutcome.SUCCESS),
        (ITI_38, True, True, False, AuditOutcome.SERIOUS_FAILURE),
        (ITI_38, False, True, False, AuditOutcome.MAJOR_FAILURE),
        (ITI_39, True, False, False, AuditOutcome.SUCCESS),
        (ITI_39, True, True, False, AuditOutcome.SERIOUS_FAILURE),
        (ITI_39, False, True, False, AuditOutcome.MAJOR_FAILURE),
        (ITI_39, False, False, False, AuditOutcome.MAJOR_FAILURE),
    ],
)
def test_the_outcome_follows_what_came_back(
    transaction, has_result, has_errors, is_no_match, outcome
):
    found = exchange_outcome(
        transaction,
        has_result=has_result,
        has_errors=has_errors,
        is_no_match=is_no_match,
    )
    assert found is outcome


@pytest.mark.spec("IHE ITI TF-2 3.40.4.2")
def test_a_professional_is_named_by_spprovidedid_or_else_by_name_and_issuer():
    assert human_user_id("dr", "urn:idp:LU:countryB") == "<dr@urn:idp:LU:countryB>"
    assert human_user_id("dr", "urn:idp:LU:countryB", "sp-7") == "sp-7"


def test_an_event_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        exchange(moment=datetime(2026, 3, 1))  # noqa: DTZ001

"""An access says what its patient may know, and leaves the rest behind."""

from __future__ import annotations

import pytest

from ncp.accesses.access import Act, Ending, Professional
from ncp.audit import AuditOutcome, Side, TokenKind
from ncp.ihe.codes import ClassCode, Transaction
from tests.ncp.accesses.conftest import PORTUGAL, answered
from tests.ncp.audit.samples import HUMAN, MOMENT, PATIENT, exchange, token
from trust.assertions.codes import AssertionKind
from trust.namespaces import SAML

SERIOUS, MAJOR = AuditOutcome.SERIOUS_FAILURE, AuditOutcome.MAJOR_FAILURE


@pytest.mark.spec("sheet 06 6.2 who, when, what, purpose, outcome")
def test_it_says_who_asked_from_where_for_what_why_and_when(fetched):
    assert (fetched.moment, fetched.act, fetched.ending) == (
        MOMENT,
        Act.FETCHED,
        Ending.DONE,
    )
    assert (fetched.side, fetched.peer, fetched.kind) == (
        Side.A,
        "DK",
        ClassCode.PATIENT_SUMMARY,
    )
    assert fetched.organisation == "Hospital <North> & Sons"
    assert fetched.professional == Professional(
        HUMAN.user_id, HUMAN.name, HUMAN.role_code, HUMAN.role_display
    )
    assert fetched.purpose == "TREATMENT"
    assert fetched.patients == (PATIENT,)
    assert fetched.documents == ("2.25.1", "2.25.2")


@pytest.mark.parametrize(
    ("transaction", "kind", "act"),
    [
        (Transaction.ITI_55, None, Act.IDENTIFIED),
        (Transaction.ITI_38, ClassCode.EPRESCRIPTION, Act.LISTED),
        (Transaction.ITI_41, ClassCode.EDISPENSATION, Act.SUBMITTED),
        (Transaction.ITI_41, ClassCode.DISCARD, Act.DISCARDED),
    ],
)
def test_each_transaction_is_an_act(read, transaction, kind, act):
    event = exchange(transaction, document_kind=kind)
    assert read(event, answered(event)).act is act


def test_a_treatment_that_was_confirmed_here_is_one_too(read):
    access = read(token(TokenKind.TRC))
    assert (access.act, access.side) == (Act.TREATMENT_CONFIRMED, Side.B)
    assert access.organisation == "Hospital <North> & Sons"


@pytest.mark.parametrize(
    ("transaction", "outcome", "changes", "ending"),
    [
        (Transaction.ITI_39, MAJOR, {"condition": "consent-refused"}, "no-consent"),
        (Transaction.ITI_39, MAJOR, {"condition": "digest-mismatch"}, "refused"),
        (Transaction.ITI_39, MAJOR, {"condition": "document-unknown"}, "nothing"),
        (Transaction.ITI_39, MAJOR, {"condition": "national-unavailable"}, "failed"),
        (Transaction.ITI_39, MAJOR, {"outcome": "failed"}, "failed"),
        (Transaction.ITI_39, SERIOUS, {}, "partly"),
        (Transaction.ITI_38, SERIOUS, {}, "partly"),
        (Transaction.ITI_55, SERIOUS, {"condition": "patient-unknown"}, "nobody"),
    ],
)
def test_it_says_how_it_ended(read, transaction, outcome, changes, ending):
    event = exchange(transaction, outcome=outcome)
    assert read(event, answered(event, **changes)).ending == ending


@pytest.mark.parametrize(
    ("transaction", "outcome", "ending"),
    [
        (Transaction.ITI_39, MAJOR, Ending.REFUSED),
        (Transaction.ITI_39, SERIOUS, Ending.PARTLY),
        (Transaction.ITI_55, SERIOUS, Ending.NOBODY),
        (Transaction.ITI_55, AuditOutcome.SUCCESS, Ending.DONE),
    ],
)
def test_without_its_message_the_outcome_says_it(read, transaction, outcome, ending):
    assert read(exchange(transaction, outcome=outcome)).ending is ending


def test_without_its_message_the_certificate_tells_the_country_that_asked(read):
    assert read(exchange()).peer == "DK"


def test_a_certificate_that_nobody_believed_tells_no_country(read):
    stranger = exchange(point_of_care=None, human=None, outcome=MAJOR)
    assert read(stranger).peer is None
    assert read(stranger, answered(stranger, peer=None)).peer is None


def test_without_its_message_the_home_community_tells_the_country_asked(read):
    asked = exchange(side=Side.B, home_community_id=PORTUGAL, provider_dn=None)
    assert read(asked).peer == "PT"


@pytest.mark.parametrize("outcome", [SERIOUS, MAJOR])
def test_documents_that_may_be_of_somebody_else_are_not_told(read, outcome):
    event = exchange(Transaction.ITI_39, outcome=outcome)
    assert read(event, answered(event)).documents == ()


def test_a_list_with_warnings_tells_what_it_listed(read):
    event = exchange(Transaction.ITI_38, outcome=SERIOUS)
    assert read(event, answered(event)).documents == ("2.25.1", "2.25.2")


def test_an_access_shows_nobody_in_a_repr(fetched):
    assert "CANARY" not in repr(fetched).upper()


def header_with(kind: AssertionKind) -> bytes:
    return (
        f'<Security><Assertion xmlns="{SAML}">'
        f'<Issuer NameQualifier="{kind.value}">urn:idp:DK:countryB</Issuer>'
        "</Assertion></Security>"
    ).encode()


@pytest.mark.spec("eHDSI SAML profile, NoK assertion (CP-039)")
def test_it_says_that_a_next_of_kin_spoke(read):
    asked = exchange(Transaction.ITI_55, request_header=header_with(AssertionKind.NOK))
    assert read(asked, answered(asked)).for_next_of_kin


@pytest.mark.parametrize(
    "changes",
    [
        {"request_header": header_with(AssertionKind.TRC)},
        {"request_header": b"no XML"},
        {"request_header": None},
        # Whatever a header says that nobody believed.
        {"request_header": header_with(AssertionKind.NOK), "human": None},
    ],
)
def test_nobody_is_said_to_be_next_of_kin_without_need(read, changes):
    assert not read(exchange(Transaction.ITI_55, **changes)).for_next_of_kin


def test_without_the_person_it_says_what_the_person_is(fetched):
    assert fetched.without_person().professional == Professional(
        role_code=HUMAN.role_code, role_name=HUMAN.role_display
    )

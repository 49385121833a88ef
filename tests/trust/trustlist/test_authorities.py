"""Authorities that a list vouches for: at a moment, and no longer than it may."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.trust.certificates.authorities import KELA, commercial, other
from tests.trust.pki import NOW
from tests.trust.trustlist.lists import DAY, Draft, Entry, Period, signed
from trust.certificates import (
    AnchorStore,
    AuthorityPin,
    Purpose,
    SubjectRule,
    TrustStore,
    decide_certificate,
    fingerprint_of,
)
from trust.certificates.hanko import HankoPathValidator
from trust.certificates.pins import PinStore
from trust.decision import Reason, TrustRefused
from trust.identifiers import CountryCode
from trust.trustlist import (
    IssuesFor,
    ListedAuthority,
    ServiceType,
    TrustList,
    authorities_of,
    verify_trust_list,
)

FI = CountryCode("FI")
SEALS = ("ForeSeals",)


def trust_list(*entries: Entry, **changes) -> TrustList:
    draft = Draft(territory="FI", entries=entries, **changes)
    return verify_trust_list(signed(draft), lambda _: None).content


def listed(now: Period | None = None, *history: Period, **changes) -> ListedAuthority:
    entry = Entry([commercial().certificate], now or Period(), history, SEALS)
    [found] = authorities_of(
        trust_list(entry, **changes), ServiceType.CA_QC, IssuesFor.SEALS
    )
    return found


def reason(authority: ListedAuthority, moment) -> Reason:
    with pytest.raises(TrustRefused) as refused:
        authority.vouch(moment)
    return refused.value.reason


@pytest.mark.spec("ETSI TS 119 612 5.5.4")
def test_a_granted_authority_is_vouched_for_until_the_list_is_over():
    authority = listed()
    vouched = authority.vouch(NOW)
    assert "granted" in vouched.sentence
    assert authority.vouch(authority.trust_list.next_update)
    assert vouched.until > authority.trust_list.next_update
    assert reason(authority, vouched.until) is Reason.TRUST_LIST_EXPIRED


@pytest.mark.spec("ETSI TS 119 612 5.3.15")
def test_a_closed_list_vouches_for_nobody():
    assert reason(listed(next_update=None), NOW) is Reason.TRUST_LIST_EXPIRED


@pytest.mark.spec("ETSI TS 119 612 5.6")
def test_the_status_is_that_of_the_moment():
    gone = listed(Period("withdrawn", NOW), Period("granted", NOW - 9 * DAY))
    assert gone.vouch(NOW - DAY).until == NOW
    assert reason(gone, NOW) is Reason.SERVICE_NOT_GRANTED
    assert reason(gone, NOW - 10 * DAY) is Reason.SERVICE_NOT_LISTED
    coming = listed(Period("granted", NOW + DAY), Period("withdrawn", NOW - DAY))
    assert reason(coming, NOW) is Reason.SERVICE_NOT_GRANTED
    assert coming.vouch(NOW + DAY)


@pytest.mark.spec("ETSI TS 119 612 5.5.9.4")
def test_a_qualified_authority_is_given_only_for_what_it_is_listed_for():
    lists = trust_list(Entry([commercial().certificate], issues_for=SEALS))
    for issues_for, number in ((IssuesFor.SEALS, 1), (IssuesFor.WEB_SITES, 0)):
        found = list(authorities_of(lists, ServiceType.CA_QC, issues_for))
        assert len(found) == number
    unsaid = trust_list(Entry([commercial().certificate]))
    assert not list(authorities_of(unsaid, ServiceType.CA_QC, IssuesFor.SEALS))


def test_another_kind_of_service_is_no_authority():
    kind = Period(kind="CA/PKC")
    lists = trust_list(Entry([commercial().certificate], kind))
    assert not list(authorities_of(lists, ServiceType.CA_QC, IssuesFor.SEALS))
    [found] = authorities_of(lists, ServiceType.CA_PKC, IssuesFor.SEALS)
    assert found.vouch(NOW)


def test_an_authority_that_was_never_granted_is_not_given():
    entry = Entry([other().certificate], Period("withdrawn"), (), SEALS)
    assert not list(
        authorities_of(trust_list(entry), ServiceType.CA_QC, IssuesFor.SEALS)
    )


def store(authority: ListedAuthority) -> TrustStore:
    pin = AuthorityPin(
        FI,
        Purpose.SEAL,
        fingerprint_of(authority.certificate),
        SubjectRule.of(KELA),
        "trust list of FI",
        voucher=authority,
    )
    anchors = AnchorStore([authority.certificate])
    return TrustStore(PinStore([], [pin]), anchors, HankoPathValidator())


@pytest.mark.spec("ETSI TS 119 615 4.3")
def test_a_seal_is_believed_only_while_its_authority_is_vouched_for():
    """One store, one certificate; what was judged before is not kept too long."""
    authority = listed(Period("withdrawn", NOW + DAY), Period("granted", NOW - DAY))
    judged = store(authority)
    seal = commercial().leaf(extended=()).public_bytes(Encoding.DER)
    for moment, expected in (
        (NOW, Reason.ACCEPTED),
        (NOW + DAY / 2, Reason.ACCEPTED),
        (NOW + DAY, Reason.SERVICE_NOT_GRANTED),
        (NOW + 101 * DAY, Reason.TRUST_LIST_EXPIRED),
    ):
        belief = decide_certificate(seal, Purpose.SEAL, judged, moment, subject="x")
        assert belief.decision.reason is expected
        assert (belief.country == FI) is (expected is Reason.ACCEPTED)
    assert any(
        "CA/QC, granted" in each
        for each in decide_certificate(
            seal, Purpose.SEAL, judged, NOW, subject="x"
        ).decision.evidence
    )

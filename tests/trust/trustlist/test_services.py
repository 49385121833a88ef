"""Whether a service was vouched for at a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.trust import pki
from tests.trust.pki import NOW
from tests.trust.trustlist.lists import DAY, Draft, Entry, Period, signed
from trust.decision import Reason
from trust.trustlist import (
    ServiceBelief,
    ServiceType,
    TrustList,
    decide_service,
    services_at,
    verify_trust_list,
)

CA = pki.seal("listed-authority").certificate
OTHER = pki.seal("other-authority").certificate
RENEWED = pki.certificate(pki.rsa_key("listed-authority"), valid_to=NOW + 2 * pki.YEAR)
SINCE = NOW - 100 * DAY
SECOND = dt.timedelta(seconds=1)


def lists(*entries: Entry, **draft) -> tuple[TrustList, ...]:
    data = signed(Draft(entries=entries, **draft))
    return (verify_trust_list(data, lambda _: None).content,)


def decide(
    known: Sequence[TrustList], moment=NOW, certificate=CA, kind=ServiceType.CA_QC
) -> ServiceBelief:
    return decide_service(certificate, kind, known, moment, NOW)


def test_a_granted_service_is_believed_and_told_where_it_stands():
    belief = decide(lists(Entry((CA,))))
    assert belief.decision.is_accepted
    (listed,) = belief.listed
    assert listed.sentence in belief.decision.evidence
    assert "LU number 7" in listed.sentence


@pytest.mark.spec("ETSI TS 119 612 5.5.3")
def test_a_service_is_its_key_whichever_certificate_carries_it():
    assert decide(lists(Entry((CA,))), certificate=RENEWED).decision.is_accepted


def test_another_certificate_is_not_listed():
    belief = decide(lists(Entry((CA,))), certificate=OTHER)
    assert belief.decision.reason is Reason.SERVICE_NOT_LISTED


def test_another_type_is_not_listed():
    belief = decide(lists(Entry((CA,))), kind=ServiceType.TIME_STAMP_QUALIFIED)
    assert belief.decision.reason is Reason.SERVICE_NOT_LISTED


def test_no_list_vouches_for_nobody():
    assert decide(()).decision.reason is Reason.SERVICE_NOT_LISTED


def test_a_certificate_that_cannot_be_read_fits_nobody():
    (content,) = lists(Entry((CA,)))
    ((_, service),) = content.services()
    identity = replace(service.identity, certificates=(b"\x30\x00",))
    provider = replace(
        content.providers[0], services=(replace(service, identity=identity),)
    )
    belief = decide((replace(content, providers=(provider,)),))
    assert belief.decision.reason is Reason.SERVICE_NOT_LISTED


# At a moment ------------------------------------------------------------------------

HISTORY = Entry(
    (CA,),
    Period("withdrawn", SINCE),
    (Period("granted", SINCE - 100 * DAY), Period("withdrawn", SINCE - 200 * DAY)),
)


@pytest.mark.spec("ETSI TS 119 612 5.6")
@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (NOW, Reason.SERVICE_NOT_GRANTED),
        (SINCE, Reason.SERVICE_NOT_GRANTED),
        (SINCE - SECOND, Reason.ACCEPTED),
        (SINCE - 100 * DAY, Reason.ACCEPTED),
        (SINCE - 100 * DAY - SECOND, Reason.SERVICE_NOT_GRANTED),
        (SINCE - 200 * DAY - SECOND, Reason.SERVICE_NOT_LISTED),
    ],
)
def test_the_status_is_that_of_the_moment(moment, reason):
    assert decide(lists(HISTORY), moment).decision.reason is reason


@pytest.mark.parametrize(
    ("status", "granted"),
    [
        ("granted", True),
        ("recognisedatnationallevel", True),
        ("undersupervision", True),
        ("accredited", True),
        ("withdrawn", False),
        ("deprecatedatnationallevel", False),
        ("supervisionceased", False),
        ("supervisionrevoked", False),
        ("anything-new", False),
    ],
)
def test_only_statuses_that_vouch_do_vouch(status, granted):
    belief = decide(lists(Entry((CA,), Period(status))))
    assert belief.decision.is_accepted is granted


# Several entries --------------------------------------------------------------------


def test_entries_that_agree_are_believed():
    assert decide(lists(Entry((CA,)), Entry((CA,)))).decision.is_accepted


def test_entries_that_contradict_each_other_are_not():
    withdrawn = Entry((CA,), Period("withdrawn"))
    belief = decide(lists(Entry((CA,)), withdrawn))
    assert belief.decision.reason is Reason.SERVICE_AMBIGUOUS


def test_lists_of_two_parties_that_contradict_each_other_are_not():
    here = lists(Entry((CA,)))
    there = lists(Entry((CA,), Period("withdrawn")), territory="DE")
    belief = decide((*here, *there))
    assert belief.decision.reason is Reason.SERVICE_AMBIGUOUS


def test_two_statuses_from_the_same_moment_on_contradict_each_other():
    torn = Entry((CA,), Period("granted", SINCE), (Period("withdrawn", SINCE),))
    assert decide(lists(torn)).decision.reason is Reason.SERVICE_AMBIGUOUS


def test_services_of_a_moment_leave_out_what_was_not_yet_listed():
    known = lists(Entry((CA,)), Entry((OTHER,), Period(starts=NOW - DAY)))
    assert len(list(services_at(known, NOW))) == 2
    assert len(list(services_at(known, NOW - 2 * DAY))) == 1

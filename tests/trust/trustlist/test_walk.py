"""From list to list: who is followed, how far, and what stands in for what is gone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import pytest

from tests.trust.pki import NOW
from tests.trust.trustlist.lists import (
    DAY,
    LOTL_SIGNER,
    NEW_LOTL_SIGNER,
    OPERATOR,
    STRANGER,
    Draft,
    Pointer,
    list_of_lists,
    signed,
)
from trust.decision import Reason
from trust.trustlist import (
    KnownList,
    ListFinding,
    ListUnavailable,
    Party,
    TrustListWalk,
    WalkBounds,
)

LOTL = "https://union.eu/lists/lotl.xml"
PIVOT = "https://union.eu/lists/pivot-{}.xml"
LU = "https://lists.lu/list.xml"
DE = "https://lists.de/list.xml"
TO_LU = Pointer(LU, (OPERATOR.certificate,))
TO_DE = Pointer(DE, (OPERATOR.certificate,), "DE")


def to_itself(*signers) -> Pointer:
    certificates = [each.certificate for each in signers]
    return Pointer(LOTL, certificates, "EU", "EUlistofthelists")


UNION = Party("the union", LOTL, (LOTL_SIGNER.certificate,))


@dataclass
class World:
    """What stands where; and what was kept of it."""

    lists: dict[str, bytes]
    kept: dict[str, tuple[bytes, KnownList]] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    def fetch(self, location: str) -> bytes:
        self.fetched.append(location)
        if location not in self.lists:
            raise ListUnavailable("nobody answers there")
        return self.lists[location]

    def known(self, location: str) -> KnownList | None:
        return self.kept[location][1] if location in self.kept else None

    def last_good(self, location: str) -> bytes | None:
        return self.kept[location][0] if location in self.kept else None

    def keep(self, location: str, data: bytes, known: KnownList) -> None:
        self.kept[location] = (data, known)

    def walk(self, *parties: Party, now=NOW, bounds=None) -> dict[str, ListFinding]:
        walk = TrustListWalk(self, self, now, bounds=bounds)
        return {each.location: each for each in walk.walk(parties or (UNION,))}


def world(**changes: bytes) -> World:
    lotl = list_of_lists([to_itself(LOTL_SIGNER), TO_LU, TO_DE])
    found = {
        LOTL: signed(lotl, LOTL_SIGNER),
        LU: signed(Draft()),
        DE: signed(Draft("DE")),
    }
    return World(found | {globals()[name]: data for name, data in changes.items()})


def reasons(found: dict[str, ListFinding]) -> dict[str, Reason]:
    return {location: each.decision.reason for location, each in found.items()}


def test_every_list_is_reached_and_believed_for_its_own_pointer():
    found = world().walk()
    assert reasons(found) == dict.fromkeys((LOTL, LU, DE), Reason.ACCEPTED)
    assert [each.territory for each in found.values()] == ["EU", "LU", "DE"]
    assert all(each.problem is None for each in found.values())


def test_only_wanted_territories_are_followed():
    party = replace(UNION, territories=frozenset({"LU"}))
    assert set(world().walk(party)) == {LOTL, LU}


def test_the_form_for_people_is_not_followed():
    pdf = replace(TO_LU, location="https://lists.lu/list.pdf", media="application/pdf")
    here = world(LOTL=signed(list_of_lists([pdf, TO_LU]), LOTL_SIGNER))
    assert set(here.walk()) == {LOTL, LU}


def test_nothing_is_followed_from_a_list_that_is_not_believed():
    here = world(LOTL=signed(list_of_lists([TO_LU]), STRANGER))
    assert reasons(here.walk()) == {LOTL: Reason.SIGNER_NOT_PINNED}
    assert here.fetched == [LOTL]


@pytest.mark.spec("ETSI TS 119 612 5.3.13")
def test_a_list_signed_by_another_than_its_pointer_names_is_refused():
    found = world(LU=signed(Draft(), STRANGER)).walk()
    assert reasons(found)[LU] is Reason.SIGNER_NOT_PINNED
    assert reasons(found)[DE] is Reason.ACCEPTED


def test_the_list_of_another_territory_at_a_pointer_is_refused():
    found = world(LU=signed(Draft("DE"))).walk()
    assert reasons(found)[LU] is Reason.TRUST_LIST_OF_ANOTHER_SCHEME


def test_a_list_that_cannot_be_had_is_told_and_the_others_stay():
    here = world()
    del here.lists[LU]
    found = here.walk()
    assert reasons(found)[LU] is Reason.TRUST_LIST_UNAVAILABLE
    assert found[LU].trust_list is None
    assert "nobody answers" in found[LU].decision.sentence
    assert reasons(found)[DE] is Reason.ACCEPTED


# Bounds -----------------------------------------------------------------------------


def test_lists_that_point_to_each_other_are_each_fetched_once():
    back = Pointer(LOTL, (LOTL_SIGNER.certificate,), "EU", "EUlistofthelists")
    here = world(LU=signed(Draft(pointers=(back,))))
    here.walk()
    assert sorted(here.fetched) == sorted([LOTL, LU, DE])


def test_a_walk_ends_at_its_bound_of_lists():
    found = world().walk(bounds=WalkBounds(most_lists=2))
    assert reasons(found)[DE] is Reason.TRUST_LIST_OUT_OF_BOUNDS
    assert reasons(found)[LU] is Reason.ACCEPTED


def test_a_walk_ends_at_its_bound_of_steps():
    here = world()
    found = here.walk(bounds=WalkBounds(deepest=1))
    assert reasons(found) == {
        LOTL: Reason.ACCEPTED,
        LU: Reason.TRUST_LIST_OUT_OF_BOUNDS,
        DE: Reason.TRUST_LIST_OUT_OF_BOUNDS,
    }
    assert here.fetched == [LOTL]


# Several parties --------------------------------------------------------------------


def test_several_parties_are_walked_each_from_its_own_signers():
    health = "https://health.eu/lotl.xml"
    other = Party("health", health, (STRANGER.certificate,))
    here = world()
    here.lists[health] = signed(list_of_lists([], territory="EH"), STRANGER)
    found = here.walk(UNION, other)
    assert reasons(found)[health] is Reason.ACCEPTED
    assert found[health].party == "health"


def test_one_party_cannot_spend_the_visit_of_another():
    health = "https://health.eu/lotl.xml"
    other = Party("health", health, (STRANGER.certificate,))
    wrong = Pointer(health, (OPERATOR.certificate,), "EH", "EUlistofthelists")
    here = world(LOTL=signed(list_of_lists([wrong]), LOTL_SIGNER))
    here.lists[health] = signed(list_of_lists([], territory="EH"), STRANGER)
    walk = TrustListWalk(here, here, NOW)
    found = [
        (each.party, each.decision.reason)
        for each in walk.walk((UNION, other))
        if each.location == health
    ]
    assert found == [
        ("the union", Reason.SIGNER_NOT_PINNED),
        ("health", Reason.ACCEPTED),
    ]


# The last good copy -----------------------------------------------------------------


def test_the_last_good_copy_stands_in_for_a_list_that_is_gone():
    here = world()
    here.walk()
    del here.lists[LU]
    found = here.walk()[LU]
    assert found.decision.is_accepted
    assert found.trust_list is not None
    assert found.problem.reason is Reason.TRUST_LIST_UNAVAILABLE


def test_a_refused_list_does_not_displace_the_last_good_one():
    here = world()
    here.walk()
    here.lists[LU] = signed(Draft(sequence=6))
    found = here.walk()[LU]
    assert found.trust_list.sequence == 7
    assert found.problem.reason is Reason.TRUST_LIST_ROLLED_BACK
    assert here.known(LU).sequence == 7


def test_the_last_good_copy_expires_like_any_other():
    here = world()
    here.walk()
    here.lists.clear()
    found = here.walk(now=NOW + 101 * DAY)[LOTL]
    assert not found.decision.is_accepted
    assert found.trust_list is None


def test_the_last_good_copy_is_not_believed_after_its_signer_was_dropped():
    here = world()
    here.walk()
    dropped = replace(TO_LU, signers=(STRANGER.certificate,))
    here.lists[LOTL] = signed(
        list_of_lists([dropped], sequence=8, issued=NOW - DAY), LOTL_SIGNER
    )
    found = here.walk()[LU]
    assert found.decision.reason is Reason.SIGNER_NOT_PINNED
    assert found.trust_list is None


def test_a_newer_list_takes_the_place_of_the_last():
    here = world()
    here.walk()
    here.lists[LU] = signed(Draft(sequence=8, issued=NOW - DAY))
    assert here.walk()[LU].trust_list.sequence == 8
    assert here.known(LU).sequence == 8


# Pivots -----------------------------------------------------------------------------


def pivot(sequence: int, *next_signers, **changes) -> Draft:
    old = NOW - 300 * DAY + dt.timedelta(days=sequence)
    terms = {"sequence": sequence, "issued": old, "next_update": old + 180 * DAY}
    return list_of_lists([to_itself(*next_signers)], **(terms | changes))


def handed_over() -> World:
    """The list is signed by a new signer; two pivots hand over to him."""
    lotl = list_of_lists(
        [to_itself(NEW_LOTL_SIGNER), TO_LU],
        sequence=9,
        information=(PIVOT.format(2), PIVOT.format(1), "https://union.eu/notice"),
    )
    return World(
        {
            LOTL: signed(lotl, NEW_LOTL_SIGNER),
            PIVOT.format(1): signed(pivot(1, OPERATOR), LOTL_SIGNER),
            PIVOT.format(2): signed(pivot(2, NEW_LOTL_SIGNER), OPERATOR),
            LU: signed(Draft()),
        }
    )


@pytest.mark.spec("ETSI TS 119 615 4.1")
def test_a_new_signer_is_believed_over_the_pivots_that_hand_over_to_him():
    here = handed_over()
    found = here.walk()
    assert reasons(found) == {LOTL: Reason.ACCEPTED, LU: Reason.ACCEPTED}
    assert here.fetched[:3] == [LOTL, PIVOT.format(1), PIVOT.format(2)]


def test_a_pivot_signed_by_somebody_else_breaks_the_way():
    here = handed_over()
    forged = signed(pivot(2, NEW_LOTL_SIGNER), STRANGER)
    here.lists[PIVOT.format(2)] = forged
    assert reasons(here.walk()) == {LOTL: Reason.SIGNER_NOT_PINNED}


def test_a_pivot_that_is_missing_breaks_the_way():
    here = handed_over()
    del here.lists[PIVOT.format(1)]
    assert reasons(here.walk()) == {LOTL: Reason.SIGNER_NOT_PINNED}


def test_pivots_of_before_the_configured_signers_are_passed_over():
    here = handed_over()
    later = replace(UNION, signers=(OPERATOR.certificate,))
    assert reasons(here.walk(later))[LOTL] is Reason.ACCEPTED


def test_pivots_elsewhere_than_beside_the_list_are_not_asked_for():
    lotl = list_of_lists(
        [], information=("http://127.0.0.1/pivot.xml", "https://evil.eu/lists/p.xml")
    )
    here = World({LOTL: signed(lotl, STRANGER)})
    assert reasons(here.walk()) == {LOTL: Reason.SIGNER_NOT_PINNED}
    assert here.fetched == [LOTL]


def test_no_more_pivots_than_the_bound_are_asked_for():
    many = tuple(PIVOT.format(number) for number in range(40))
    here = World({LOTL: signed(list_of_lists([], information=many), STRANGER)})
    here.walk(bounds=WalkBounds(most_pivots=4))
    assert len(here.fetched) == 5


def test_the_last_good_copy_is_reached_over_its_pivots_too():
    here = handed_over()
    here.walk()
    del here.lists[LOTL]
    found = here.walk()[LOTL]
    assert found.decision.is_accepted
    assert found.problem.reason is Reason.TRUST_LIST_UNAVAILABLE

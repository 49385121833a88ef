"""Rules are kept over windows that slide, by all processes, and told once.

Spec: eHDSI CP-059 / fact sheet 06 4.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from ncp.audit import HumanRequestor, Side
from ncp.errors import Refusal
from ncp.ihe.codes import Transaction
from ncp.restraint import (
    STANDARD,
    Action,
    Asker,
    Counted,
    HeldBack,
    Per,
    Rule,
    RuleSet,
    Seen,
    Watch,
)
from ncp.store import DataKey, Store, restraints
from ncp.store.readers import read_plainly
from tests.clocks import SetClock
from trust.identifiers import CountryCode, Oid, PatientId

WINDOW = timedelta(minutes=15)
DK, FR = CountryCode("DK"), CountryCode("FR")
BOTH = frozenset(Side)
_NUMBERS = count(1)


class Process:
    """One process of a gateway that has these rules."""

    def __init__(self, folder: Path, clock: SetClock, *rules: Rule) -> None:
        self.store = Store.open(
            f"sqlite:///{folder}/store.db", DataKey(bytes(32)), clock
        )
        self.store.migrate()
        self.clock = clock
        self.noticed: list[tuple[str, str, bool]] = []
        self.watch = Watch(
            RuleSet(rules),
            self.store.restraints,
            clock,
            "LU-1",
            lambda rule, side, *, is_new: self.noticed.append((rule, side, is_new)),
        )

    def see(self, *, times: int = 1, **what: object) -> None:
        """Admit so many requests, and note what came of each."""
        for _ in range(times):
            seen = request(**what)
            self.watch.admit(seen)
            self.note(seen)

    def note(self, seen: Seen) -> None:
        with self.store.unit_of_work() as work:
            self.watch.note(work, seen)
            work.commit()

    def alerts(self) -> int:
        return sum(1 for entry in self.store.audit_trail() if entry.event == "abuse")


def request(
    happened: Counted | None = Counted.REQUESTS,
    *,
    who: str = "doctor-1",
    country: CountryCode = DK,
    place: str = "urn:oid:1.2.208.7",
    patient: str = "1893120105732",
    transaction: Transaction = Transaction.ITI_55,
    side: Side = Side.A,
) -> Seen:
    human = HumanRequestor(f"<{who}@urn:idp:DK:countryB>", "Jane Canary", "2212", "D")
    about = (PatientId(Oid("1.3.182.4.4"), patient),)
    asker = Asker(country, country, place, "Hospital", who, human)
    happenings = frozenset() if happened is None else frozenset({happened})
    return Seen(side, transaction, asker, about, about, happenings)


def rule(
    counts: Counted = Counted.REQUESTS,
    per: Per = Per.PROFESSIONAL,
    action: Action = Action.THROTTLE,
    most: int = 3,
    **changes: object,
) -> Rule:
    name = f"rule-{next(_NUMBERS)}"
    return Rule(name, BOTH, counts, per, most, WINDOW, action, **changes)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 3, 1, 9, 30, tzinfo=UTC))


@pytest.fixture
def start(tmp_path, clock) -> Iterator[object]:
    """Starts processes on one store; ends them."""
    started: list[Process] = []

    def start_one(*rules: Rule) -> Process:
        started.append(Process(tmp_path, clock, *rules))
        return started[-1]

    yield start_one
    for process in started:
        process.store.close()


def is_held(process: Process, **what: object) -> bool:
    try:
        process.watch.admit(request(**what))
    except HeldBack:
        return True
    return False


# What becomes of who breaks a rule ---------------------------------------------------


def test_an_alert_is_told_once_in_a_window_and_holds_nobody_back(start, clock):
    process = start(rule(action=Action.ALERT))
    process.see(times=3)
    assert process.alerts() == 0, "so many are borne"
    process.see(times=9)
    assert process.alerts() == 1
    clock.advance(minutes=16)
    process.see(times=3)
    assert process.alerts() == 1
    process.see()
    assert process.alerts() == 2


def test_who_is_throttled_asks_again_as_soon_as_there_is_room(start, clock):
    process = start(rule())
    for _ in range(3):
        process.see()
        clock.advance(minutes=4)
    assert is_held(process)
    clock.advance(minutes=3)
    process.see()
    assert is_held(process), "the window slides: two of before count still"
    assert process.alerts() == 1, "the same is not told again within a window"
    clock.advance(minutes=4)
    assert not is_held(process)


def test_who_is_blocked_waits_for_the_whole_block(start, clock):
    process = start(rule(action=Action.BLOCK, lasts=timedelta(hours=2)))
    process.see(times=3)
    clock.advance(hours=1, minutes=59)
    assert is_held(process)
    clock.advance(minutes=1)
    assert not is_held(process)


def test_a_block_without_an_end_ends_when_it_is_lifted(start, clock):
    process = start(rule(action=Action.BLOCK, lasts=None))
    process.see(times=3)
    clock.advance(days=4000)
    process.store.purge(clock.now())
    assert is_held(process)
    (hold,) = process.store.restraints.all()
    process.store.restraints.lift(hold.reference)
    process.see(times=2)
    assert not is_held(process), "what led to it is forgotten too"


def test_who_is_held_back_is_told_the_same_whatever_is_asked(start):
    process = start(rule(Counted.UNKNOWN_PATIENTS))
    process.see(times=3, happened=Counted.UNKNOWN_PATIENTS)
    with pytest.raises(HeldBack) as one:
        process.watch.admit(request(patient="1893120105732"))
    with pytest.raises(HeldBack) as other:
        process.watch.admit(request(patient="1972121434125"))
    assert one.value.public_message == other.value.public_message
    assert one.value.refusal is Refusal.RESPONDER_BUSY
    assert "Canary" not in f"{one.value.public_message}{one.value.remedy}"


def test_what_was_noticed_is_counted(start):
    kept = rule()
    process = start(kept)
    process.see(times=3)
    assert is_held(process)
    assert process.noticed == [(kept.name, "A", True), (kept.name, "A", False)]


# Whose things are counted together ---------------------------------------------------


@pytest.mark.parametrize(
    ("per", "another"),
    [
        (Per.COUNTRY, {"country": FR}),
        (Per.ORGANISATION, {"place": "urn:oid:1.2.208.8"}),
        (Per.PROFESSIONAL, {"who": "doctor-2"}),
        (Per.PATIENT, {"patient": "1972121434125"}),
        (Per.COUNTRY_AND_PATIENT, {"country": FR}),
        (Per.COUNTRY_AND_PATIENT, {"patient": "1972121434125"}),
        (Per.GATEWAY, {"side": Side.B}),
    ],
)
def test_one_who_breaks_a_rule_does_not_keep_another_from_asking(start, per, another):
    process = start(rule(per=per))
    process.see(times=3)
    assert is_held(process)
    assert not is_held(process, **another)


def test_two_countries_may_call_their_people_and_houses_the_same(start):
    process = start(rule(per=Per.PROFESSIONAL), rule(per=Per.ORGANISATION))
    process.see(times=3)
    assert not is_held(process, country=FR)


def test_a_rule_holds_back_only_what_it_counts(start):
    process = start(rule(transactions=frozenset({Transaction.ITI_55})))
    process.see(times=3)
    assert is_held(process)
    assert not is_held(process, transaction=Transaction.ITI_39)


# Patterns ----------------------------------------------------------------------------


def test_the_same_thing_counts_once(start):
    process = start(rule(Counted.UNKNOWN_IDENTIFIERS))
    process.see(times=9, happened=Counted.UNKNOWN_IDENTIFIERS)
    assert not is_held(process)
    for number in range(2):
        process.see(happened=Counted.UNKNOWN_IDENTIFIERS, patient=f"different-{number}")
    assert is_held(process)


def test_what_was_there_lately_is_in_the_window_however_long_it_is_there(start, clock):
    process = start(rule(Counted.POINTS_OF_CARE, action=Action.ALERT, most=1))
    for _ in range(15):
        process.see(happened=Counted.POINTS_OF_CARE)
        clock.advance(minutes=2)
    process.see(happened=Counted.POINTS_OF_CARE, place="elsewhere")
    assert process.alerts() == 1


def test_a_place_of_before_the_window_is_none(start, clock):
    process = start(rule(Counted.POINTS_OF_CARE, action=Action.ALERT, most=1))
    process.see(happened=Counted.POINTS_OF_CARE)
    clock.advance(minutes=16)
    process.see(happened=Counted.POINTS_OF_CARE, place="elsewhere")
    assert process.alerts() == 0


def test_who_counts_identifiers_up_is_noticed_known_or_not(start):
    process = start(rule(Counted.NEIGHBOURING_IDENTIFIERS))
    for number in range(4):
        process.see(
            happened=Counted.NEIGHBOURING_IDENTIFIERS, patient=f"18931201057{number}0"
        )
    assert is_held(process)


def test_who_asks_for_people_as_they_come_is_not(start):
    process = start(rule(Counted.NEIGHBOURING_IDENTIFIERS))
    for number in range(9):
        process.see(
            happened=Counted.NEIGHBOURING_IDENTIFIERS, patient=f"18931{number}0105700"
        )
    process.see(
        times=9, happened=Counted.NEIGHBOURING_IDENTIFIERS, patient="1972121434125"
    )
    assert not is_held(process)


def test_patients_who_are_treated_are_no_longer_unfollowed(start):
    process = start(rule(Counted.UNFOLLOWED_PATIENTS))
    people = ["1893120105732", "1972121434125", "1950061312345"]
    for patient in people[:2]:
        process.see(happened=Counted.UNFOLLOWED_PATIENTS, patient=patient)
    process.see(happened=None, patient=people[0], transaction=Transaction.ITI_38)
    process.see(happened=Counted.UNFOLLOWED_PATIENTS, patient=people[2])
    assert not is_held(process)
    process.see(happened=Counted.UNFOLLOWED_PATIENTS, patient=people[0])
    assert is_held(process)


# Processes and restarts --------------------------------------------------------------


def test_processes_count_together_and_hold_back_together(start):
    kept = rule()
    one, other = start(kept), start(kept)
    one.see(times=2)
    other.see()
    assert is_held(one)
    assert is_held(other)
    assert one.alerts() == 1


def test_what_two_processes_count_at_once_is_noticed_by_the_next(start):
    """Neither sees what the other is about to commit; nothing of it is lost."""
    kept = rule()
    one, other = start(kept), start(kept)
    one.see()
    seen = request()
    with one.store.unit_of_work() as work, other.store.unit_of_work() as another:
        one.watch.note(work, seen)
        other.watch.note(another, seen)
        work.commit()
        another.commit()
    one.see()
    assert is_held(one)
    assert is_held(other)


def test_a_restart_forgets_nothing(start):
    kept = rule()
    process = start(kept)
    process.see(times=2)
    process.store.close()
    again = start(kept)
    again.see()
    again.store.close()
    assert is_held(start(kept))


def test_setting_the_clock_back_frees_nobody_and_keeps_nobody_for_longer(start, clock):
    process = start(rule())
    process.see(times=3)
    clock.advance(days=-3)
    assert is_held(process)
    clock.advance(minutes=15)
    assert not is_held(process)


# What it costs -----------------------------------------------------------------------


def test_however_many_rules_there_are_an_exchange_asks_the_store_once(
    start, monkeypatch
):
    asked = []

    def counting(engine, statements):
        asked.append(tuple(statements))
        return read_plainly(engine, asked[-1])

    process = start(*STANDARD)
    monkeypatch.setattr(restraints, "read_plainly", counting)
    process.note(replace(request(), happened=frozenset(Counted)))
    ((one,),) = asked
    assert one[0].count("restraint_counts") > 5


# The alert ---------------------------------------------------------------------------


@pytest.mark.spec("eHDSI CP-059")
@pytest.mark.parametrize(
    ("per", "code"),
    [
        (Per.GATEWAY, "WARNING_SEC_UNEXPECTED_NUMBER_OF_REQUESTS"),
        (
            Per.PATIENT,
            "WARNING_SEC_UNEXPECTED_NUMBER_OF_REQUESTS_FOR_UNIQUE_PATIENT",
        ),
        (
            Per.ORGANISATION,
            "WARNING_SEC_UNEXPECTED_NUMBER_OF_REQUESTS_FOR_UNIQUE_POINT_OF_CARE",
        ),
    ],
)
def test_an_alert_bears_the_code_of_what_it_counts(start, per, code):
    process = start(rule(per=per, action=Action.ALERT))
    process.see(times=4)
    (alert,) = process.store.audit_trail()
    assert f'csd-code="{code}"'.encode() in alert.dicom
    assert b"1893120105732" not in alert.dicom, "who the patient is stands elsewhere"

"""What is counted against abuse is durable, shared, and tells nobody who it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from ncp.store import (
    ENDLESS,
    Count,
    DataKey,
    Hold,
    KnownItems,
    NewestItems,
    NthNewest,
    Store,
    StoreUnavailable,
)

WINDOW = timedelta(minutes=15)
LONG_AGO = timedelta(days=9)


def count(store, thing: str, *items: str, times: int = 1) -> None:
    with store.unit_of_work() as work:
        for item in items or ("",) * times:
            work.count([Count(thing, WINDOW, item)])
        work.commit()


def hold(clock, thing: str, reference: str = "r1", **changes) -> Hold:
    values = {
        "thing": thing,
        "reference": reference,
        "rule": "wrong-keys",
        "side": "A",
        "per": "country-and-patient",
        "action": "throttle",
        "country": "DK",
        "since": clock.now(),
        "until": clock.now() + WINDOW,
        "told_until": clock.now() + WINDOW,
        "counted": 5,
    } | changes
    return Hold(**values)


def keep(store, *holds: Hold) -> None:
    with store.unit_of_work() as work:
        for each in holds:
            work.hold(each)
        work.commit()


def nth_newest(store, thing, nth, since):
    question = NthNewest(thing, nth, since)
    return store.restraints.ask([], [question]).nth_newest(question)


def newest(store, thing, most, since):
    question = NewestItems(thing, most, since)
    return store.restraints.ask([], [question]).newest(question)


def known(store, thing, items, since):
    question = KnownItems(thing, items, since)
    return store.restraints.ask([], [question]).known(question)


def rows_of(store, table: str) -> list:
    with store._engine.connect() as connection:
        return list(connection.execute(text(f"SELECT * FROM {table}")))


def test_the_nth_newest_says_whether_there_were_so_many(store, clock):
    begun = clock.now()
    for _ in range(3):
        count(store, "a")
        clock.advance(minutes=1)
    since = begun - WINDOW
    assert nth_newest(store, "a", 3, since) == begun
    assert nth_newest(store, "a", 4, since) is None
    assert nth_newest(store, "a", 3, begun) is None, "what is over does not count"
    assert nth_newest(store, "b", 1, since) is None


def test_what_counts_once_is_known_by_its_newest(store, clock):
    first = clock.now()
    count(store, "a", "x", "y")
    clock.advance(minutes=1)
    count(store, "a", "x")
    name, since = store.restraints.ask([]).name, first - WINDOW
    assert newest(store, "a", 9, since) == {name("x"): clock.now(), name("y"): first}
    assert list(newest(store, "a", 1, since)) == [name("x")]
    assert known(store, "a", ("x", "z"), since) == {"x"}
    assert known(store, "a", (), since) == set()


def test_many_questions_are_answered_as_one_is(store, clock):
    """More than fit into one statement."""
    for number in range(3):
        count(store, f"thing-{number}")
    keep(store, hold(clock, "thing-99"))
    since = clock.now() - WINDOW
    asked = [NthNewest(f"thing-{number}", 1, since) for number in range(100)]
    answers = store.restraints.ask([f"thing-{number}" for number in range(100)], asked)
    found = [answers.nth_newest(question) for question in asked]
    assert found == [clock.now()] * 3 + [None] * 97
    assert answers.holds.keys() == {"thing-99"}


def test_counts_and_holds_of_before_a_change_of_the_data_key_are_found(
    url, data_key, clock
):
    since = clock.now() - WINDOW
    with Store.open(url, data_key, clock) as store:
        store.migrate()
        count(store, "a")
        keep(store, hold(clock, "a"))
    new = DataKey(b"n" * 32)
    with Store.open(url, new, clock, retired_keys=[data_key]) as store:
        count(store, "a")
        assert nth_newest(store, "a", 2, since) == clock.now()
        assert store.restraints.holds(["a"]).keys() == {"a"}


def test_an_item_is_forgotten_without_the_others(store, clock):
    count(store, "a", "x", "y")
    with store.unit_of_work() as work:
        work.uncount("a", "x")
        work.commit()
    assert known(store, "a", ("x", "y"), clock.now() - WINDOW) == {"y"}


def test_what_is_not_committed_is_not_counted(store, clock):
    with store.unit_of_work() as work:
        work.count([Count("a", WINDOW)])
        work.hold(hold(clock, "a"))
    assert nth_newest(store, "a", 1, clock.now() - WINDOW) is None
    assert store.restraints.holds(["a"]) == {}


def test_a_restart_forgets_neither_counts_nor_holds(open_store, clock):
    with open_store() as store:
        count(store, "a")
        keep(store, hold(clock, "a"))
    with open_store() as store:
        assert nth_newest(store, "a", 1, clock.now() - WINDOW)
        assert store.restraints.holds(["a", "b"]).keys() == {"a"}


def test_processes_on_one_database_know_the_same(open_store, clock):
    one, other = open_store(), open_store()
    count(one, "a")
    count(other, "a")
    keep(one, hold(clock, "a"))
    assert nth_newest(other, "a", 2, clock.now() - WINDOW)
    assert other.restraints.holds(["a"])["a"].reference == "r1"
    assert other.restraints.lift("r1")
    assert one.restraints.holds(["a"]) == {}


def test_of_several_holds_the_longest_counts(store, clock):
    longest = hold(clock, "a", "r2", until=ENDLESS, told_until=ENDLESS)
    keep(store, hold(clock, "a"), longest, hold(clock, "a", "r3"))
    assert store.restraints.holds(["a"])["a"].reference == "r2"
    assert store.restraints.holds(["a"])["a"].is_endless


def test_what_is_over_is_remembered_so_that_it_is_not_told_again(store, clock):
    until = clock.now() + timedelta(minutes=2)
    keep(store, hold(clock, "a", until=until))
    clock.advance(minutes=5)
    assert store.restraints.all() == []
    assert store.restraints.holds(["a"])["a"].until == until
    clock.advance(minutes=10)
    assert store.restraints.holds(["a"]) == {}


def test_setting_the_clock_back_neither_frees_nor_keeps_for_longer(store, clock):
    keep(store, hold(clock, "a"))
    clock.moment -= LONG_AGO
    found = store.restraints.holds(["a"])["a"]
    assert (found.since, found.until) == (clock.now(), clock.now() + WINDOW)
    clock.advance(minutes=15)
    assert store.restraints.holds(["a"]) == {}


def test_what_is_lifted_takes_what_led_to_it_along(store, clock):
    count(store, "a")
    count(store, "b")
    # Two processes may notice the same at one time.
    keep(store, hold(clock, "a"), hold(clock, "a", "r2"))
    assert store.restraints.lift("r1")
    assert store.restraints.all() == []
    since = clock.now() - WINDOW
    assert nth_newest(store, "a", 1, since) is None
    assert nth_newest(store, "b", 1, since)
    assert not store.restraints.lift("r1")


def test_nobody_can_be_read_from_the_database(store, clock):
    count(store, "doctor-1893120105732", "patient-1893120105732")
    keep(store, hold(clock, "doctor-1893120105732"))
    kept = rows_of(store, "restraint_counts") + rows_of(store, "restraint_holds")
    assert len(kept) == 2
    assert "1893120105732" not in str(kept)


def test_everything_goes_when_its_time_is_over(store, clock):
    count(store, "a")
    keep(store, hold(clock, "a"))
    clock.advance(minutes=16)
    store.purge(clock.now())
    assert rows_of(store, "restraint_counts") == []
    assert rows_of(store, "restraint_holds") == []


def test_where_nobody_knows_nothing_is_told(store, clock):
    with store._engine.begin() as connection:
        connection.execute(text("DROP TABLE restraint_counts"))
        connection.execute(text("DROP TABLE restraint_holds"))
    book, now = store.restraints, clock.now()
    for ask in (
        lambda: book.holds(["a"]),
        lambda: nth_newest(store, "a", 1, now),
        lambda: newest(store, "a", 1, now),
        lambda: known(store, "a", ("x",), now),
        lambda: count(store, "a"),
        lambda: keep(store, hold(clock, "a")),
    ):
        with pytest.raises(StoreUnavailable):
            ask()

"""Who says nothing for long is noticed; nobody is where everything stood still."""

from __future__ import annotations

from ncp.workers.watch import Watch


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def watching() -> tuple[Seconds, Watch]:
    seconds = Seconds()
    return seconds, Watch(seconds, look_s=10, most_missed=12)


def looks(seconds: Seconds, watch: Watch, number: int, *speaking: int) -> list[int]:
    """Look so many times while some speak; return who was found to hang."""
    found: list[int] = []
    for _ in range(number):
        seconds.now += 10
        for pid in speaking:
            watch.heard(pid)
        found += watch.hung([1, 2])
    return found


def test_of_whom_nothing_was_heard_at_twelve_looks_hangs():
    seconds, watch = watching()
    assert looks(seconds, watch, 11, 1) == []
    assert looks(seconds, watch, 1, 1) == [2]


def test_one_word_is_enough_to_be_alive():
    seconds, watch = watching()
    looks(seconds, watch, 11, 1)
    assert looks(seconds, watch, 1, 1, 2) == []
    assert looks(seconds, watch, 11, 1) == []


def test_between_two_looks_nobody_misses_anything():
    seconds, watch = watching()
    seconds.now += 9.9
    assert round(watch.seconds_left(), 3) == 0.1
    assert [watch.hung([1]) for _ in range(99)] == [()] * 99


def test_where_everything_stood_still_nobody_hangs():
    seconds, watch = watching()
    seconds.now += 86_400
    assert watch.seconds_left() == 0
    assert watch.hung([1, 2]) == ()
    assert watch.seconds_left() == 10


def test_a_process_that_gets_the_number_of_a_dead_one_begins_anew():
    seconds, watch = watching()
    looks(seconds, watch, 11, 1)
    watch.forget(2)
    assert looks(seconds, watch, 11, 1) == []

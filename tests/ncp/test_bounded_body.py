"""A body is read within its size and until its moment, and no further."""

from __future__ import annotations

import itertools

import pytest

from ncp.bounded_body import BodyTooLarge, BodyTooSlow, read_body

SOON = 10.0


class Pieces:
    """An answer whose parts come one at a time, each after a second."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = list(parts)
        self.now = 0.0

    def read1(self, amt: int, decode_content: bool) -> bytes:
        assert amt > 0
        assert not decode_content
        self.now += 1.0
        return self._parts.pop(0) if self._parts else b""

    def left(self) -> int:
        return len(self._parts)

    def read(self, most_bytes: int, deadline: float) -> bytes:
        return read_body(self, most_bytes, deadline, lambda: self.now)


def test_all_that_comes_is_given_as_one():
    assert Pieces(b"one ", b"and ", b"another").read(100, SOON) == b"one and another"


def test_an_answer_may_be_empty():
    assert Pieces().read(0, SOON) == b""


def test_as_many_bytes_as_are_allowed_are_taken():
    assert Pieces(b"12", b"345").read(5, SOON) == b"12345"


def test_a_byte_more_is_refused_and_the_rest_stays_unread():
    answer = Pieces(b"12", b"3456", b"789")
    with pytest.raises(BodyTooLarge):
        answer.read(5, SOON)
    assert answer.left() == 1


def test_what_comes_at_the_last_moment_is_taken():
    assert Pieces(b"1", b"2").read(5, deadline=2.0) == b"12"


def test_what_drips_past_the_moment_is_given_up_and_the_rest_stays_unread():
    answer = Pieces(b"1", b"2", b"3", b"4")
    with pytest.raises(BodyTooSlow):
        answer.read(5, deadline=2.0)
    assert answer.left() == 1


def test_an_answer_without_end_is_not_read_for_ever():
    class Endless:
        def read1(self, amt: int, decode_content: bool) -> bytes:
            return b"x"

    ticks = itertools.count()
    with pytest.raises(BodyTooSlow):
        read_body(Endless(), 1_000, 100, lambda: float(next(ticks)))


def test_who_waits_for_any_time_out_hears_of_this_one():
    assert issubclass(BodyTooSlow, TimeoutError)

from __future__ import annotations

import threading

import pytest

from ncp.store.promise import Promise


def test_whoever_claims_first_decides():
    promise: Promise[int] = Promise()
    assert promise.claim()
    assert not promise.claim()


def test_who_waits_gets_what_was_promised():
    promise: Promise[int] = Promise()
    got: list[int] = []

    def waiting() -> None:
        assert promise.wait(30)
        got.append(promise.result())

    threads = [threading.Thread(target=waiting) for _ in range(3)]
    for thread in threads:
        thread.start()
    promise.keep(7)
    for thread in threads:
        thread.join(30)
    assert got == [7, 7, 7]
    assert promise.is_settled


def test_who_waits_is_told_why_there_is_nothing():
    promise: Promise[int] = Promise()
    promise.fail(KeyError("mine"))
    assert promise.wait(30)
    with pytest.raises(KeyError, match="mine"):
        promise.result()


def test_who_waits_too_long_is_told_so():
    promise: Promise[int] = Promise()
    assert not promise.wait(0.001)
    assert not promise.is_settled

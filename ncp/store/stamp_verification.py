"""Finds time stamps that do not belong to the heads they stand with.

Spec: RFC 3161 §2.2 / ``ncp.store.log_verification``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ncp.evidence.head_stamps import StampCheck, judge_head_stamp
from ncp.evidence.tree_head import SignedTreeHead
from ncp.store.time_stamps import HeadStamp, stamps_in
from trust.decision import TrustRefused


@dataclass(frozen=True, slots=True)
class StampReport:
    """What was found of the time stamps.

    Attributes
    ----------
    count
        How many there are.
    are_judged
        Whether it is known whose stamps are believed.
    newest
        The size of the largest head whose stamp is believed, and what that says.
    wrong
        Sizes of the heads whose stamps are not believed, each with why.
    """

    count: int = 0
    are_judged: bool = False
    newest: tuple[int, datetime] | None = None
    wrong: tuple[tuple[int, str], ...] = ()


def verify_stamps(
    connection: Connection, heads: Iterable[SignedTreeHead], check: StampCheck | None
) -> StampReport:
    """Judge every stamp that is stored, and every one that was kept elsewhere.

    Parameters
    ----------
    heads
        Those that are stored.
    """
    stored = list(stamps_in(connection))
    if check is None:
        return StampReport(len(stored))
    by_size = {each.head.size: each for each in heads}
    found = [*_of_stored(stored, by_size, check), *_of_kept(check)]
    believed = [(size, told) for size, told in found if isinstance(told, datetime)]
    return StampReport(
        len(found),
        are_judged=True,
        newest=max(believed, default=None),
        wrong=tuple((size, told) for size, told in found if isinstance(told, str)),
    )


def _of_stored(
    stamps: Iterable[HeadStamp],
    heads: Mapping[int, SignedTreeHead],
    check: StampCheck,
) -> Iterator[tuple[int, datetime | str]]:
    for stamp in stamps:
        signed = heads.get(stamp.size)
        if signed is None:
            yield stamp.size, "there is no head of this size"
            continue
        found = _judged(signed, stamp.token, check)
        if isinstance(found, datetime) and found != stamp.moment:
            found = "it says another moment than stands with it"
        yield stamp.size, found


def _of_kept(check: StampCheck) -> Iterator[tuple[int, datetime | str]]:
    for signed, token in check.kept:
        yield signed.head.size, _judged(signed, token, check)


def _judged(signed: SignedTreeHead, token: bytes, check: StampCheck) -> datetime | str:
    try:
        return judge_head_stamp(signed, token, check.judge).moment
    except TrustRefused as refused:
        return refused.sentence

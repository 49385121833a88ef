"""Time stamps on signed heads: what they are on, and when one is believed.

Spec: RFC 3161 / sheet 06 §3.4 (a stamp on a signed tree head).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from ncp.evidence.tree_head import SignedTreeHead
from trust.decision import Reason, TrustRefused

if TYPE_CHECKING:
    # What reads stamps is loaded where there are any.
    from trust.timestamps import TimeStamp

TOLERANCE: Final = timedelta(minutes=5)
"""How far the clocks of the authority and of the gateway may be apart."""

JudgeStamp: TypeAlias = "Callable[[bytes, bytes], TimeStamp]"
"""Judges a token about data; raises TrustRefused."""


@dataclass(frozen=True, slots=True)
class StampCheck:
    """By what stamps are judged, and those that were kept with heads elsewhere."""

    judge: JudgeStamp
    kept: Sequence[tuple[SignedTreeHead, bytes]] = ()


def judge_head_stamp(
    signed: SignedTreeHead, token: bytes, judge: JudgeStamp
) -> TimeStamp:
    """Return what a token proves about a head, as it was published.

    Raises
    ------
    TrustRefused
        It is not believed, or is older than the head.
    """
    stamp = judge(token, signed.published_bytes())
    if stamp.moment < signed.head.moment - TOLERANCE:
        raise TrustRefused(
            Reason.SIGNATURE_FORM_REFUSED, "the time stamp is older than the head"
        )
    return stamp

"""A time-stamping authority beside a store, and what judges its stamps."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from ncp.errors import NationalError, Refusal
from ncp.evidence.head_stamps import JudgeStamp
from ncp.jobs.time_stamping import StampAuthority
from tests.trust.timestamps.tsa import Tsa, authority_of
from trust.certificates.hanko import HankoPathValidator
from trust.identifiers import Oid
from trust.timestamps import judge_time_stamp

ROOT = authority_of()
JUDGE: JudgeStamp = partial(
    judge_time_stamp, authorities=(ROOT,), validator=HankoPathValidator()
)


class TsaLine:
    """Asks an authority of tests, or finds it down; counts the questions."""

    def __init__(self, tsa: Tsa | None) -> None:
        self.tsa = tsa
        self.asked = 0

    def ask(self, query: bytes) -> bytes:
        self.asked += 1
        if self.tsa is None:
            raise NationalError(Refusal.NATIONAL_UNAVAILABLE, "nobody is there")
        return self.tsa.answer(query)


def tsa_at(moment: datetime, **changes: object) -> Tsa:
    """An authority whose clock shows whole seconds of this moment."""
    return Tsa(moment=moment.replace(microsecond=0), **changes)


def authority(line: TsaLine, policy: Oid | None = None) -> StampAuthority:
    return StampAuthority(line, JUDGE, policy)

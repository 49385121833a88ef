"""Everything certificates are judged by, as one value that is replaced as a whole.

Pins say whose a certificate may be; anchors and revocation say whether that still
holds. A judgement is kept while what it rests on is fresh, so that a message costs a
look-up and no path is built for it. A new set of pins and anchors is a new store, with
no judgement in it; whoever holds the old one goes on with the old one.

Spec: RFC 5280 §6 / eHDSI X.509 profile / fact sheet 02 §6.2, §8.1.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from trust.certificates.anchors import AnchorStore
from trust.certificates.hearing import Hearing
from trust.certificates.judgement import Judgement
from trust.certificates.path import NoPaths, PathValidator
from trust.certificates.pins import PinStore
from trust.certificates.purposes import Purpose
from trust.certificates.terms import WITHOUT_REVOCATION, RevocationTerms

_MAX_KEPT: Final = 1_024


class TrustStore:
    """Pins, anchors and revocation of one generation; safe to share by threads."""

    def __init__(
        self,
        pins: PinStore,
        anchors: AnchorStore | None = None,
        paths: PathValidator | None = None,
        revocation: RevocationTerms = WITHOUT_REVOCATION,
    ) -> None:
        self.pins = pins
        self._hearing = Hearing(
            pins, anchors or AnchorStore(), paths or NoPaths(), revocation
        )
        self._kept: dict[tuple[bytes, Purpose], Judgement] = {}

    def judge(self, der: bytes, purpose: Purpose, now: datetime) -> Judgement:
        """Return what is to be thought of a certificate for this purpose."""
        key = (der, purpose)
        kept = self._kept.get(key)
        if kept is not None and kept.holds_at(now):
            return kept
        return self._judge_anew(key, now)

    def renew(self, now: datetime) -> int:
        """Judge again what is about to become stale; return how many.

        To be called now and then in the background, so that no message has to wait for
        a responder.
        """
        # A copy: messages are judged meanwhile.
        due = [key for key, kept in list(self._kept.items()) if kept.renew_at <= now]
        for key in due:
            self._judge_anew(key, now)
        return len(due)

    def _judge_anew(self, key: tuple[bytes, Purpose], now: datetime) -> Judgement:
        judgement = self._hearing.hear(*key, now)
        if judgement.good_until > now:
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            self._kept[key] = judgement
        return judgement

"""Counts one more of what a rule counts, and says when it is too many.

Spec: fact sheet 06 4.3 (sliding windows; enumeration).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ncp.restraint.neighbours import place_of
from ncp.restraint.rules import Counted, Rule
from ncp.restraint.seen import Seen
from ncp.store import Count, RestraintBook

# How often in a window it is noted that something was there again.
_REFRESHED: Final = 16


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of one commit, beside those that are in the store already.

    Attributes
    ----------
    counted
        What is to be written with it.
    """

    book: RestraintBook
    seen: Seen
    now: datetime
    counted: list[Count] = field(default_factory=list)

    def broken_since(self, rule: Rule, thing: str) -> datetime | None:
        """Count for one of those a rule is about; None where the rule is not broken.

        Otherwise the moment of the oldest of those that are too many together.
        """
        if (
            rule.counts is Counted.NEIGHBOURING_IDENTIFIERS
            and not self._is_near_another(rule, thing)
        ):
            return None
        counted = self._distinct if rule.counts.is_distinct else self._simple
        return counted(rule, thing)

    def _simple(self, rule: Rule, thing: str) -> datetime | None:
        self.counted.extend([Count(thing, rule.window)])
        before = _too_many(rule) - 1
        if not before:
            return self.now
        return self.book.nth_newest(thing, before, self.now - rule.window)

    def _distinct(self, rule: Rule, thing: str) -> datetime | None:
        """Likewise, of what counts once however often it comes."""
        book = self.book
        known = book.items(thing, rule.most + 1, self.now - rule.window)
        items = {book.item_name(item): item for item in self.seen.items(rule.counts)}
        # What comes all the time is not written down each time.
        stale = self.now - rule.window / _REFRESHED
        fresh = [
            item for name, item in items.items() if known.get(name, stale) <= stale
        ]
        self.counted.extend([Count(thing, rule.window, item) for item in fresh])
        if len(known.keys() | items.keys()) < _too_many(rule):
            return None
        return min((*known.values(), self.now))

    def _is_near_another(self, rule: Rule, thing: str) -> bool:
        """Tell whether somebody next to one of these was asked for, and note them."""
        asked, window = f"{thing}\nasked", rule.window
        places = [place for place in map(place_of, self.seen.asked) if place]
        names = [name for place in places for name in (*place.own, *place.beside)]
        known = self.book.known(asked, names, self.now - window)
        own = {name for place in places for name in place.own} - known
        self.counted.extend([Count(asked, window, name) for name in sorted(own)])
        return any(place.is_near(known) for place in places)


def _too_many(rule: Rule) -> int:
    """Return at how many a rule is broken: ``most`` holds back what comes then."""
    return rule.most if rule.holds_back else rule.most + 1

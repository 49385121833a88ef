"""Counts one more of what a rule counts, and says when it is too many.

Spec: fact sheet 06 4.3 (sliding windows; enumeration).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final

from ncp.restraint.neighbours import Place
from ncp.restraint.rules import Counted, Rule
from ncp.restraint.seen import Seen
from ncp.store import (
    Answers,
    Count,
    KnownItems,
    NewestItems,
    NthNewest,
    Question,
)

# How often in a window it is noted that something was there again.
_REFRESHED: Final = 16


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of an exchange by one rule.

    Attributes
    ----------
    counted
        What is to be counted with it.
    begun
        The moment of the oldest of those that are too many together; None where the
        rule is not broken.
    """

    counted: list[Count]
    begun: datetime | None = None


@dataclass(frozen=True)
class Tally:
    """One rule, for one of those it is about, in one exchange.

    What is in the store already is asked for by ``questions``, those of all tallies of
    an exchange at once.

    Attributes
    ----------
    places
        Where the identifiers stand that were asked for; needed by a rule about
        neighbours, and by no other.
    """

    rule: Rule
    thing: str = field(repr=False)
    seen: Seen
    now: datetime
    places: tuple[Place, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """What it has to know of before."""
        if self.rule.counts.is_distinct:
            return (self._items,)
        before = (self._before,) if _too_many(self.rule) > 1 else ()
        return (self._near, *before) if self._is_of_neighbours else before

    def outcome(self, known: Answers) -> Outcome:
        """Count the exchange, and judge."""
        if self.rule.counts.is_distinct:
            return self._distinct(known)
        if self._is_of_neighbours:
            return self._neighbouring(known)
        return self._simple(known)

    # --- what counts each time -------------------------------------------------------

    def _simple(self, known: Answers) -> Outcome:
        counted = [Count(self.thing, self.rule.window)]
        if _too_many(self.rule) == 1:
            return Outcome(counted, self.now)
        return Outcome(counted, known.nth_newest(self._before))

    @cached_property
    def _before(self) -> NthNewest:
        return NthNewest(self.thing, _too_many(self.rule) - 1, self._since)

    # --- what counts once however often it comes -------------------------------------

    def _distinct(self, known: Answers) -> Outcome:
        rule, newest = self.rule, known.newest(self._items)
        items = {known.name(item): item for item in self.seen.items(rule.counts)}
        # What comes all the time is not written down each time.
        stale = self.now - rule.window / _REFRESHED
        fresh = [
            item for name, item in items.items() if newest.get(name, stale) <= stale
        ]
        counted = [Count(self.thing, rule.window, item) for item in fresh]
        if len(newest.keys() | items.keys()) < _too_many(rule):
            return Outcome(counted)
        return Outcome(counted, min((*newest.values(), self.now)))

    @cached_property
    def _items(self) -> NewestItems:
        return NewestItems(self.thing, self.rule.most + 1, self._since)

    # --- what counts where another one is near ---------------------------------------

    @cached_property
    def _is_of_neighbours(self) -> bool:
        return self.rule.counts is Counted.NEIGHBOURING_IDENTIFIERS

    def _neighbouring(self, known: Answers) -> Outcome:
        """Note who was asked for; count where somebody next to them was before."""
        names, asked = known.known(self._near), self._near.thing
        own = {name for place in self.places for name in place.own} - names
        noted = [Count(asked, self.rule.window, name) for name in sorted(own)]
        if not any(place.is_near(names) for place in self.places):
            return Outcome(noted)
        simple = self._simple(known)
        return Outcome([*noted, *simple.counted], simple.begun)

    @cached_property
    def _near(self) -> KnownItems:
        places = self.places
        names = [name for each in places for name in (*each.own, *each.beside)]
        return KnownItems(f"{self.thing}\nasked", tuple(names), self._since)

    @property
    def _since(self) -> datetime:
        return self.now - self.rule.window


def _too_many(rule: Rule) -> int:
    """Return at how many a rule is broken: ``most`` holds back what comes then."""
    return rule.most if rule.holds_back else rule.most + 1

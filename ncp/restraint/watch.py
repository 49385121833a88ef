"""Watches who asks: lets nobody pass who is held back, and notices who breaks a rule.

What is counted, a rule that is broken and its alert are committed with the record of
the exchange: where they cannot be, no answer leaves. What is already being answered at
the moment a rule is broken is answered.

Spec: eHDSI CP-059 / fact sheet 06 4.3, 6.2 (rate limits) / DICOM PS3.15 A.5.3.11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import structlog

from ncp.audit import AbuseAlert
from ncp.errors import PolicyError, Refusal
from ncp.ihe.codes import Transaction
from ncp.ports import Clock
from ncp.restraint.neighbours import place_of
from ncp.restraint.rules import Action, Counted, Rule, RuleSet
from ncp.restraint.seen import Seen
from ncp.restraint.tally import Tally
from ncp.store import (
    ENDLESS,
    Answers,
    Count,
    Hold,
    HoldSpan,
    KnownItems,
    RestraintBook,
    UnitOfWork,
)

_log = structlog.get_logger(__name__)

_SENTENCES: Final = {
    Counted.REQUESTS: "too many requests were made",
    Counted.UNKNOWN_PATIENTS: "too many unknown patients were asked for",
    Counted.UNKNOWN_IDENTIFIERS: "too many unknown identifiers were asked for",
    Counted.NEIGHBOURING_IDENTIFIERS: "identifiers were asked for one after another",
    Counted.UNFOLLOWED_PATIENTS: "many patients were identified and not treated",
    Counted.WRONG_KEYS: (
        "too many prescription ids or PINs were wrong for this patient"
    ),
    Counted.UNKNOWN_DOCUMENTS: "too many unknown documents were asked for",
    Counted.REFUSED_CONSENTS: "too many patients who do not consent were asked for",
    Counted.EMERGENCIES: "too many emergencies were stated",
    Counted.POINTS_OF_CARE: "one professional asked from too many places",
}
# Whoever guesses is told what a busy gateway tells, so that nothing is learnt of it.
_GUESSES: Final = frozenset({Counted.UNKNOWN_PATIENTS, Counted.WRONG_KEYS})
_REMEDY: Final = (
    "Ask the other side what its software or its staff look for; "
    "`ncp restraint lift` lets them ask again."
)


class HeldBack(PolicyError):  # noqa: N818 - an answer, not a defect
    """Who asks broke a rule and is not answered for a while; ``rule`` names it."""

    def __init__(self, rule: Rule, hold: HoldSpan) -> None:
        refusal = (
            Refusal.RESPONDER_BUSY
            if rule.counts in _GUESSES
            else Refusal.TOO_MANY_REQUESTS
        )
        super().__init__(refusal, f"{_SENTENCES[rule.counts]}; {_until(hold)}", _REMEDY)
        self.rule = rule.name


class Noticed(Protocol):
    """Counts that a rule was broken (``is_new``), or that it held somebody back."""

    def __call__(self, rule: str, side: str, *, is_new: bool) -> None:
        """Count it."""
        ...


def count_nothing(rule: str, side: str, *, is_new: bool) -> None:
    """Have no metrics."""
    del rule, side, is_new


@dataclass(frozen=True, slots=True)
class _Counter:
    """One rule, for one of those it is about."""

    rule: Rule
    thing: str


@dataclass(frozen=True, slots=True)
class Watch:
    """The rules over one store; made for each side, shared by its threads.

    Attributes
    ----------
    tell
        Counts what was noticed.
    """

    rules: RuleSet
    book: RestraintBook
    clock: Clock
    audit_source: str
    tell: Noticed = count_nothing

    # --- before it is answered -------------------------------------------------------

    def admit(self, seen: Seen) -> None:
        """Let a request pass, or raise :class:`HeldBack`.

        Raises
        ------
        HeldBack
            Who asks broke a rule, and it is not over.
        StoreUnavailable
            Nobody knows; nothing is answered.
        """
        self._refuse(seen, lambda rule: rule.counts is not Counted.WRONG_KEYS)

    def admit_patients(self, seen: Seen) -> None:
        """Likewise, where only the question itself told the patients."""
        self._refuse(
            seen,
            lambda rule: (
                rule.per.names_patient and rule.counts is not Counted.WRONG_KEYS
            ),
        )

    def admit_key(self, seen: Seen) -> None:
        """Likewise, for who tells the key of a prescription."""
        self._refuse(seen, lambda rule: rule.counts is Counted.WRONG_KEYS)

    def _refuse(self, seen: Seen, is_asked: Callable[[Rule], bool]) -> None:
        rules = [
            rule
            for rule in self.rules.of(seen.side, seen.transaction)
            if rule.holds_back and is_asked(rule)
        ]
        counters = {each.thing: each for each in _counters(rules, seen)}
        now = self.clock.now()
        for thing, hold in self.book.holds(list(counters)).items():
            if hold.until > now:
                rule = counters[thing].rule
                self._report(rule, seen, is_new=False)
                raise HeldBack(rule, hold)

    # --- with the record -------------------------------------------------------------

    def note(self, work: UnitOfWork, seen: Seen) -> None:
        """Count what came of a request, and put what that breaks into its commit.

        Raises
        ------
        StoreUnavailable
            It cannot be counted; the answer may not leave.
        """
        now = self.clock.now()
        tallies, followed = self._tallies(seen, now), self._followed(seen, now)
        questions = [each for tally in tallies for each in tally.questions]
        things = [tally.thing for tally in tallies]
        known = self.book.ask(things, [*questions, *followed])
        for question in followed:
            for item in known.known(question):
                work.uncount(question.thing, item)
        self._count(work, tallies, known)

    def _tallies(self, seen: Seen, now: datetime) -> list[Tally]:
        rules = [
            rule
            for rule in self.rules.of(seen.side, seen.transaction)
            if rule.counts in seen.happened
        ]
        places = tuple(filter(None, map(place_of, seen.asked)))
        return [
            Tally(each.rule, each.thing, seen, now, places)
            for each in _counters(rules, seen)
        ]

    def _count(
        self, work: UnitOfWork, tallies: Sequence[Tally], known: Answers
    ) -> None:
        counted: list[Count] = []
        for tally in tallies:
            hold = known.holds.get(tally.thing)
            if not _is_worth_counting(tally.rule, hold, tally.now):
                continue
            outcome = tally.outcome(known)
            counted += outcome.counted
            if outcome.begun is not None:
                self._break(work, tally, hold, outcome.begun)
        if counted:
            work.count(counted)

    def _followed(self, seen: Seen, now: datetime) -> list[KnownItems]:
        """Ask for what is to be forgotten: that nobody followed up who is treated."""
        if seen.transaction is Transaction.ITI_55:
            return []
        rules = [
            rule
            for rule in self.rules.of(seen.side, Transaction.ITI_55)
            if rule.counts is Counted.UNFOLLOWED_PATIENTS
        ]
        items = seen.items(Counted.UNFOLLOWED_PATIENTS)
        return [
            KnownItems(each.thing, items, now - each.rule.window)
            for each in _counters(rules, seen)
        ]

    def _break(
        self, work: UnitOfWork, tally: Tally, before: HoldSpan | None, begun: datetime
    ) -> None:
        """Put a broken rule and its alert into the commit; told once in a window."""
        rule, seen = tally.rule, tally.seen
        hold = self._hold(tally, before, begun)
        work.hold(hold)
        if before is not None:
            return
        work.audit(self._alert(rule, hold, seen))
        self._report(rule, seen, is_new=True)

    def _hold(self, tally: Tally, before: HoldSpan | None, begun: datetime) -> Hold:
        rule, seen, now = tally.rule, tally.seen, tally.now
        until = _end(rule, begun, now)
        told_until = now + rule.window if before is None else before.told_until
        return Hold(
            thing=tally.thing,
            reference=self.book.new_reference(),
            rule=rule.name,
            side=seen.side.value,
            per=rule.per.value,
            action=rule.action.value,
            country=seen.asker.country,
            since=now,
            until=until,
            told_until=max(until, told_until),
            counted=rule.most if rule.holds_back else rule.most + 1,
        )

    def _alert(self, rule: Rule, hold: Hold, seen: Seen) -> AbuseAlert:
        return AbuseAlert(
            moment=hold.since,
            side=seen.side,
            audit_source=self.audit_source,
            code=rule.code,
            rule=rule.name,
            per=rule.per.value,
            counts=rule.counts.value,
            counted=hold.counted,
            most=rule.most,
            window_s=round(rule.window.total_seconds()),
            action=rule.action.value,
            until=None if hold.is_endless else hold.until,
            country=seen.asker.country,
            reference=hold.reference,
            point_of_care=seen.asker.point_of_care,
            human=seen.asker.human,
            patients=seen.patients,
        )

    def _report(self, rule: Rule, seen: Seen, *, is_new: bool) -> None:
        self.tell(rule.name, seen.side, is_new=is_new)
        _log.warning(
            "abuse.noticed" if is_new else "abuse.held-back",
            rule=rule.name,
            side=seen.side.value,
            country=seen.asker.country,
            transaction=seen.transaction.value,
            action=rule.action.value,
        )


def _is_worth_counting(rule: Rule, hold: HoldSpan | None, now: datetime) -> bool:
    """Tell whether more of the same says anything: not while it is held, or told."""
    return hold is None or (rule.holds_back and hold.until <= now)


def _counters(rules: Iterable[Rule], seen: Seen) -> Iterator[_Counter]:
    for rule in rules:
        for subject in seen.subjects(rule.per):
            yield _Counter(rule, f"restraint\n{rule.name}\n{seen.side}\n{subject}")


def _end(rule: Rule, begun: datetime, now: datetime) -> datetime:
    """Return when a rule that is broken now is forgiven.

    Moments that are still to come are of a clock that was set back: they count as now.
    """
    match rule.action:
        case Action.ALERT:
            return now + rule.window
        case Action.THROTTLE:
            return min(begun, now) + rule.window
        case Action.BLOCK:
            return ENDLESS if rule.lasts is None else now + rule.lasts


def _until(hold: HoldSpan) -> str:
    if hold.is_endless:
        return "an operator has to lift it"
    return f"there is room again at {hold.until:%H:%M:%S} UTC"

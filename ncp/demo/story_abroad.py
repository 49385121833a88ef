"""Tells how Luxembourg and countries with other programs understand each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, islice

from ncp.demo.cast import DOCTOR_AT_HOME, LUXEMBOURG
from ncp.demo.page import Page, milliseconds
from ncp.demo.story import SHOWN_NAMES, name_of, traits_of
from ncp.demo.trail import TrailLine
from ncp.demo.visits import Unlike, Visit


class StoryAbroad:
    """Writes the chapters of the second part on a page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def visited(self, visits: Sequence[Visit]) -> None:
        """Say what a doctor at home got from each country."""
        self._page.chapter("A doctor in Luxembourg asks three countries")
        self._page.say(
            f"A contact point gives and asks. {DOCTOR_AT_HOME.name} of"
            f" {DOCTOR_AT_HOME.locality} has patients from three countries, and none of"
            " them runs our program. Here each is a simulator, a process with its own"
            " keys, that writes as the other program was seen to write:"
        )
        self._page.items(
            (each.simulated.abroad.country.code, _program_of(each)) for each in visits
        )
        self._page.say(
            "The doctor notices nothing of it. Each time the same four questions: who"
            " is it, what is there, the summary, the laboratory report. What came:"
        )
        self._page.items(chain.from_iterable(_got(each) for each in visits))
        self._page.say(
            f"The summaries are in English with codes; {LUXEMBOURG.name} tells them in"
            f" {LUXEMBOURG.languages[0]}. For example:"
        )
        self._page.items(islice(visits[0].summary.examples(), SHOWN_NAMES))

    def unlike(self, answers: Sequence[Unlike]) -> None:
        """Say how differently programs say the same."""
        self._page.chapter("Three answers, one meaning")
        self._page.say(
            "One program tells a condition by a number, another by a word; here it is a"
            " warning in a success, there a failure. The doctor is told what is meant:"
        )
        for each in answers:
            self._page.say(f"A patient who {each.condition}:")
            self._page.items(
                [
                    *each.codes.items(),
                    ("doctor", "; ".join(each.told)),
                ]
            )

    def asked_by(self, told: Mapping[str, Sequence[str]]) -> None:
        """Say what the three got when they asked."""
        self._page.chapter("They ask Luxembourg")
        self._page.say(
            "The same three now ask for the patient of Luxembourg, each as its program"
            " does: the action here or there, addresses doubled or missing, assertions"
            " of another form. What they say they got:"
        )
        by_answer: dict[tuple[str, ...], list[str]] = {}
        for code, lines in told.items():
            by_answer.setdefault(tuple(lines), []).append(code)
        for lines, codes in by_answer.items():
            self._page.say(", ".join(codes))
            self._page.items(_parted(line) for line in lines)

    def recorded(self, lines: Sequence[TrailLine]) -> None:
        """Say that all of this is on record too."""
        events = Counter(line.text.partition(",")[0] for line in lines)
        told = ", ".join(f"{number} {event}" for event, number in events.items())
        self._page.say(
            f"{LUXEMBOURG.name} has on record what it asked and what it answered:"
            f" {told}."
        )


def _program_of(visit: Visit) -> str:
    abroad = visit.simulated.abroad
    way = "found in the directory" if abroad.is_published else "named in the settings"
    return f"plays {abroad.program}; {way}"


def _got(visit: Visit) -> list[tuple[str, str]]:
    code = visit.simulated.abroad.country.code
    summary, report = visit.summary.original, visit.report
    forms = " and ".join(visit.forms)
    told = (
        f"{name_of(visit.person)}, {traits_of(visit.person)}",
        f"summary as {forms}; coded {len(summary):,} bytes",
        f"{visit.report_title}, {report.content_type}, {len(report.body):,} bytes",
        f"after {milliseconds(visit.elapsed_ms)} in all",
    )
    return [(code if number == 0 else "", line) for number, line in enumerate(told)]


def _parted(line: str) -> tuple[str, str]:
    transaction, _, told = line.partition("  ")
    return transaction, told.strip()

"""Tells what a citizen is answered who asks who had access to their data."""

from __future__ import annotations

from typing import Any

from ncp.demo.cast import LUXEMBOURG
from ncp.demo.citizen import REPORT_PDF, CitizensAnswer
from ncp.demo.page import Page, counted


class StoryCitizen:
    """Writes the chapter of the citizen on a page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def answered(self, answer: CitizensAnswer) -> None:
        """Say who had access, and who else was told of it."""
        self._page.chapter("A citizen asks")
        self._page.say(
            "Who abroad had my data, when, and why? The patient's answer is made of"
            " the record: a page to read, in one of five languages, and FHIR for"
            " programs. It says:"
        )
        foreign = answer.page["parts"][0]
        self._page.items(_visit(each) for each in reversed(foreign["visits"]))
        for line in answer.page["summary"]["lines"][:1]:
            self._page.say(line)
        self._page.say(
            f"{LUXEMBOURG.name}'s own access log was told of what went abroad when"
            " it went, by letters that wait until they have arrived; it has"
            f" {counted(answer.logged, 'entry', 'entries')} about this patient. The"
            f" question itself is on record too. The page: result/{REPORT_PDF}"
        )


def _visit(visit: dict[str, Any]) -> tuple[str, str]:
    told = dict(visit["who"])
    deeds = visit["deeds"]
    given = sum(each["is_given"] for each in deeds)
    parts = [
        told["Organisation"],
        told["Professional"],
        told.get("Reason", ""),
        f"{counted(len(deeds), 'request')}, {given} answered with data",
    ]
    where = f"{deeds[0]['time']} {told['Country that asked']}"
    return where, "; ".join(each for each in parts if each)

"""Tells the second act: what a pharmacist reads, decides and is told."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ncp.demo.cast import LUXEMBOURG, PHARMACIST, PHARMACIST_AT_HOME, Country
from ncp.demo.page import Page
from ncp.demo.pharmacy import Sale
from ncp.demo.story import name_of, traits_of


class StoryPharmacy:
    """Writes the chapters of the pharmacy on a page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def sold(self, sales: Sequence[Sale]) -> None:
        """Say how a pharmacy at home dispensed for people from abroad."""
        first, *others = sales
        self._page.chapter("A pharmacy in Luxembourg, a prescription from abroad")
        self._page.say(
            f"{PHARMACIST_AT_HOME.name} of {PHARMACIST_AT_HOME.organization} has a"
            f" customer from {first.country}. The pharmacy's software asks who it is"
            " and what was prescribed; the pharmacist states the treatment."
        )
        self._way(first)
        if others:
            self._page.say("The same with the other two, whose programs are others:")
            self._page.items((each.country, _in_short(each)) for each in others)

    def mirrored(self, sale: Sale) -> None:
        """Say how a pharmacy abroad dispensed for somebody from here."""
        self._page.chapter("The mirror image: a pharmacy in Lisbon")
        self._page.say(
            f"{PHARMACIST.name} of {PHARMACIST.organization}, {PHARMACIST.locality},"
            f" serves {name_of(sale.person)} from {LUXEMBOURG.name}. What may cross the"
            " border is Luxembourg's to say: a prescription with repeats and one of a"
            " narcotic are not offered."
        )
        self._way(sale)

    def registered(self, acts: Sequence[str], country: Country) -> None:
        """Say what the national register has by now."""
        counts = ", ".join(f"{number} {act}" for act, number in Tally(acts).items())
        self._page.say(
            f"{country.name}'s own register is told of each of these by a letter that"
            f" waits until it has arrived. It has each once: {counts}."
        )

    def _way(self, sale: Sale) -> None:
        self._page.items(_prescription(sale))
        self._page.say(
            "Products of the same substance and form come from the national catalogue;"
            " the pharmacist takes one. What is different has to be confirmed, word by"
            " word:"
        )
        self._page.items(_chosen(sale))
        self._page.items(_steps(sale))
        self._page.say(
            f"{sale.country} offered {_prescriptions(sale.listed)} before and"
            f" {_prescriptions(sale.left)} now. Whoever wants to dispense it once more"
            " is told:"
        )
        self._page.items(_stops(sale.second))
        self._page.say(
            "It was a mistake after all. The discard takes the very same document back;"
            f" {sale.country} offers {_prescriptions(sale.back)} again, and it is"
            " dispensed anew, under a number of its own."
        )
        self._page.items(
            [
                ("discarded", f"{sale.gone['documentId']}"),
                ("dispensed", f"{sale.again['documentId']}"),
            ]
        )


def _prescription(sale: Sale) -> Iterator[tuple[str, str]]:
    told = sale.opened["prescription"]
    product, prescriber = told["product"], told["prescriber"]
    yield "patient", f"{name_of(sale.person)}, {traits_of(sale.person)}"
    yield "prescribed", f"{told['packages']} x {product['name']}"
    yield "substance", _coded(product["atc"])
    yield "form", _coded(product["form"])
    yield "dose", told["dosage"] or "see the document"
    yield "how", told["instructions"] or "not told"
    yield "other product", _SUBSTITUTION[told["substitution"]]
    by = (prescriber["name"], prescriber["organization"], prescriber["country"])
    yield "by", ", ".join(part for part in by if part)


_SUBSTITUTION = {
    "none": "the prescriber forbids it",
    "generic": "a generic is allowed",
    "therapeutic": "also another substance is allowed",
    "allowed": "is allowed",
}


def _coded(code: Mapping[str, Any] | None) -> str:
    if code is None:
        return "not told"
    return f"{code['display']} ({code['code']})" if code["display"] else code["code"]


def _chosen(sale: Sale) -> Iterator[tuple[str, str]]:
    for each in sale.opened["suggestions"][:3]:
        yield "catalogue", f"{each['name']}, {each['form']}"
    product = sale.prepared["product"]
    yield "taken", f"{sale.prepared['packages']} x {product['name']}"
    for each in sale.prepared["findings"]:
        if each["severity"] == "confirm":
            yield each["rule"], each["sentence"]


def _steps(sale: Sale) -> Iterator[tuple[str, str]]:
    for step in sale.done["steps"]:
        yield step["state"], f"{step['moment'][11:19]} UTC, {step['by']}"
    yield "", sale.done["whatToDo"]


def _stops(findings: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for each in findings:
        if each["severity"] == "stop":
            yield each["rule"], each["sentence"]


def _in_short(sale: Sale) -> str:
    product = sale.done["product"]
    return (
        f"{sale.done['packages']} x {product['name']}: dispensed, refused a second"
        " time, discarded, dispensed anew"
    )


def _prescriptions(number: int) -> str:
    return f"{number} prescription{'' if number == 1 else 's'}"

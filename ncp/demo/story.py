"""Tells one crossing of the border, step by step, as a person would.

What is told is read from where an operator would read it: the answers of the national
door, the exchanges the gateways kept, the audit trails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from ncp.demo.cast import DOCTOR, LUXEMBOURG, PORTUGAL
from ncp.demo.directory import ZONE
from ncp.demo.found import FoundEntry
from ncp.demo.hospital import DoorAnswer
from ncp.demo.kept import Belief, KeptExchange, LedgerSummary, newest
from ncp.demo.page import Page, counted, milliseconds
from ncp.demo.received import Received
from ncp.demo.scene import Scene
from ncp.demo.source import DemoSource
from ncp.demo.trail import TrailLine
from transformations.mapping import Fate

SHOWN_REASONS = 5
SHOWN_NAMES = 8
# What a stage's name in the gateway's own figures means to a reader.
_STAGES = {
    "read": "reading the message",
    "peer": "believing the TLS peer",
    "duplicate": "asking whether it came before",
    "assertions": "verifying the assertions",
    "restraint": "asking whether too much is asked",
    "patient": "finding the patient",
    "consent": "asking for consent",
    "documents": "finding the document",
    "source": "reading it from the national server",
    "translate": "FHIR to CDA",
    "pivot": "bringing codes to the European value sets",
    "write": "writing the answer",
    "record": "putting the record on disk",
}


class Story:
    """Writes the chapters on a page; each method tells what has just happened."""

    def __init__(self, page: Page, exchanges_of_a: Path) -> None:
        self._page = page
        self._exchanges_of_a = exchanges_of_a
        self._told: set[Belief] = set()

    def opening(self, folder: Path, source: DemoSource) -> None:
        """Say who plays and where everything is kept."""
        self._page.title("A patient summary crosses a border")
        self._page.gap()
        self._page.say(
            f"{LUXEMBOURG.name} is country A: it knows the patient. {PORTUGAL.name} is"
            f" country B: today its {DOCTOR.organization} treats them. Both gateways"
            " run on this machine, and neither sees more of the other than it would"
            f" across a border. Later {LUXEMBOURG.name} asks three countries that run"
            " other programs, and they ask it."
        )
        self._page.say(f"The patient summary: {source.name}.")
        if source.note is not None:
            self._page.say(source.note)
        self._page.say(f"Everything is kept in {folder}")

    def set_up(self, scene: Scene, elapsed_ms: float) -> None:
        """Say what was started."""
        self._page.chapter("Setting up")
        self._page.say(
            "Keys and certificates made this minute: an authority, a TLS server and a"
            " TLS client certificate and a seal for each country, and a signer for the"
            " directory. Of each other the countries know the seal, and which TLS"
            " client may knock; the rest they look up."
        )
        luxembourg, portugal = scene.luxembourg, scene.portugal
        abroad = [
            (f"{each.abroad.country.name}, simulated", each.address)
            for each in scene.abroad
        ]
        self._page.items(
            [
                (f"{LUXEMBOURG.name}'s FHIR server", scene.national_server),
                ("the directory", f"{scene.directory.server}, its zone {ZONE}"),
                (f"{LUXEMBOURG.name}'s gateway (A)", luxembourg.international_door),
                (
                    f"{PORTUGAL.name}'s gateway (B)",
                    f"{portugal.national_door}, its door for hospitals",
                ),
                *abroad,
            ]
        )
        self._page.say(
            f"{4 + len(abroad)} processes, each country with keys of its own."
            f" Ready after {milliseconds(elapsed_ms)}."
        )

    def found(
        self, luxembourg: Sequence[FoundEntry], portugal: Sequence[FoundEntry]
    ) -> None:
        """Say how each country was found by the other, and why that is believed."""
        self._page.chapter("Where are the others?")
        self._page.say(
            "Each country published its services under its own seal, and the directory"
            f" signed what it serves. {PORTUGAL.name} asked the DNS where"
            f" {LUXEMBOURG.name}'s entries are, fetched them, and believed them because"
            " both signatures hold:"
        )
        self._why(luxembourg)
        self._page.say(
            f"{LUXEMBOURG.name} found {PORTUGAL.name} in the same way. It has nothing"
            " to ask there, but will be asked: it wants to know with which seal"
            f" {PORTUGAL.name} vouches for its professionals:"
        )
        self._why(portugal)

    def _why(self, entries: Sequence[FoundEntry]) -> None:
        """Tell the steps to the first entry, and what all of them lead to."""
        for entry in entries[:1]:
            self._page.items(
                [(f"{index}.", step) for index, step in enumerate(entry.why, 1)]
            )
        services = ", ".join(f"{each.service} at {each.address}" for each in entries)
        self._page.say(f"So it knows {counted(len(entries), 'service')}: {services}.")

    def identified(self, answer: DoorAnswer) -> None:
        """Say whom the hospital asked for and who was found."""
        self._page.chapter("Who is this patient?")
        self._page.say(
            f"{DOCTOR.name} of {DOCTOR.locality} types in the number on the patient's"
            f" Luxembourg card. The hospital asks {PORTUGAL.name}'s gateway; the"
            f" gateway signs who is asking (the HCP assertion) and asks"
            f" {LUXEMBOURG.name} (ITI-55)."
        )
        self._believed("ITI-55")
        people = _list_of(answer, "patients")
        self._page.say(
            f"Came back after {milliseconds(answer.elapsed_ms)}:"
            f" {counted(len(people), 'person', 'people')}."
        )
        self._page.items((name_of(person), traits_of(person)) for person in people)
        self._times("ITI-55")

    def confirmed(self, answer: DoorAnswer) -> None:
        """Say what the professional confirmed."""
        self._page.chapter("I am treating this patient")
        self._page.say(
            f"{DOCTOR.name} checks the name with the patient and confirms the"
            f" treatment. {PORTUGAL.name}'s gateway signs that too (the TRC"
            " assertion): this professional, this patient, for treatment, until"
            f" {_clock_time(str(answer.json()['expires']))}. Nothing has left"
            f" {PORTUGAL.name} for it ({milliseconds(answer.elapsed_ms)})."
        )

    def listed(self, answer: DoorAnswer) -> None:
        """Say what can be had."""
        self._page.chapter("What is there to read?")
        self._page.say(f"{PORTUGAL.name} asks {LUXEMBOURG.name} (ITI-38).")
        self._believed("ITI-38")
        documents = _list_of(answer, "documents")
        self._page.say(
            f"Came back after {milliseconds(answer.elapsed_ms)}:"
            f" {counted(len(documents), 'document')}."
        )
        self._page.items((_title_of(each), _offer_of(each)) for each in documents)
        self._times("ITI-38")

    def fetched(self, answer: DoorAnswer, size: int) -> None:
        """Say what came, what became of the facts, and how long it took."""
        self._page.chapter("The patient summary")
        self._page.say(
            f"{PORTUGAL.name} asks for it (ITI-39). {LUXEMBOURG.name} reads the"
            " patient's FHIR document from its national server and writes it as an"
            " eHDSI CDA, the form every country reads."
        )
        self._believed("ITI-39")
        self._page.say(
            f"Came back after {milliseconds(answer.elapsed_ms)}: a CDA document of"
            f" {size:,} bytes."
        )
        exchange = newest(self._exchanges_of_a, "ITI-39")
        if exchange is not None:
            self._facts(exchange)
        self._times("ITI-39")

    def translated(self, received: Received, language: str) -> None:
        """Say how much of the document the reader has in their own language."""
        self._page.chapter("In the reader's language")
        if received.translation is None:
            self._page.say("No catalogue of terminology speaks; it is told as it came.")
            return
        self._page.say(
            f"{LUXEMBOURG.name} sent the codes of the European value sets, with English"
            f" names and its own beside them. {PORTUGAL.name} tells them in {language},"
            " from its own catalogue; the document as it came stays beside the"
            " translation. What became of the coded elements:"
        )
        fates = received.account.get("fates", {})
        self._page.items((f"{count:>3}", fate) for fate, count in fates.items())
        languages = received.account.get("languages", {})
        told = ", ".join(f"{tag} {count}" for tag, count in languages.items())
        self._page.say(f"The names are in: {told or 'no language'}. For example:")
        self._page.items(islice(received.examples(), SHOWN_NAMES))

    def originals(
        self, listed: DoorAnswer, shown: Mapping[str, DoorAnswer], summary_pdf: Path
    ) -> None:
        """Say what came as it was written, and that it was looked into first."""
        self._page.chapter("The report and the image themselves")
        self._page.say(
            f"{DOCTOR.name} wants to see the last laboratory report and the X-ray as"
            f" they were made. {PORTUGAL.name} asks for both kinds at once;"
            f" {LUXEMBOURG.name} carries them byte for byte, each in a CDA with its"
            " header, and keeps them encrypted from the list to the fetch, so that the"
            " size and hash it told stay true."
        )
        self._page.say(
            f"{PORTUGAL.name} takes them out, checks that each is what it says, looks"
            " for scripts, actions and embedded files, and keeps the document as it"
            " was received:"
        )
        self._page.items(
            (_title_of(each), _shown_of(each, shown[str(each["document"])]))
            for each in _list_of(listed, "documents")
        )
        self._page.say(
            f"{LUXEMBOURG.name} has no PDF of the summary of its own: the second entry"
            " of the first list was set from the same facts, allergies first"
            f" ({summary_pdf.stat().st_size:,} bytes)."
        )

    def refused(self, answer: DoorAnswer) -> None:
        """Say what happens when a patient does not agree."""
        self._page.chapter("And a patient who said no")
        self._page.say(
            "Another patient of Luxembourg has refused that their data leave the"
            f" country. {DOCTOR.name} asks for them as well. Answer after"
            f" {milliseconds(answer.elapsed_ms)}:"
        )
        problem = answer.json()
        told = [str(problem[key]) for key in ("detail", "remedy") if problem.get(key)]
        rows = [("told the hospital", " ".join(told))]
        exchange = newest(self._exchanges_of_a, "ITI-55")
        refusal = exchange.refusal() if exchange is not None else None
        if refusal is not None:
            rows.append((f"on record in {LUXEMBOURG.name}", ": ".join(refusal)))
        self._page.items(rows)

    def recorded(self, trails: Mapping[str, Sequence[TrailLine]]) -> None:
        """Say what both sides have on record."""
        self._page.chapter("What is on record")
        self._page.say(
            "Each answer left only after its audit event was on disk; personal"
            " columns are encrypted. Read back with each country's own key:"
        )
        for country, lines in trails.items():
            self._page.gap()
            self._page.say(country)
            self._page.items((line.moment, line.text) for line in lines)

    def ending(self, folder: Path, rows: Sequence[tuple[str, str]]) -> None:
        """Say where to look."""
        self._page.chapter("Look for yourself")
        self._page.say(f"In {folder}:")
        self._page.items(rows)

    def _believed(self, transaction: str) -> None:
        """Tell each belief once; say of the others that they were formed anew."""
        exchange = newest(self._exchanges_of_a, transaction)
        beliefs = exchange.beliefs() if exchange is not None else []
        again = [each for each in beliefs if each in self._told]
        fresh = [each for each in beliefs if each not in self._told]
        self._told.update(fresh)
        if again:
            subjects = ", ".join(each.subject for each in again)
            self._page.say(
                f"{LUXEMBOURG.name} takes nothing over from the last message: it"
                f" checked again, with the same result, {subjects}."
            )
        if fresh:
            heading = (
                "New here:" if again else f"What {LUXEMBOURG.name} believed, and why:"
            )
            self._page.say(heading)
            self._page.items((each.subject, _verdict_of(each)) for each in fresh)

    def _times(self, transaction: str) -> None:
        exchange = newest(self._exchanges_of_a, transaction)
        stages = exchange.stages() if exchange is not None else {}
        if stages:
            told = ", ".join(
                f"{_STAGES.get(stage, stage)} {milliseconds(value)}"
                for stage, value in stages.items()
            )
            self._page.say(f"In {LUXEMBOURG.name} the time went to: {told}.")

    def _facts(self, exchange: KeptExchange) -> None:
        ledger = exchange.ledger()
        if ledger is None:
            return
        self._page.say(
            f"The FHIR document has {counted(ledger.leaves, 'leaf', 'leaves')} of JSON."
            " Each stands once in the ledger, with what became of it:"
        )
        self._page.items(_fates_of(ledger))
        if ledger.lost_reasons:
            self._page.say("Most often lost because:")
            self._page.items(
                (str(number), reason)
                for reason, number in ledger.lost_reasons[:SHOWN_REASONS]
            )
        self._findings(exchange)

    def _findings(self, exchange: KeptExchange) -> None:
        critical = [
            finding for finding in exchange.findings() if finding.severity == "critical"
        ]
        if critical:
            self._page.say(
                "The document lacks what the rules demand. A gateway in earnest"
                " refuses to send it; this demonstration shows it, by a setting that"
                " only a demonstration may have:"
            )
            self._page.items((each.where, each.sentence) for each in critical)


def _fates_of(ledger: LedgerSummary) -> list[tuple[str, str]]:
    width = len(str(ledger.leaves))
    return [
        (f"{ledger.fates.get(fate, 0):>{width}} {fate}", fate.meaning) for fate in Fate
    ]


def _clock_time(instant: str) -> str:
    return f"{datetime.fromisoformat(instant):%H:%M %Z}"


def _verdict_of(belief: Belief) -> str:
    if belief.verdict == "accept":
        return belief.sentence
    return f"NOT believed: {belief.sentence}"


def _list_of(answer: DoorAnswer, key: str) -> list[Mapping[str, Any]]:
    found = answer.json().get(key, [])
    return [each for each in found if isinstance(each, Mapping)]


def name_of(person: Mapping[str, Any]) -> str:
    """Write a person's name as one says it."""
    return " ".join([*person.get("given", []), *person.get("family", [])])


def traits_of(person: Mapping[str, Any]) -> str:
    """Write what tells a person from another of the name."""
    born = person.get("birthDate")
    parts = [f"born {born}" if born else "birth date not known", person.get("gender")]
    return ", ".join(str(part) for part in parts if part)


def _title_of(document: Mapping[str, Any]) -> str:
    told = document.get("description") or document.get("title")
    return str(told or document.get("kind"))


def _offer_of(document: Mapping[str, Any]) -> str:
    parts = [document.get(key) for key in ("kind", "form", "language", "created")]
    return ", ".join(str(part) for part in parts if part)


def _shown_of(document: Mapping[str, Any], answer: DoorAnswer) -> str:
    authors = ", ".join(document.get("authors", ()))
    return (
        f"{answer.content_type}, {len(answer.body):,} bytes after"
        f" {milliseconds(answer.elapsed_ms)}; by {authors}"
    )

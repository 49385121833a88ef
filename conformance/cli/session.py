"""Plays one session of a simulated country B, and tells what came back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer
from lxml import etree

from conformance.cli.step import Step
from conformance.simulators.connection import post
from conformance.simulators.country_b import CountryB
from conformance.simulators.http_messages import Fault
from conformance.simulators.profile import Profile, ProfileError
from conformance.simulators.reading import Answer
from conformance.simulators.recording import Recording
from conformance.simulators.soap import NAMESPACES, Transaction
from trust.identifiers import Oid, PatientId
from trust.xml import DOCUMENT_LIMITS, XmlRefused, parse_xml


@dataclass(frozen=True, slots=True)
class Wish:
    """What a session asks for, what it does wrong, and what it keeps where."""

    kinds: tuple[str, ...] = ()
    document: Path | None = None
    fault: Fault | None = None
    output: Path | None = None
    record: Path | None = None


def play(
    profile: Profile, patient: str, step: Step, wish: Wish, signer: Profile | None
) -> bool:
    """Ask as far as ``step``; return whether the last answer was what was asked for.

    Raises
    ------
    ProfileError
        Something that the step needs is not there or not of its form.
    """
    root, _, extension = patient.partition("^")
    asked = PatientId(Oid.parse(root), extension)
    content = _dispensation(wish.document) if step is Step.SUBMIT else b""
    line = post if wish.record is None else Recording(wish.record).asking
    country = CountryB(profile.issuer(signer), profile.partner(), tell, line=line)
    session = _Session(country, step, wish.fault)
    try:
        return session.play(asked, wish.kinds, content, wish.output)
    except ValueError as error:
        raise ProfileError(str(error)) from None


class _Session:
    def __init__(self, country: CountryB, step: Step, fault: Fault | None) -> None:
        self._country = country
        self._last = step
        self._fault = fault

    def play(
        self,
        asked: PatientId,
        kinds: tuple[str, ...],
        content: bytes,
        output: Path | None,
    ) -> bool:
        found = self._country.identify(asked, self._at(Step.IDENTIFY))
        if self._last is Step.IDENTIFY or len(found.patients) != 1:
            return len(found.patients) == 1
        [patient] = found.patients
        if self._last is Step.SUBMIT:
            fault = self._at(Step.SUBMIT)
            unique_id = _unique_id(content)
            answer = self._country.submit(patient, unique_id, content, fault=fault)
            return answer.status == "Success"
        listed = self._country.list(patient, *kinds, fault=self._at(Step.LIST))
        if self._last is Step.LIST or not listed.entries:
            return bool(listed.entries)
        fetched = [
            self._country.fetch(patient, entry, fault=self._at(Step.FETCH))
            for entry in listed.entries
        ]
        documents = [each for answer in fetched for each in answer.documents]
        _keep(documents, output)
        return len(documents) == len(listed.entries)

    def _at(self, step: Step) -> Fault | None:
        return self._fault if step is self._last else None


def _keep(documents: list[bytes], output: Path | None) -> None:
    if output is None:
        return
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number, document in enumerate(documents, 1):
        (output / f"document-{number}.xml").write_bytes(document)


def _dispensation(document: Path | None) -> bytes:
    if document is None:
        raise ProfileError("name the dispensation to submit with --document")
    try:
        return document.read_bytes()
    except OSError as error:
        raise ProfileError(f"{document} cannot be read: {error.strerror}") from None


def _unique_id(content: bytes) -> str:
    try:
        found = parse_xml(content, DOCUMENT_LIMITS).find("v3:id", NAMESPACES)
    except XmlRefused as error:
        raise ProfileError(f"the dispensation: {error}") from None
    if found is None or not found.get("root"):
        raise ProfileError("the dispensation is no CDA document with an id")
    return "^".join(filter(None, (found.get("root"), found.get("extension"))))


def tell(transaction: Transaction, answer: Answer) -> None:
    """Tell one answer: nothing of a person stands in it."""
    typer.echo(f"{transaction}  {'; '.join(_told(answer))}")


def _told(answer: Answer) -> Iterator[str]:
    if not answer.http_status:
        yield "no answer"
        return
    yield f"HTTP {answer.http_status}"
    if answer.fault:
        yield f"fault {' / '.join(answer.fault)}"
    if answer.acknowledgement:
        yield f"{answer.acknowledgement}, {answer.response}"
        yield f"{len(answer.patients)} patient(s)"
    if answer.reason:
        yield f"reason {answer.reason}"
    if answer.status:
        yield answer.status
    for error in answer.errors:
        yield f"{error.code} ({error.text})"
    for entry in answer.entries:
        yield f"{entry.class_code} {entry.format_code}"
    for document in answer.documents:
        yield f"{_root_name(document)} of {len(document):,} bytes"


def _root_name(document: bytes) -> str:
    try:
        return etree.QName(parse_xml(document, DOCUMENT_LIMITS)).localname
    except XmlRefused:
        return "no XML"

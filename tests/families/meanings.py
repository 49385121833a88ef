"""Every answer of a simulated country of each family, and what our reader makes of it.

A magic patient decides what is answered; a professional of ours asks as far as the
transaction where it is told, and what they are told is written down to the letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from lxml import etree

from conformance.simulators.country_a import CountryA as Simulated
from conformance.simulators.dialect import MANNERS
from conformance.simulators.dialect import Dialect as Family
from conformance.simulators.documents.kinds import Family as KindOfDocument
from conformance.simulators.documents.persona import Origin
from conformance.simulators.http_messages import HttpRequest
from conformance.simulators.outcomes import KNOWN, MagicPatient, magic_patients
from conformance.simulators.soap import Transaction as Step
from ncp.country_b.treatment import (
    DocumentWish,
    ListedDocument,
    SoughtPatient,
    SubmitOperation,
)
from ncp.errors import NcpError, PeerRefused
from ncp.exchange import HttpPayload, PeerAnswer
from ncp.ihe.codes import ClassCode
from tests.integration.foreign import dispensation
from tests.ncp.country_a.scene import DOCTOR, HOME, CountryA
from tests.ncp.country_b.scene import LUXEMBOURG, CountryB
from trust.identifiers import Oid, PatientId

STRANGER = "KIT-WHO-IS-NOT-THERE"
KINDS = {
    KindOfDocument.SUMMARY: (ClassCode.PATIENT_SUMMARY,),
    KindOfDocument.PRESCRIPTION: (ClassCode.EPRESCRIPTION,),
    KindOfDocument.ORIGINAL: (
        ClassCode.LABORATORY_RESULT,
        ClassCode.HOSPITAL_DISCHARGE_REPORT,
        ClassCode.MEDICAL_IMAGING_REPORT,
        ClassCode.MEDICAL_IMAGE,
    ),
}


class Session:
    """A professional of ours and a simulated country of one family.

    Attributes
    ----------
    sent
        What was asked so far.
    """

    def __init__(self, folder: Path, family: Family) -> None:
        folder.mkdir()
        self.family = family
        self.sent: list[HttpPayload] = []
        self._country_a = CountryA(folder)
        self.country_b = CountryB(folder, self._country_a)
        origin = Origin(LUXEMBOURG, HOME, "Simulated contact point")
        self._simulated = Simulated(family, origin, Oid(HOME))
        self.country_b.line.send = self._send  # type: ignore[method-assign]

    def close(self) -> None:
        self.country_b.store.close()
        self._country_a.store.close()

    def _send(self, _peer: object, service: object, payload: HttpPayload) -> PeerAnswer:
        self.sent.append(payload)
        fields = {"content-type": payload.content_type}
        request = HttpRequest(f"/services/{service}", fields, payload.body)
        reply = self._simulated.answer(request)
        return PeerAnswer(reply.content_type, reply.body)

    # What is asked ------------------------------------------------------------------

    def identify(self, name: str) -> str:
        found = self._found(name)
        people = (
            f"{' '.join(each.given)} {' '.join(each.family)}, {each.birth_date},"
            f" {each.gender}, {each.city}, {each.country}"
            for each in found
        )
        return "; ".join(people) or "nobody"

    def listed(self, name: str, kinds: tuple[ClassCode, ...]) -> str:
        listed = self.country_b.gateway.documents(
            DOCTOR, self._treating(name), DocumentWish(kinds)
        )
        order = {each.document: n for n, each in enumerate(listed.documents, 1)}
        told = [
            f"{order[each.document]}. {_entry(each)}"
            + (f", PDF of {order[each.coded_form]}" if each.coded_form else "")
            for each in listed.documents
        ]
        return "\n    ".join([f"{len(told)} listed", *told, *listed.warnings])

    def fetched(self, name: str) -> str:
        handle = self._treating(name)
        gateway = self.country_b.gateway
        coded, *_ = gateway.documents(DOCTOR, handle).documents
        fetched = gateway.fetch(DOCTOR, handle, coded.document)
        root = etree.fromstring(fetched.content)
        title = root.findtext("{urn:hl7-org:v3}title")
        whose = "of the patient" if fetched.names_patient else "of SOMEBODY ELSE"
        is_valid = "valid" if fetched.is_valid else "not valid"
        return f"“{title}” {whose}, {is_valid}"

    def submitted(self, name: str) -> str:
        root = f"{HOME}{MANNERS[self.family].root_suffix}"
        order = f"{HOME}.4^RX1{name.replace('-', '')}"
        content = dispensation(root, self._extension(name), order)
        handle = self._treating(name)
        submit = self.country_b.gateway.submit
        taken = submit(DOCTOR, handle, SubmitOperation.DISPENSE, content)
        back = submit(DOCTOR, handle, SubmitOperation.DISCARD, content)
        return f"taken: {taken.operation}, then {back.operation}"

    def _found(self, name: str):
        # Each patient has room under the limit of what a professional is issued.
        self._country_a.clock.moment += timedelta(minutes=11)
        sought = SoughtPatient((PatientId(Oid(HOME), self._extension(name)),))
        return self.country_b.gateway.identify(DOCTOR, LUXEMBOURG, sought).patients

    def _treating(self, name: str) -> str:
        [person] = self._found(name)
        self.country_b.gateway.confirm(DOCTOR, person.handle, "TREATMENT")
        return person.handle

    def _extension(self, name: str) -> str:
        return f"{name}|ABC123" if self.family is Family.GEMATIK else name


def _entry(listed: ListedDocument) -> str:
    parts = (
        f"{listed.kind} {listed.form}",
        str(listed.language),
        str(listed.created),
        "size told" if listed.size else "no size",
        f"“{listed.title}”",
        f"“{listed.description}”",
        f"by {', '.join(listed.authors) or 'nobody'}",
    )
    return ", ".join(parts)


def told(ask: Callable[[], str]) -> str:
    """Return what the professional is told, a result or a refusal."""
    try:
        return ask()
    except PeerRefused as refused:
        words = [str(each) for each in refused.told]
        return "\n    ".join([f"{refused.refusal}: {refused.public_message}", *words])
    except NcpError as error:
        return f"{error.refusal}: {error.public_message}"


def questions() -> Iterator[tuple[Step, str, Callable[[Session], str]]]:
    """Yield each question whose answer a patient decides, with what it is called."""
    yield Step.ITI_55, STRANGER, lambda session: session.identify(STRANGER)
    for patient in magic_patients().values():
        yield from _questions(patient)


def _questions(
    patient: MagicPatient,
) -> Iterator[tuple[Step, str, Callable[[Session], str]]]:
    name, decided = patient.id, set(patient.outcomes)
    if name == KNOWN:
        decided = {Step.ITI_55, Step.ITI_39, Step.ITI_41}
    if Step.ITI_55 in decided:
        yield Step.ITI_55, name, lambda session: session.identify(name)
    for kind in _listed(patient):
        kinds = KINDS[kind]
        yield (
            Step.ITI_38,
            f"{name}, {kind}",
            lambda session, kinds=kinds: session.listed(name, kinds),
        )
    if Step.ITI_39 in decided:
        yield Step.ITI_39, name, lambda session: session.fetched(name)
    if Step.ITI_41 in decided or patient.has_closed_prescriptions:
        yield Step.ITI_41, name, lambda session: session.submitted(name)


def _listed(patient: MagicPatient) -> list[KindOfDocument]:
    """Tell which kinds the patient decides the list of."""
    if patient.id == KNOWN or patient.has_only_pdf:
        return list(KindOfDocument)
    if patient.has_closed_prescriptions or patient.needs_prescription:
        return [KindOfDocument.PRESCRIPTION]
    if Step.ITI_38 in patient.outcomes:
        return [KindOfDocument.SUMMARY]
    return sorted(patient.lacks)


def meanings(folder: Path) -> dict[str, str]:
    """Return what each family's answers mean, a text for each transaction."""
    sessions = [Session(folder / family, family) for family in Family]
    texts: dict[str, list[str]] = {}
    for step, name, ask in questions():
        lines = texts.setdefault(f"{step}.txt", [])
        lines.append(name)
        by_meaning: dict[str, list[str]] = {}
        for session in sessions:
            meaning = told(lambda session=session, ask=ask: ask(session))
            by_meaning.setdefault(meaning, []).append(session.family)
        lines += [f"  {', '.join(who)}\n    {what}" for what, who in by_meaning.items()]
    for session in sessions:
        session.close()
    return {name: "\n".join(lines) + "\n" for name, lines in texts.items()}

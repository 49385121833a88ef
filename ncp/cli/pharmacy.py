"""A pharmacy's way as commands: the same use cases, the same store, one step a command.

It is this gateway that asks, with its keys, its peers and its record. Between two
commands everything is in the store, as between two calls at the national door.

Spec: sheet 09 §5.3 (P1 to P12).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from ncp.assembly.renewal import Renewal
from ncp.assembly.shared import open_shared
from ncp.cli.asking import professional_named
from ncp.country_b.dispensing import (
    DiscardReason,
    DispensationView,
    DispenseWish,
    Finding,
    OpenedPrescription,
    Pharmacy,
)
from ncp.country_b.initiating_gateway import TreatmentGateway
from ncp.country_b.treatment import ShownPrescription, SoughtPatient
from ncp.errors import ConfigurationError
from ncp.national.products import NationalProduct, ProductSearch
from ncp.ports import RandomIds, SystemClock
from ncp.settings import Settings
from ncp.settings.model import Role
from ncp.web.tokens import professional_of
from trust.assertions import HealthProfessional, Permission
from trust.identifiers import CountryCode, PatientId


@dataclass(frozen=True, slots=True)
class Counter:
    """Who serves whom, ready to serve."""

    pharmacy: Pharmacy
    treatment: TreatmentGateway
    professional: HealthProfessional


@dataclass(frozen=True, slots=True)
class Said:
    """What a command prints; ``is_done`` is its exit status."""

    lines: tuple[str, ...]
    is_done: bool = True


@contextmanager
def counter(settings: Settings, professional: str | None) -> Iterator[Counter]:
    """Open what a pharmacy needs: keys, store, directory, the line, the ports.

    Parameters
    ----------
    professional
        The identifier of one of the settings' professionals; None: the first who may
        dispense.

    Raises
    ------
    ConfigurationError
        These settings serve no pharmacy, or know no such professional.
    """
    is_served = settings.dispensing.products != "none"
    if not is_served or Role.B not in settings.gateway.roles:
        raise ConfigurationError(
            "These settings serve no pharmacy.",
            "Play country B, and say in [dispensing] where products are looked for.",
        )
    who = professional_named(settings, professional or first_pharmacist(settings))
    with ExitStack() as resources:
        shared = open_shared(settings, SystemClock(), RandomIds(), resources)
        renewal = Renewal(shared)
        resources.callback(renewal.hang_up_lines)
        yield Counter(renewal.pharmacy(), renewal.country_b(), who)


def first_pharmacist(settings: Settings) -> str | None:
    """Return the identifier of the first professional who may dispense."""
    dispensing = Permission.MEDICATION_ADMINISTRATION_RECORD
    people = map(professional_of, settings.professionals)
    return next((p.identifier for p in people if dispensing in p.permissions), None)


# Steps --------------------------------------------------------------------------------


def serve_patient(
    at: Counter,
    country: str,
    identifiers: Sequence[PatientId],
    prescription: ShownPrescription | None = None,
) -> Said:
    """Identify a patient and state the treatment: both are the pharmacist's word."""
    sought = SoughtPatient(tuple(identifiers))
    found = at.treatment.identify(at.professional, CountryCode(country), sought)
    if not found.patients:
        return Said(("Nobody fits.",), is_done=False)
    (patient,) = found.patients
    confirmed = at.treatment.confirm(
        at.professional, patient.handle, "TREATMENT", prescription
    )
    name = " ".join((*patient.given, *patient.family))
    return Said(
        (
            f"patient    {name}, born {patient.birth_date or 'unknown'}",
            f"until      {confirmed.expires:%H:%M} UTC",
            f"treatment  {patient.handle}",
        )
    )


def list_prescriptions(at: Counter, treatment: str) -> Said:
    """List the patient's prescriptions, and how each stands here."""
    found = at.pharmacy.prescriptions(at.professional, treatment)
    lines = [f"warning    {each}" for each in found.warnings]
    for each in found.prescriptions:
        listed = each.listed
        state = f", here: {each.state}" if each.state else ""
        lines.append(f"{listed.document}  {listed.form}{state}")
        lines.append(f"  {listed.description or listed.title or ''}".rstrip())
    if not found.prescriptions:
        return Said((*lines, "There is nothing."), is_done=False)
    return Said(tuple(lines))


def open_prescription(
    at: Counter, treatment: str, document: str, language: str | None
) -> Said:
    """Say what a prescription says, and which products come near it."""
    opened = at.pharmacy.open(at.professional, treatment, document, language)
    return Said((*_prescription(opened), *_found(opened.findings)))


def search_products(at: Counter, search: ProductSearch) -> Said:
    """Search the national catalogue."""
    found = at.pharmacy.products(at.professional, search)
    if not found:
        return Said(("There is no such product.",), is_done=False)
    return Said(tuple(map(_product, found)))


def prepare(at: Counter, wish: DispenseWish, order_key: str) -> Said:
    """Prepare a dispensation; exit status 1 where something stops it."""
    prepared = at.pharmacy.prepare(at.professional, wish, order_key)
    if prepared.dispensation is None:
        return Said(tuple(_found(prepared.findings)), is_done=False)
    return _told(prepared.dispensation)


def submit(
    at: Counter, dispensation: str, confirmed: Sequence[str], treatment: str | None
) -> Said:
    """Send what was prepared."""
    return _told(
        at.pharmacy.submit(at.professional, dispensation, tuple(confirmed), treatment)
    )


def discard(
    at: Counter, dispensation: str, reason: DiscardReason, treatment: str | None
) -> Said:
    """Take a dispensation back."""
    return _told(at.pharmacy.discard(at.professional, dispensation, reason, treatment))


def resume(at: Counter, dispensation: str, treatment: str | None) -> Said:
    """Find out what became of a dispensation."""
    return _told(at.pharmacy.resume(at.professional, dispensation, treatment))


def clarify(at: Counter, dispensation: str, *, is_done: bool, source: str) -> Said:
    """Settle by hand what no message settles."""
    view = at.pharmacy.clarify(
        at.professional, dispensation, is_done=is_done, source=source
    )
    return _told(view)


def show(at: Counter, dispensation: str) -> Said:
    """Say how a dispensation stands."""
    return Said(tuple(_dispensation(at.pharmacy.state(at.professional, dispensation))))


def recent(at: Counter, days: int) -> Said:
    """List the pharmacy's dispensations; exit status 1 where one is unknown."""
    views = at.pharmacy.recent(at.professional, timedelta(days=days))
    lines = [
        f"{each.dispensation}  {each.state:<16} {each.country}  "
        f"{each.packages} x {each.product.name}"
        for each in views
    ]
    is_known = not any(each.state.is_open for each in views)
    return Said(tuple(lines or ["There is nothing."]), is_done=is_known)


# Telling ------------------------------------------------------------------------------


def _told(view: DispensationView) -> Said:
    return Said(tuple(_dispensation(view)), is_done=not view.state.is_open)


def _prescription(opened: OpenedPrescription) -> Iterator[str]:
    facts = opened.facts
    product, by = facts.product, facts.prescriber
    for label, value in (
        ("patient", f"{facts.patient_name}, born {facts.birth_date or 'unknown'}"),
        ("product", f"{product.name} {product.strength}".strip()),
        ("form", product.form.display or product.form.code if product.form else ""),
        ("substance", product.atc.code if product.atc else ""),
        ("packages", "not stated" if facts.packages is None else str(facts.packages)),
        ("dose", facts.dosage),
        ("how", facts.instructions),
        ("other", facts.substitution.value),
        ("by", ", ".join(filter(None, (by.name, by.organization, by.country)))),
        ("issued", facts.issued[:10]),
    ):
        if value:
            yield f"{label:<11}{value}"
    for each in opened.suggestions:
        yield f"{'near':<11}{_product(each)}"


def _product(product: NationalProduct) -> str:
    form = product.form.name if product.form else ""
    return f"{product.code.code}  {product.name}, {form}"


def _found(findings: Sequence[Finding]) -> Iterator[str]:
    for each in findings:
        yield f"{each.severity:<11}{each.rule}: {each.sentence}"
        if each.remedy:
            yield f"{'':<11}{each.remedy}"


def _dispensation(view: DispensationView) -> Iterator[str]:
    yield f"dispensation  {view.dispensation}"
    yield f"state         {view.state}"
    yield f"prescribed    {view.prescribed}"
    yield f"handed over   {view.packages} x {view.product.name}"
    yield f"document      {view.document_id}"
    if view.state.value == "prepared":
        yield from _found(view.findings)
    for step in view.steps:
        told = f": {step.sentence}" if step.sentence else ""
        yield f"  {step.moment:%Y-%m-%d %H:%M:%S}  {step.state}, {step.by}{told}"
    if view.discard_until is not None:
        yield f"may be discarded until {view.discard_until:%Y-%m-%d %H:%M} UTC"
    yield view.what_to_do

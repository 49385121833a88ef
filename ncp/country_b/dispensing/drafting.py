"""Makes the dispensation that is to be sent: its document and what is kept of it.

Spec: sheet 06 §7.3 (the id is made once, the bytes are kept before the first sending).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ncp.audit import Side, TranslationEvent
from ncp.country_b.dispensing.case import Case
from ncp.country_b.dispensing.comparing import is_substituted
from ncp.country_b.dispensing.details import Details, Person, write_details
from ncp.country_b.dispensing.sending import delete_after
from ncp.country_b.dispensing.services import PharmacyServices
from ncp.country_b.dispensing.values import (
    DispensedProduct,
    DispenseWish,
    Finding,
    Severity,
    Step,
)
from ncp.country_b.dispensing.writing import Dispensing, WrittenDispensation
from ncp.country_b.submit import Sender
from ncp.national.products import NationalProduct
from ncp.store import DispensationState, ForeignDispensation
from ncp.terminology.recorded import translation_made
from transformations.eprescription.facts import PrescriptionFacts
from trust.assertions import HealthProfessional


@dataclass(frozen=True, slots=True)
class Judged:
    """A wish with all that was found about it.

    Attributes
    ----------
    prescription
        The document, byte for byte as it came.
    """

    case: Case
    findings: tuple[Finding, ...]
    prescription: bytes = field(repr=False)
    sender: Sender

    @property
    def sound(self) -> NationalProduct | None:
        """The product that may be handed over; None where something stops it."""
        is_stopped = any(each.severity is Severity.STOP for each in self.findings)
        return None if is_stopped else self.case.product


def pharmacy_of(professional: HealthProfessional) -> str:
    """Return who owns a dispensation: colleagues see and take back the same ones."""
    return professional.organization_id or professional.organization


@dataclass(frozen=True, slots=True)
class Draft:
    """A dispensation that is to be kept, and what is recorded of its codes."""

    dispensation: ForeignDispensation
    translation: TranslationEvent | None


def draft(
    services: PharmacyServices,
    judged: Judged,
    product: NationalProduct,
    order_key: str,
) -> Draft:
    """Make the dispensation; nothing is kept or sent yet."""
    initiating, case = services.initiating, judged.case
    wish, professional = case.wish, case.professional
    now = initiating.clock.now()
    dispensing = _dispensing(services, judged, product, now)
    entry = services.treatment.entry(professional, wish.handle, wish.document)
    step = Step(DispensationState.PREPARED, now, professional.name)
    details = _details(dispensing, wish, entry.document_unique_id, judged.findings)
    written = services.writer.write(dispensing)
    dispensation = ForeignDispensation(
        handle=initiating.fresh_ids.uuid().hex,
        version=1,
        pharmacy=pharmacy_of(professional),
        order_key=order_key,
        content_hash=wish.content_hash,
        country=judged.sender.peer.country,
        patient=judged.sender.patient,
        prescription=case.facts.prescription_id,
        state=step.state,
        claimed_until=None,
        prepared_at=now,
        changed_at=now,
        details=write_details(details.with_step(step)),
        document=written.document,
        delete_after=delete_after(services, step),
    )
    return Draft(dispensation, _translation(dispensing, written))


def _dispensing(
    services: PharmacyServices, judged: Judged, product: NationalProduct, now: datetime
) -> Dispensing:
    """Say what the document will say; its id is made here, and never again."""
    initiating, case = services.initiating, judged.case
    return Dispensing(
        document_id=f"2.25.{initiating.fresh_ids.uuid().int}",
        prescription=judged.prescription,
        facts=case.facts,
        product=product,
        packages=case.wish.packages,
        is_substituted=is_substituted(case.facts, product),
        remark=case.wish.remark,
        pharmacist=case.professional,
        handed_over=case.wish.handed_over or now,
        made=now,
        identity=initiating.identity,
    )


def _translation(
    dispensing: Dispensing, written: WrittenDispensation
) -> TranslationEvent | None:
    """Return the event of bringing its codes to those of the catalogue (EHDSI-94)."""
    if written.pivoted is None:
        return None
    return translation_made(
        Side.B,
        dispensing.identity,
        dispensing.made,
        dispensing.document_id,
        written.pivoted,
    )


def _details(
    dispensing: Dispensing,
    wish: DispenseWish,
    listed_as: str,
    findings: tuple[Finding, ...],
) -> Details:
    facts, product = dispensing.facts, dispensing.product
    return Details(
        treatment=wish.handle,
        listed_as=listed_as,
        document_id=dispensing.document_id,
        prescription_id=facts.prescription_id,
        item_id=facts.item_id,
        patient_name=facts.patient_name,
        birth_date=facts.birth_date,
        prescribed=_prescribed(facts),
        product=told_product(product),
        atc=product.atc.code if product.atc else "",
        packages=dispensing.packages,
        is_substituted=dispensing.is_substituted,
        remark=dispensing.remark,
        handed_over=dispensing.handed_over,
        pharmacist=_person(dispensing.pharmacist),
        findings=findings,
    )


def told_product(product: NationalProduct) -> DispensedProduct:
    """Return a product of the catalogue in words."""
    return DispensedProduct(
        code=product.code.code,
        name=product.name,
        strength=product.strength,
        form=product.form.name if product.form else "",
        content="" if product.content is None else str(product.content),
    )


def _prescribed(facts: PrescriptionFacts) -> str:
    packages = "" if facts.packages is None else f"{facts.packages} x "
    name, strength = facts.product.name, facts.product.strength
    return f"{packages}{name}" if strength in name else f"{packages}{name} {strength}"


def _person(who: HealthProfessional) -> Person:
    return Person(
        who.identifier,
        who.name,
        who.role.display_name,
        who.organization,
        who.organization_id,
    )

"""Reads a MedicationRequest and its Medication as the prescription item of the port.

What a list tells is read by the translation's own reader; here is read what decides:
identifier, version, validity, quantity, repeats.

Spec: HL7 FHIR R4 MedicationRequest, Medication / HL7 Europe MPD 1.0
(prescribedQuantity, validityPeriod).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ncp.national.fhir_document import unusable
from ncp.national.fhir_json import Resource, as_list, as_text
from ncp.national.ports import DocumentAuthor
from ncp.national.prescriptions import (
    PrescribedProduct,
    Prescription,
    PrescriptionStatus,
    ProductCode,
)
from transformations.eprescription import PrescriptionItem, items
from transformations.eprescription.items import Code
from transformations.fhir import FhirBundle, Located
from transformations.fhir.document import index_ids, index_urls
from transformations.sections.codes import ATC
from transformations.terminology import oid_of
from trust.identifiers import URN_OID, IdentifierError, Oid

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_STATUSES: Final = {each.value for each in PrescriptionStatus}


def read_item(
    request: Resource,
    medication: Resource | None,
    *,
    dispensed: int,
    authors: tuple[DocumentAuthor, ...] = (),
    has_pdf: bool = False,
) -> Prescription | None:
    """Make the item of a request; None where it is no order that could be named.

    Raises
    ------
    NationalError
        It lacks what cannot be done without: a version, a date of writing.
    """
    identifier = _identifier(as_list(request.get("identifier")))
    if identifier is None or request.get("intent") in {"proposal", "plan"}:
        return None
    meta = request.get("meta")
    version = as_text(meta.get("versionId")) if isinstance(meta, dict) else None
    authored = _moment(request.get("authoredOn"))
    if version is None or authored is None:
        raise unusable("it is a prescription without a version or a date of writing")
    told = _told(request, medication)
    dispensing = _dict(request.get("dispenseRequest"))
    return Prescription(
        source_id=f"MedicationRequest/{request['id']}",
        version=version,
        identifier=identifier,
        status=_status(told),
        authored=authored,
        product=_product(request, medication or {}, told),
        group=_identifier([request.get("groupIdentifier")]),
        valid_from=_moment(told.valid_from or None),
        valid_until=_moment(told.valid_until or None, is_end=True),
        packages=told.amount.packages,
        is_releasable=told.amount.is_releasable,
        repeats=int(dispensing.get("numberOfRepeatsAllowed") or 0),
        dispensed=dispensed,
        may_substitute=_may_substitute(request, told),
        substitution=told.substitution,
        language=as_text(request.get("language")),
        authors=authors,
        has_pdf=has_pdf,
    )


def _told(request: Resource, medication: Resource | None) -> PrescriptionItem:
    """Read what a list tells, from the order with its medicine inside."""
    contained = [] if medication is None else [{**medication, "id": "medicine"}]
    whole = {**request, "contained": contained}
    if contained:
        whole["medicationReference"] = {"reference": "#medicine"}
    entries = (Located(whole, "Bundle.entry[0].resource"),)
    bundle = FhirBundle(
        {"resourceType": "Bundle"}, entries, index_urls(entries), index_ids(entries)
    )
    return items(bundle)[0]


def _status(told: PrescriptionItem) -> PrescriptionStatus:
    if told.status == "active" and not told.is_dispensable:
        # An order not to give, or no order at all.
        return PrescriptionStatus.UNKNOWN
    return PrescriptionStatus(told.status if told.status in _STATUSES else "unknown")


def _product(
    request: Resource, medication: Resource, told: PrescriptionItem
) -> PrescribedProduct:
    concept = _dict(medication.get("code") or request.get("medicationCodeableConcept"))
    named = [*_codings(concept), *_identifying(medication)]
    codes = tuple(each for each in named if each.system != ATC)
    ingredients = as_list(medication.get("ingredient"))
    has_parts = any("itemReference" in _dict(each) for each in ingredients)
    is_made = bool(ingredients) and not has_parts and not codes and not told.classes
    return PrescribedProduct(
        name=told.product,
        codes=codes,
        atc=_code(told.classes[0]) if told.classes else None,
        form=_code(told.form) if told.form else None,
        strength=told.strength,
        is_compounded=is_made,
        has_parts=has_parts,
    )


def _code(code: Code) -> ProductCode:
    return ProductCode(_system(code.system), code.code, code.display)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _identifier(identifiers: list[Any]) -> str | None:
    """Return the first identifier under an OID, as CDA writes it."""
    for each in identifiers:
        system = as_text(_dict(each).get("system")) or ""
        value = as_text(_dict(each).get("value"))
        if value is None:
            continue
        try:
            if system == "urn:ietf:rfc:3986":
                return str(Oid.parse(value))
            return f"{Oid.parse(system)}^{value}"
        except IdentifierError:
            continue
    return None


def _codings(concept: dict[str, Any]) -> Iterator[ProductCode]:
    for coding in as_list(concept.get("coding")):
        code = as_text(_dict(coding).get("code"))
        system = as_text(_dict(coding).get("system"))
        if code is not None and system is not None:
            name = as_text(coding.get("display")) or ""
            yield ProductCode(_system(system), code, name)


def _identifying(medication: Resource) -> Iterator[ProductCode]:
    """Yield the identifiers of a product or package (MPD: not of an instance)."""
    for each in as_list(medication.get("identifier")):
        value = as_text(_dict(each).get("value"))
        system = as_text(_dict(each).get("system"))
        if value is not None and system is not None:
            yield ProductCode(_system(system), value)


def _system(url: str) -> str:
    return oid_of(url) or url.removeprefix(URN_OID)


def _may_substitute(request: Resource, told: PrescriptionItem) -> bool | None:
    """Only ``N`` forbids (sheet of eP rules); nothing said is nothing said."""
    if told.substitution:
        return told.substitution != "N"
    return True if _dict(request.get("substitution")).get("allowedBoolean") else None


def _moment(value: object, *, is_end: bool = False) -> datetime | None:
    """Read a dateTime; a day alone begins at midnight UTC, and ends with its last.

    One that is there and cannot be read is no absent one: a prescription whose end is
    not understood has an end.
    """
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(as_text(value) or "")
    except ValueError as error:
        raise unusable("it has a date that is no whole date") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if is_end and _DAY.fullmatch(str(value)):
        moment += timedelta(days=1) - timedelta(microseconds=1)
    return moment.astimezone(UTC)

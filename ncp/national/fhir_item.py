"""Reads a MedicationRequest and its Medication as the prescription item of the port.

Only facts that decide or that a list tells are read; the document is made of the
resources themselves.

Spec: HL7 FHIR R4 MedicationRequest, Medication / HL7 Europe MPD 1.0 (extensions of
Medication-eu-mpd: classification; prescribedQuantity).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
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
from trust.identifiers import URN_OID, IdentifierError, Oid

ATC: Final = "2.16.840.1.113883.6.73"
EDQM: Final = "0.4.0.127.0.16.1.1.2.1"
_OID_OF: Final = {
    "http://www.whocc.no/atc": ATC,
    "http://standardterms.edqm.eu": EDQM,
    "http://snomed.info/sct": "2.16.840.1.113883.6.96",
}
# Ends of the addresses of extensions; IHE and MPD publish them under several bases.
_CLASSIFICATION: Final = "medication-classification"
_PRESCRIBED_QUANTITY: Final = "prescribedQuantity"
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
    """Make the item of a request; None where nothing could name it.

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
    status = str(request.get("status"))
    dispensing = _dict(request.get("dispenseRequest"))
    validity = _dict(dispensing.get("validityPeriod"))
    return Prescription(
        source_id=f"MedicationRequest/{request['id']}",
        version=version,
        identifier=identifier,
        status=PrescriptionStatus(status if status in _STATUSES else "unknown"),
        authored=authored,
        product=read_product(request.get("medicationCodeableConcept"), medication),
        group=_identifier([request.get("groupIdentifier")]),
        valid_from=_moment(validity.get("start")),
        valid_until=_moment(validity.get("end"), is_end=True),
        packages=_packages(request, dispensing),
        repeats=int(dispensing.get("numberOfRepeatsAllowed") or 0),
        dispensed=dispensed,
        may_substitute=_may_substitute(_dict(request.get("substitution"))),
        language=as_text(request.get("language")),
        authors=authors,
        has_pdf=has_pdf,
    )


def read_product(concept: object, medication: Resource | None) -> PrescribedProduct:
    """Read what was prescribed, from a Medication or from a concept alone."""
    medication = medication or {}
    told = _dict(medication.get("code") or concept)
    codings = [*_codings(told)]
    codings += [
        code
        for each in as_list(medication.get("identifier"))
        if (code := _as_code(each)) is not None
    ]
    atc = [*_classified(medication), *(each for each in codings if each.system == ATC)]
    codes = tuple(each for each in codings if each.system != ATC)
    form = next(_codings(medication.get("form")), None)
    ingredients = as_list(medication.get("ingredient"))
    has_parts = any("itemReference" in _dict(each) for each in ingredients)
    return PrescribedProduct(
        name=as_text(told.get("text")) or next((c.name for c in codings if c.name), ""),
        codes=codes,
        atc=atc[0] if atc else None,
        form=form,
        strength=_strength(ingredients),
        is_compounded=not codes and not atc and len(ingredients) > 0 and not has_parts,
        has_parts=has_parts,
    )


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


def _codings(concept: object) -> Iterator[ProductCode]:
    for coding in as_list(_dict(concept).get("coding")):
        code = as_text(_dict(coding).get("code"))
        system = as_text(_dict(coding).get("system"))
        if code is not None and system is not None:
            name = as_text(coding.get("display")) or ""
            yield ProductCode(_system(system), code, name)


def _as_code(identifier: object) -> ProductCode | None:
    value = as_text(_dict(identifier).get("value"))
    system = as_text(_dict(identifier).get("system"))
    if value is None or system is None:
        return None
    return ProductCode(_system(system), value)


def _system(url: str) -> str:
    return _OID_OF.get(url, url.removeprefix(URN_OID))


def _classified(medication: Resource) -> Iterator[ProductCode]:
    for extension in as_list(medication.get("extension")):
        if str(extension.get("url")).endswith(_CLASSIFICATION):
            for code in _codings(extension.get("valueCodeableConcept")):
                if code.system == ATC:
                    yield code


def _strength(ingredients: list[Any]) -> str:
    """Write strengths as a list tells them, such as ``500 mg`` or ``3 mg + 30 ug``."""
    told = (_ratio(_dict(_dict(each).get("strength"))) for each in ingredients)
    return " + ".join(filter(None, told))


def _ratio(ratio: dict[str, Any]) -> str:
    numerator, denominator = (
        _dict(ratio.get(name)) for name in ("numerator", "denominator")
    )
    if "value" not in numerator:
        return ""
    written = _quantity(numerator)
    is_counted = denominator.get("code") in {None, "1"} or str(
        denominator.get("code")
    ).startswith("{")
    if is_counted and denominator.get("value") in {None, 1, Decimal(1)}:
        return written
    return f"{written}/{_quantity(denominator)}"


def _quantity(quantity: dict[str, Any]) -> str:
    unit = as_text(quantity.get("unit")) or as_text(quantity.get("code")) or ""
    return f"{quantity.get('value')} {unit}".strip()


def _packages(request: Resource, dispensing: dict[str, Any]) -> int | None:
    """Return how many packages were prescribed, where it is said in packages."""
    told = [
        _dict(extension.get("valueQuantity"))
        for holder in (request, dispensing)
        for extension in as_list(holder.get("extension"))
        if str(extension.get("url")).endswith(_PRESCRIBED_QUANTITY)
    ]
    for quantity in (*told, _dict(dispensing.get("quantity"))):
        value = quantity.get("value")
        if (
            isinstance(value, int | Decimal)
            and value == int(value)
            and quantity.get("code") in {None, "1"}
        ):
            return int(value)
    return None


def _may_substitute(substitution: dict[str, Any]) -> bool | None:
    allowed = substitution.get("allowedBoolean")
    if isinstance(allowed, bool):
        return allowed
    codes = [code.code for code in _codings(substitution.get("allowedCodeableConcept"))]
    return None if not codes else "N" not in codes


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

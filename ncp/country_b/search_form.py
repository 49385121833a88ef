"""The form a patient is looked for with: what the asked country's search mask says.

A question that the country has said it cannot answer is not asked; what is wrong is
named by the label of its field, never by what was filled in. Where a country publishes
no mask nothing is held back.

Spec: eHDSI International Search Mask 2023 (searchFields) / fact sheet 01 §1.9.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ncp.country_b.treatment import (
    FormField,
    FormGroup,
    FormSet,
    SearchForm,
    SoughtPatient,
)
from ncp.errors import ProtocolError, Refusal
from trust.identifiers import PatientId
from trust.smp import SearchMask
from trust.smp.search_mask import Field, IdentifierGroup, IdentifierSet, Label

# Seen: Germany writes the patient's access code behind the number, in one extension.
ACCESS_CODE_SEPARATOR = "|"


def check_form(mask: SearchMask, sought: SoughtPatient) -> None:
    """Make sure that the question is one the country can answer.

    Raises
    ------
    ProtocolError
        ``SEARCH_FORM_UNFIT``; the sentence names every field at fault.
    """
    faults = list(dict.fromkeys(_faults(mask, _Filled(mask, sought))))
    if faults:
        raise ProtocolError(
            Refusal.SEARCH_FORM_UNFIT,
            f"country {mask.country} asks for the patient in another way: "
            f"{'; '.join(faults)}",
            "Fill in the form that the country publishes.",
        )


@dataclass(frozen=True, slots=True)
class _Filled:
    """What was filled in, found by the fields of the mask."""

    mask: SearchMask
    sought: SoughtPatient

    def identifier(self, field: Field) -> str | None:
        found = [
            self.parts(each)[0]
            for each in self.sought.identifiers
            if each.root == field.domain
        ]
        return found[0] if found else None

    def parts(self, identifier: PatientId) -> tuple[str, str | None]:
        """Return the number, and the access code where the country has one."""
        if self.mask.patient.access_code is None:
            return identifier.extension, None
        number, separator, code = identifier.extension.partition(ACCESS_CODE_SEPARATOR)
        return number, code if separator else None

    def access_code(self) -> str | None:
        codes = [self.parts(each)[1] for each in self.sought.identifiers]
        return next((code for code in codes if code), None)

    def text(self, label: Label) -> str:
        address = self.sought.address
        values: dict[Label, tuple[str, ...]] = {
            Label.FAMILY_NAME: self.sought.family,
            Label.FIRST_NAME: self.sought.given,
        }
        if address is not None:
            values |= {
                Label.STREET: address.lines,
                Label.POSTAL_CODE: (address.postal_code or "",),
                Label.CITY: (address.city or "",),
                Label.COUNTRY: (address.country or "",),
            }
        return " ".join(values.get(label, ())).strip()


def _faults(mask: SearchMask, filled: _Filled) -> Iterator[str]:
    yield from _foreign(mask, filled)
    for group in mask.patient.identifiers:
        yield from _of_group(group, filled)
    for field in mask.patient.texts:
        yield from _of_value(field, filled.text(field.label))
    code = mask.patient.access_code
    if code is not None:
        yield from _of_value(code, filled.access_code() or "")
    # Their form is ours: what is checked is whether they are there.
    for single, value in (
        (mask.patient.birth_date, filled.sought.birth_date),
        (mask.patient.gender, filled.sought.gender),
    ):
        if single is not None and single.is_mandatory and not value:
            yield f"{single.label} is missing"


def _foreign(mask: SearchMask, filled: _Filled) -> Iterator[str]:
    known = {field.domain for field in mask.patient.fields()}
    if any(each.root not in known for each in filled.sought.identifiers):
        yield "an identifier is of an authority that it does not name"


def _of_group(group: IdentifierGroup, filled: _Filled) -> Iterator[str]:
    told = [list(_of_set(each, filled)) for each in group.sets]
    if not group.is_choice:
        for faults in told:
            yield from faults
    elif told and all(told):
        yield from _nearest(group, told, filled)


def _nearest(
    group: IdentifierGroup, told: list[list[str]], filled: _Filled
) -> list[str]:
    """Return the faults of the set that was begun, of the first where none was."""
    for each, faults in zip(group.sets, told, strict=True):
        if any(filled.identifier(field) for field in each.fields):
            return faults
    return told[0]


def _of_set(identifiers: IdentifierSet, filled: _Filled) -> Iterator[str]:
    for field in identifiers.fields:
        yield from _of_value(field, filled.identifier(field) or "")


def _of_value(field: Field, value: str) -> Iterator[str]:
    if not value:
        if field.is_mandatory:
            yield f"{field.label} is missing"
    elif not field.fits(value):
        yield f"{field.label} is not of the form {field.description}".rstrip()


# The form ---------------------------------------------------------------------------


def form_of(mask: SearchMask) -> SearchForm:
    """Return what has to be shown to whoever looks for a patient of the country."""
    patient = mask.patient
    singles = (patient.birth_date, patient.gender, patient.access_code)
    return SearchForm(
        mask.country,
        tuple(
            FormGroup(
                group.is_choice,
                tuple(
                    FormSet(each.display, tuple(map(_shown, each.fields)))
                    for each in group.sets
                ),
            )
            for group in patient.identifiers
        ),
        tuple(
            _shown(field) for field in (*patient.texts, *singles) if field is not None
        ),
    )


def _shown(field: Field) -> FormField:
    return FormField(
        field.label.value,
        field.format.text,
        field.is_mandatory,
        field.description,
        field.domain,
    )

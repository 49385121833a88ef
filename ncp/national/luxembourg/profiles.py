"""Luxembourg's FHIR profiles of prescriptions, and what is known of them.

A line of a prescription is a MedicationRequest, a line of a dispensation a
MedicationDispense, the product that was dispensed a Medication. What holds the lines
together is a CarePlan for laboratory prescriptions; for medicines the profile is not
published, so reading it is a setting.

Spec: simplifier.net/eprescriptionlux (EPMedPrescriptionLine, EPMedDispenseLine,
EPMedicationDispensation 0.1.0; EPLabPrescription 1.2.0), FHIR 4.0.1.
Assumption: the header of a prescription of medicines is a CarePlan as that of the
laboratory is: it names its lines as activities, and has an identifier of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

PRESCRIPTION_LINE = "EPMedPrescriptionLine"
DISPENSE_LINE = "EPMedDispenseLine"
DISPENSED_PRODUCT = "EPMedicationDispensation"
PRESCRIPTION_HEADER = "EPMedPrescription"

Json = dict[str, Any]


class HeaderForm(StrEnum):
    """In which form the header of a prescription is read and written."""

    NONE = "none"
    CARE_PLAN = "care-plan"


@dataclass(frozen=True, slots=True)
class LuxembourgProfiles:
    """How the national system speaks.

    Parameters
    ----------
    base
        What the canonical URL of a profile begins with.
    header
        Whether there is a header, and as what.
    """

    base: str = "https://www.esante.lu/fhir-spec/StructureDefinition"
    header: HeaderForm = HeaderForm.NONE

    def url(self, name: str) -> str:
        """Return the canonical URL of a profile."""
        return f"{self.base}/{name}"


@dataclass(frozen=True, slots=True)
class Remark:
    """What was noticed about one resource while its shape was changed.

    Attributes
    ----------
    where
        The place in the Bundle; never a value.
    """

    rule: str
    where: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reshaped:
    """A Bundle in its other shape. Nothing is left out of it but claims of profiles."""

    bundle: Json
    remarks: tuple[Remark, ...] = ()


def resources_of(bundle: Json, *kinds: str) -> Iterator[tuple[str, Json]]:
    """Yield the resources of some types with their places in the Bundle."""
    for index, entry in enumerate(bundle.get("entry") or ()):
        resource = entry.get("resource") or {}
        if resource.get("resourceType") in kinds:
            yield f"Bundle.entry[{index}].resource", resource


def claim(resource: Json, *profiles: str) -> None:
    """Let a resource claim these profiles and no others."""
    meta = dict(resource.get("meta", {}))
    meta.pop("profile", None)
    if profiles:
        meta["profile"] = list(profiles)
    resource.pop("meta", None)
    if meta:
        resource["meta"] = meta

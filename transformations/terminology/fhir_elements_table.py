"""The coded elements of FHIR documents: path and value sets.

A fact table: what the CDA table says of the same facts, at the places of FHIR R4. A
path is that of the element without indices. No usage: FHIR keeps the national coding
beside the European one, so nothing has to be taken out.

Source: eHDSI MVC 8.1.0 value sets / HL7 Europe Patient Summary, Medication and
Laboratory profiles (their bindings to the same value sets).
"""

from __future__ import annotations

from transformations.terminology.value_sets import mvc

_MEDICATION = (24, 61, 49)
_ROWS: dict[str, tuple[int, ...]] = {
    "AllergyIntolerance.code": (24, 19, 61, 47),
    "AllergyIntolerance.reaction.manifestation": (11, 5),
    "AllergyIntolerance.reaction.substance": (24, 19, 61),
    "Condition.code": (5, 50, 63),
    "Condition.severity": (13,),
    "Condition.bodySite": (65,),
    "Procedure.code": (10, 51),
    "Procedure.bodySite": (65,),
    "Procedure.reasonCode": (5, 63),
    "Immunization.vaccineCode": (28,),
    "Immunization.route": (12,),
    "Immunization.protocolApplied.targetDisease": (5,),
    "Medication.code": _MEDICATION,
    "Medication.form": (2,),
    "Medication.ingredient.itemCodeableConcept": (24, 61),
    "MedicationStatement.medicationCodeableConcept": _MEDICATION,
    "MedicationStatement.reasonCode": (5, 63),
    "MedicationStatement.dosage.route": (12,),
    "MedicationRequest.medicationCodeableConcept": _MEDICATION,
    "MedicationRequest.reasonCode": (5, 63),
    "MedicationRequest.dosageInstruction.route": (12,),
    "MedicationDispense.medicationCodeableConcept": _MEDICATION,
    "MedicationDispense.dosageInstruction.route": (12,),
    "Device.type": (8, 48),
    "PractitionerRole.code": (1,),
    "RelatedPerson.relationship": (38,),
    "Patient.contact.relationship": (38,),
    "Specimen.type": (67,),
    "Observation.bodySite": (65,),
}

FHIR_ELEMENTS: dict[str, tuple[str, ...]] = {
    path: tuple(mvc(number) for number in numbers) for path, numbers in _ROWS.items()
}

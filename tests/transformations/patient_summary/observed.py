"""Observations for tests."""

from tests.transformations.patient_summary.summaries import PATIENT, concept

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ROOT = "1.3.6.1.4.1.12559.11.10.1.3.1.3"


def loinc(code, display="A test", **more):
    return concept(code, LOINC, display, **more)


def quantity(value, code, **more):
    return {"value": value, "unit": code, "system": UCUM, "code": code, **more}


def observed(code, **more):
    return {
        "resourceType": "Observation",
        "id": f"o-{code}",
        "status": "final",
        "subject": {"reference": PATIENT},
        "code": loinc(code),
        "effectiveDateTime": "2024-05-04",
        **more,
    }


def by_template(kind, number):
    return f"//c:{kind}[c:templateId/@root='{ROOT}.{number}']"

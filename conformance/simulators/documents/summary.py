"""The patient summary of a simulated country, coded and as PDF.

Spec: eHDSI Patient Summary templates (EH.1.3, EH.1.7).
"""

from __future__ import annotations

from typing import Final

from conformance.simulators.documents import kinds
from conformance.simulators.documents.cda import FOLDER, Head, embedded, written
from conformance.simulators.documents.files import pdf_of
from conformance.simulators.documents.held import Held, Work
from conformance.simulators.documents.kinds import Format
from conformance.simulators.documents.persona import FAMILY, GIVEN, Origin, document_oid
from conformance.simulators.soap import Body, fill
from trust.identifiers import PatientId

_PAPER: Final = (
    "Allergic to penicillin since 1983.",
    "Type 2 diabetes mellitus since 2009.",
    "Takes Samplemet 850 mg, one tablet twice a day with a meal.",
    "No known procedures; no known devices in use.",
)


def summaries_of(origin: Origin, patient: PatientId) -> Work:
    """Return the summary of a patient in both forms, each in a CDA."""
    coded = fill(FOLDER, "summary", home=origin.home)
    who = f"{' '.join(GIVEN)} {FAMILY}"
    paper = embedded("application/pdf", pdf_of(f"Patient summary: {who}", _PAPER))
    return (
        _held(origin, patient, "3", kinds.CODED_SUMMARY, coded),
        _held(origin, patient, "7", kinds.PDF, paper),
    )


def _held(
    origin: Origin, patient: PatientId, template: str, form: Format, body: Body
) -> Held:
    level = "CDA L3 / Structured body" if form.is_coded else "CDA L1 / PDF body"
    oid = document_oid(origin, patient, template)
    head = Head(
        origin,
        patient,
        kinds.PATIENT_SUMMARY,
        template,
        oid,
        "Patient summary Document",
        "Patient summary",
        parent="SUMMARY",
        is_of_care=True,
    )
    return Held(
        oid,
        kinds.PATIENT_SUMMARY,
        form,
        f"The Patient Summary document ({level})",
        written(head, body),
    )

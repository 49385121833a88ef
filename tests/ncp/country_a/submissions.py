"""Submissions as country B makes them: a dispensation, its discard, and both bent."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from ncp.ihe.codes import ClassCode, FormatCode
from ncp.ihe.document_entry import DocumentEntry
from ncp.ihe.iti41_xdr import Submission, SubmissionSet, SubmittedDocument
from tests.ncp.country_a.scene import DANISH_HOME, EVA, NOW
from trust.identifiers import CountryCode, PatientId

PRESCRIPTION = "1.3.182.11.5^RX-1"
OTHER_PRESCRIPTION = "1.3.182.11.5^RX-2"
DISPENSATION = "2.25.100"


def dispensation_cda(
    unique_id: str = DISPENSATION,
    patient: PatientId = EVA,
    prescription: str | None = PRESCRIPTION,
) -> bytes:
    """The header of an eDispensation: enough to be one, and no more."""
    root, _, extension = unique_id.partition("^")
    own = f'root="{root}"' + (f' extension="{extension}"' if extension else "")
    order = ""
    if prescription is not None:
        authority, _, number = prescription.partition("^")
        order = (
            '<inFulfillmentOf typeCode="FLFS"><order classCode="ACT" moodCode="RQO">'
            f'<id root="{authority}" extension="{number}"/></order></inFulfillmentOf>'
        )
    return (
        f'<ClinicalDocument xmlns="urn:hl7-org:v3"><id {own}/>'
        '<languageCode code="da-DK"/><recordTarget><patientRole>'
        f'<id root="{patient.root}" extension="{patient.extension}"/>'
        f"</patientRole></recordTarget>{order}</ClinicalDocument>"
    ).encode()


def document(
    unique_id: str = DISPENSATION,
    *,
    kind: ClassCode = ClassCode.EDISPENSATION,
    format_code: str | None = None,
    patient: PatientId = EVA,
    prescription: str | None = PRESCRIPTION,
    content: bytes | None = None,
) -> SubmittedDocument:
    formats = {
        ClassCode.EDISPENSATION: FormatCode.EDISPENSATION,
        ClassCode.DISCARD: FormatCode.DISCARD,
    }
    return SubmittedDocument(
        DocumentEntry(
            entry_id=uuid.uuid5(uuid.NAMESPACE_OID, f"{unique_id}{kind}{format_code}"),
            unique_id=unique_id,
            repository_unique_id="",
            home=None,
            patient=patient,
            class_code=kind,
            type_code=kind,
            format_code=format_code or formats[kind],
            creation_time=NOW,
            title="eDispensation",
            language="da-DK",
            country=CountryCode("DK"),
            country_name="Denmark",
        ),
        content or dispensation_cda(unique_id, patient, prescription),
        patient,
        ("PID-3|1893120105732^^^&1.3.182.4.4&ISO",),
    )


def discard(unique_id: str = DISPENSATION) -> SubmittedDocument:
    return document(unique_id, kind=ClassCode.DISCARD)


def submission(*documents: SubmittedDocument, set_id: str = "2.25.9") -> Submission:
    first = documents[0].entry
    return Submission(
        SubmissionSet(
            entry_id=uuid.uuid5(uuid.NAMESPACE_OID, set_id),
            unique_id=set_id,
            source_id=DANISH_HOME,
            patient=first.patient,
            content_type=first.class_code,
            submission_time=NOW,
            title="eDispensation",
            author_person="doctor-1^Jette Holm",
            author_institution="Rigshospitalet",
        ),
        tuple(documents),
    )


def without_content(submitted: SubmittedDocument) -> SubmittedDocument:
    return replace(submitted, content=None)


def ids(documents: Sequence[SubmittedDocument]) -> list[str]:
    return [each.entry.unique_id for each in documents]

"""Provide and Register Document Set-b, the request: written by country B.

Spec: IHE ITI TF-2 §3.41.4.1.2 / IHE ITI TF-3 §4.2.1, §4.2.3 / eHDSI XDR Profile.
Seen: OpenNCP's reader takes the documents inline or as XOP parts.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from ncp.ihe import namespaces as ns
from ncp.ihe import oids
from ncp.ihe.codes import (
    ASSOCIATION_MEMBER,
    SUBMISSION_SET,
    TYPE_CODE_NAMES,
    ClassCode,
    SubmissionScheme,
    Transaction,
)
from ncp.ihe.document_entry_writing import write_submitted_entry
from ncp.ihe.ebxml import classification, external_identifier, localized, rim, slot
from ncp.ihe.entry_details import write_moment
from ncp.ihe.mtom import Attachment, xop_include
from ncp.ihe.nodes import element
from ncp.ihe.submission import (
    SET_PATIENT_ID,
    SET_SOURCE_ID,
    SET_UNIQUE_ID,
    Submission,
    SubmissionSet,
    SubmittedDocument,
)
from ncp.ports import FreshIds
from trust.xml import Element

_PART_TYPE = "text/xml; charset=UTF-8"


def write_submission(
    submission: Submission, ids: FreshIds
) -> tuple[Element, tuple[Attachment, ...]]:
    """Build the request and the attachments its documents travel in."""
    attachments = tuple(
        Attachment(f"{ids.uuid()}@ncp", _PART_TYPE, _content(document))
        for document in submission.documents
    )
    body = element(
        Transaction.ITI_41.request_element,
        element(
            f"{{{ns.LCM}}}SubmitObjectsRequest",
            element(rim("RegistryObjectList"), *_objects(submission)),
        ),
        *map(_document, submission.documents, attachments),
    )
    return body, attachments


def _content(document: SubmittedDocument) -> bytes:
    if document.content is None:
        raise ValueError("a document to be submitted has no content")
    return document.content


def _document(document: SubmittedDocument, attachment: Attachment) -> Element:
    return element(
        f"{{{ns.XDSB}}}Document",
        xop_include(attachment),
        attributes={"id": document.entry.entry_id.urn},
    )


def _objects(submission: Submission) -> Iterator[Element]:
    own = submission.submission_set.entry_id
    for document in submission.documents:
        yield write_submitted_entry(document.entry, document.source_patient_info)
    yield _package(submission.submission_set)
    yield element(
        rim("Classification"),
        attributes={
            "id": uuid.uuid5(own, SUBMISSION_SET).urn,
            "classifiedObject": own.urn,
            "classificationNode": SUBMISSION_SET,
        },
    )
    for document in submission.documents:
        yield _member(own, document.entry.entry_id)


def _package(own: SubmissionSet) -> Element:
    return element(
        rim("RegistryPackage"),
        *_slots(own),
        localized("Name", own.title) if own.title else None,
        localized("Description", own.description) if own.description else None,
        _author(own),
        _content_type(own),
        *_identifiers(own),
        attributes={"id": own.entry_id.urn, "objectType": SUBMISSION_SET},
    )


def _slots(own: SubmissionSet) -> list[Element]:
    if own.submission_time is None or own.submission_time.tzinfo is None:
        raise ValueError("a submission set needs its time, with a zone")
    return [slot("submissionTime", write_moment(own.submission_time))]


def _author(own: SubmissionSet) -> Element | None:
    told = {
        "authorInstitution": own.author_institution,
        "authorPerson": own.author_person,
    }
    slots = [slot(name, value) for name, value in told.items() if value]
    if not slots:
        return None
    return element(
        rim("Classification"),
        *slots,
        attributes={
            "id": uuid.uuid5(own.entry_id, SubmissionScheme.AUTHOR).urn,
            "classificationScheme": SubmissionScheme.AUTHOR,
            "classifiedObject": own.entry_id.urn,
            "nodeRepresentation": "",
        },
    )


def _content_type(own: SubmissionSet) -> Element:
    known = next((each for each in ClassCode if each == own.content_type), None)
    return classification(
        own.entry_id,
        SubmissionScheme.CONTENT_TYPE,
        own.content_type,
        oids.LOINC,
        own.content_type if known is None else TYPE_CODE_NAMES[known],
    )


def _identifiers(own: SubmissionSet) -> Iterator[Element]:
    if own.patient is None:
        raise ValueError("a submission set needs its patient")
    for scheme, value, name in (
        (SubmissionScheme.UNIQUE_ID, own.unique_id, SET_UNIQUE_ID),
        (SubmissionScheme.PATIENT_ID, own.patient.cx, SET_PATIENT_ID),
        (SubmissionScheme.SOURCE_ID, own.source_id, SET_SOURCE_ID),
    ):
        yield external_identifier(own.entry_id, scheme, value, name)


def _member(own: uuid.UUID, document: uuid.UUID) -> Element:
    return element(
        rim("Association"),
        slot("SubmissionSetStatus", "Original"),
        attributes={
            "id": uuid.uuid5(own, document.urn).urn,
            "associationType": ASSOCIATION_MEMBER,
            "sourceObject": own.urn,
            "targetObject": document.urn,
        },
    )

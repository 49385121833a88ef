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
    SubmissionScheme,
    Transaction,
)
from ncp.ihe.document_entry_writing import write_submitted_entry
from ncp.ihe.ebxml import (
    classification,
    coded,
    derived_urn,
    derived_urns,
    external_identifier,
    localized,
    rim,
    slot,
)
from ncp.ihe.entry_details import write_moment
from ncp.ihe.mtom import Attachment, content_url, xop_include
from ncp.ihe.nodes import element, form
from ncp.ihe.submission import (
    SET_PATIENT_ID,
    SET_SOURCE_ID,
    SET_UNIQUE_ID,
    Submission,
    SubmissionSet,
    SubmittedDocument,
)
from ncp.ports import FreshIds
from trust.xml import Blank, Element, Node, Written, only_with

_PART_TYPE = "text/xml; charset=UTF-8"
_TYPE_NAMES = {str(code): name for code, name in TYPE_CODE_NAMES.items()}


def _author_slot(name: str, blank: str) -> Element:
    return only_with(blank, slot(name, Blank(blank)))


def _identifier(kind: str, scheme: SubmissionScheme, name: str) -> Element:
    own = Blank(f"{kind}_id")
    return external_identifier(scheme, own, Blank("own"), Blank(kind), name)


_SET = form(
    element(
        rim("RegistryPackage"),
        slot("submissionTime", Blank("submission_time")),
        only_with("title", localized("Name", Blank("title"))),
        only_with("description", localized("Description", Blank("description"))),
        only_with(
            "author_id",
            classification(
                SubmissionScheme.AUTHOR,
                Blank("author_id"),
                Blank("own"),
                "",
                _author_slot("authorInstitution", "institution"),
                _author_slot("authorPerson", "person"),
            ),
        ),
        coded(
            SubmissionScheme.CONTENT_TYPE,
            Blank("content_type_id"),
            Blank("own"),
            Blank("content_type"),
            oids.LOINC,
            Blank("content_type_name"),
        ),
        _identifier("unique", SubmissionScheme.UNIQUE_ID, SET_UNIQUE_ID),
        _identifier("patient", SubmissionScheme.PATIENT_ID, SET_PATIENT_ID),
        _identifier("source", SubmissionScheme.SOURCE_ID, SET_SOURCE_ID),
        attributes={"id": Blank("own"), "objectType": SUBMISSION_SET},
    ),
    element(
        rim("Classification"),
        attributes={
            "id": Blank("set_id"),
            "classifiedObject": Blank("own"),
            "classificationNode": SUBMISSION_SET,
        },
    ),
)
_SET_IDS = {
    "content_type_id": SubmissionScheme.CONTENT_TYPE,
    "unique_id": SubmissionScheme.UNIQUE_ID,
    "patient_id": SubmissionScheme.PATIENT_ID,
    "source_id": SubmissionScheme.SOURCE_ID,
    "set_id": SUBMISSION_SET,
}
_MEMBER = form(
    element(
        rim("Association"),
        slot("SubmissionSetStatus", "Original"),
        attributes={
            "id": Blank("id"),
            "associationType": ASSOCIATION_MEMBER,
            "sourceObject": Blank("own"),
            "targetObject": Blank("document"),
        },
    )
)
_DOCUMENT = form(
    element(
        f"{{{ns.XDSB}}}Document",
        xop_include(Blank("content")),
        attributes={"id": Blank("id")},
    )
)


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


def _document(document: SubmittedDocument, attachment: Attachment) -> Written:
    return _DOCUMENT.fill(
        id=document.entry.entry_id.urn, content=content_url(attachment)
    )


def _objects(submission: Submission) -> Iterator[Node]:
    own = submission.submission_set
    urn = own.entry_id.urn
    for document in submission.documents:
        yield write_submitted_entry(document.entry, document.source_patient_info)
    yield _set(own, urn)
    for document in submission.documents:
        yield _member(own.entry_id, urn, document.entry.entry_id.urn)


def _set(own: SubmissionSet, urn: str) -> Written:
    """Write the submission set and what says that it is one."""
    if own.submission_time is None or own.submission_time.tzinfo is None:
        raise ValueError("a submission set needs its time, with a zone")
    if own.patient is None:
        raise ValueError("a submission set needs its patient")
    has_author = own.author_institution or own.author_person
    author_id = derived_urn(own.entry_id, SubmissionScheme.AUTHOR)
    return _SET.fill(
        own=urn,
        submission_time=write_moment(own.submission_time),
        title=own.title or None,
        description=own.description or None,
        author_id=author_id if has_author else None,
        institution=own.author_institution or None,
        person=own.author_person or None,
        content_type=own.content_type,
        content_type_name=_TYPE_NAMES.get(own.content_type, own.content_type),
        unique=own.unique_id,
        patient=own.patient.cx,
        source=own.source_id,
        **derived_urns(own.entry_id, _SET_IDS),
    )


def _member(own: uuid.UUID, urn: str, document: str) -> Written:
    return _MEMBER.fill(id=derived_urn(own, document), own=urn, document=document)

"""Provide and Register Document Set-b, the request: read by country A.

Documents come as XOP parts or as base64 in the envelope. What is missing and what is
not of its form are told apart, since both have codes of their own.

Spec: IHE ITI TF-2 §3.41.4.1.2 / IHE ITI TF-3 §4.2.1, §4.2.3 / eHDSI XDR Profile.
Seen: OpenNCP writes times on a clock of twelve hours and one constant source id.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from lxml import etree

from ncp.errors import ProtocolError, Refusal
from ncp.ihe import namespaces as ns
from ncp.ihe.codes import ASSOCIATION_MEMBER, SUBMISSION_SET, SubmissionScheme
from ncp.ihe.document_entry_reading import read_cx, read_submitted_entry
from ncp.ihe.ebxml import rim
from ncp.ihe.entry_details import read_moment
from ncp.ihe.iti41_wholeness import check_whole
from ncp.ihe.mtom import binary_content
from ncp.ihe.nodes import attribute, child, children
from ncp.ihe.registry_object import RegistryObject, read_slots
from ncp.ihe.submission import (
    SET_PATIENT_ID,
    SET_SOURCE_ID,
    SET_UNIQUE_ID,
    Submission,
    SubmissionSet,
    SubmittedDocument,
)
from trust.identifiers import PatientId

MOST_DOCUMENTS = 100
_NAMESPACE = uuid.UUID("0b7d2f6c-3f0e-5f0a-9d0e-6f2f2f1d9c41")


def read_submission(
    body: etree._Element, attachments: Mapping[str, bytes] | None
) -> Submission:
    """Read what is submitted.

    Parameters
    ----------
    attachments
        None reads the metadata alone, for the record of a message that is refused.

    Raises
    ------
    ProtocolError
        ``SUBMISSION_INCOMPLETE``, ``SUBMISSION_INVALID``, ``QUERY_UNSUPPORTED`` (an
        association that would change what is kept) or ``MULTIPART_BROKEN``.
    """
    try:
        return _read(body, attachments)
    except ProtocolError as error:
        if error.refusal is not Refusal.BODY_INVALID:
            raise
        raise _invalid(error.public_message) from error


def _read(body: etree._Element, attachments: Mapping[str, bytes] | None) -> Submission:
    objects = child(
        body, f"{{{ns.LCM}}}SubmitObjectsRequest", rim("RegistryObjectList")
    )
    found = children(objects, rim("ExtrinsicObject"))
    packages = children(objects, rim("RegistryPackage"))
    if objects is None or not found or len(packages) != 1:
        raise _incomplete("one submission set and its documents are expected")
    if len(found) > MOST_DOCUMENTS:
        raise _invalid(f"there are more than {MOST_DOCUMENTS} documents")
    package, entries = RegistryObject(packages[0]), list(map(RegistryObject, found))
    check_whole(body, package, entries)
    _check_associations(objects, packages[0], found)
    contents = _contents(body, found, attachments)
    return Submission(
        _read_set(package),
        tuple(_read_document(entry, contents) for entry in entries),
    )


def _check_associations(
    objects: etree._Element,
    package: etree._Element,
    entries: Sequence[etree._Element],
) -> None:
    members = {attribute(entry, "id") for entry in entries}
    own = attribute(package, "id")
    joined: list[str | None] = []
    for found in children(objects, rim("Association")):
        if attribute(found, "associationType") != ASSOCIATION_MEMBER:
            # To replace or to append would change what the receiver keeps.
            raise ProtocolError(
                Refusal.QUERY_UNSUPPORTED, "only HasMember associations are served"
            )
        ends = attribute(found, "sourceObject"), attribute(found, "targetObject")
        if ends[0] != own or ends[1] not in members:
            raise _invalid("an association leads out of the submission")
        joined.append(ends[1])
    if len(joined) != len(entries) or set(joined) != members:
        raise _invalid("a document is no member of the submission set, or twice")


def _contents(
    body: etree._Element,
    entries: Sequence[etree._Element],
    attachments: Mapping[str, bytes] | None,
) -> dict[str, bytes]:
    """Return the documents by the id of their entry."""
    known = [attribute(entry, "id") for entry in entries]
    if None in known or len(set(known)) != len(known):
        raise _invalid("an entry has no id, or one that another has too")
    contents: dict[str, bytes] = {}
    for document in children(body, f"{{{ns.XDSB}}}Document"):
        own = attribute(document, "id")
        if own is None or own not in known or own in contents:
            raise _invalid("a Document belongs to no entry, or to one that has another")
        contents[own] = (
            b"" if attachments is None else binary_content(document, attachments)
        )
    return contents


def _read_document(
    parts: RegistryObject, contents: Mapping[str, bytes]
) -> SubmittedDocument:
    own = attribute(parts.source, "id") or ""
    entry = read_submitted_entry(parts, _entry_id(own))
    for name, value in (
        ("class code", entry.class_code),
        ("format code", entry.format_code),
        ("patient id", entry.patient),
    ):
        if not value:
            raise _incomplete(f"an entry has no {name}, or one that cannot be read")
    patient = parts.slot("sourcePatientId")
    return SubmittedDocument(
        entry,
        contents.get(own),
        None if patient is None else _source_patient(patient),
        tuple(parts.slots.get("sourcePatientInfo", [])),
    )


def _source_patient(value: str) -> PatientId:
    patient = read_cx(value)
    if patient is None:
        raise _invalid("sourcePatientId is no patient id")
    return patient


def _entry_id(value: str) -> uuid.UUID:
    """Return the UUID of an entry; in a submission the id may be any text."""
    try:
        return uuid.UUID(value.removeprefix("urn:uuid:"))
    except ValueError:
        return uuid.uuid5(_NAMESPACE, value)


def _read_set(package: RegistryObject) -> SubmissionSet:
    if attribute(package.source, "objectType") not in {None, SUBMISSION_SET}:
        raise _invalid("the RegistryPackage is no submission set")
    unique_id = package.identifier(SubmissionScheme.UNIQUE_ID, SET_UNIQUE_ID)
    patient = read_cx(package.identifier(SubmissionScheme.PATIENT_ID, SET_PATIENT_ID))
    if unique_id is None or patient is None:
        raise _incomplete("the submission set has no uniqueId or no patientId")
    author = package.classified(SubmissionScheme.AUTHOR)
    told = {} if author is None else read_slots(author)
    content_type = package.classified(SubmissionScheme.CONTENT_TYPE)
    return SubmissionSet(
        entry_id=_entry_id(attribute(package.source, "id") or ""),
        unique_id=unique_id,
        source_id=package.identifier(SubmissionScheme.SOURCE_ID, SET_SOURCE_ID) or "",
        patient=patient,
        content_type=attribute(content_type, "nodeRepresentation") or "",
        submission_time=read_moment(package.slot("submissionTime")),
        title=package.localized("Name"),
        description=package.localized("Description"),
        author_person="".join(told.get("authorPerson", [])[:1]),
        author_institution="".join(told.get("authorInstitution", [])[:1]),
    )


def _incomplete(sentence: str) -> ProtocolError:
    return ProtocolError(Refusal.SUBMISSION_INCOMPLETE, sentence)


def _invalid(sentence: str) -> ProtocolError:
    return ProtocolError(Refusal.SUBMISSION_INVALID, sentence)

"""What an audit message says of a submission: its set, and what becomes of documents.

Spec: IHE ITI TF-2 3.41.5.1 / DICOM PS3.15 A.5.2.
Seen: OpenNCP 9 writes the MessageID where IHE wants the id of the submission set.
"""

from __future__ import annotations

from collections.abc import Iterator

from ncp.audit import codes
from ncp.audit.dicom_elements import (
    ROLE_JOB,
    ROLE_RESOURCE,
    SYSTEM,
    audited_object,
    detail,
)
from ncp.audit.event import AuditEvent
from ncp.ihe.codes import ClassCode
from trust.xml import Element

# RFC 3881 §5.5.3: logical deletion.
_LOGICAL_DELETION = "14"


def submission_objects(event: AuditEvent) -> Iterator[Element]:
    """Write the submission set, and each document with what becomes of it."""
    home = event.home_community_id
    extras = [] if home is None else [detail("ihe:homeCommunityID", home.urn.encode())]
    yield audited_object(
        event.submission_set or event.request_message_id,
        codes.SUBMISSION_SET,
        SYSTEM,
        ROLE_JOB,
        extras,
    )
    is_discard = event.document_kind is ClassCode.DISCARD
    discard = (event.submission_set,) if is_discard and event.submission_set else ()
    for document in (*event.documents, *discard):
        written = audited_object(
            document, codes.event_target(event.transaction), SYSTEM, ROLE_RESOURCE
        )
        if is_discard:
            written.attributes["ParticipantObjectDataLifeCycle"] = _LOGICAL_DELETION
        yield written

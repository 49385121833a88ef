"""CDA documents from templates written by hand: header, body, bytes.

Spec: HL7 CDA R2 §4.2 / eHDSI CDA implementation guides (Wave 8).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final

from conformance.simulators.documents.kinds import Kind
from conformance.simulators.documents.persona import (
    BIRTH_DATE,
    CITY,
    CREATED,
    FAMILY,
    GENDER,
    GIVEN,
    LANGUAGE,
    Origin,
)
from conformance.simulators.soap import Body, fill, part_of
from conformance.simulators.templates import write_filled
from trust.identifiers import PatientId

FOLDER: Final = "cda"
_TIME: Final = f"{CREATED}+0000"


@dataclass(frozen=True, slots=True)
class Head:
    """What the header of one document says.

    Attributes
    ----------
    template
        The last arc of its template id below that of eHDSI documents.
    document_id
        ``root`` or ``root^extension``.
    parent
        What it was made of in the country; empty where that is not told.
    is_of_care
        Whether it tells of what care it sums up, and whom to ask.
    """

    origin: Origin
    patient: PatientId
    kind: Kind
    template: str
    document_id: str
    name: str
    title: str
    parent: str = ""
    is_of_care: bool = False


def written(head: Head, body: Body) -> bytes:
    """Write a document of this head around a body."""
    people = _people(head)
    context = _context(head)
    root, _, extension = head.document_id.partition("^")
    values = {
        "template": head.template,
        "id_root": root,
        "id_extension": extension or None,
        "code": head.kind.code,
        "code_name": head.name,
        "title": head.title,
        "time": _TIME,
        "language": LANGUAGE,
        "home": head.origin.home,
        "parent": head.parent,
        "people": [each.element for each in people],
        "context": [node for each in context for node in each.element.children],
        "body": [body.element],
    }
    document = part_of(FOLDER, "document", values, *people, *context, body)
    return write_filled(document.element, *document.templates)


def embedded(media_type: str, content: bytes) -> Body:
    """Write the body of a document that carries a file."""
    text = base64.b64encode(content).decode("ascii")
    return fill(FOLDER, "embedded", media_type=media_type, content=text)


def _people(head: Head) -> list[Body]:
    place = {
        "home": head.origin.home,
        "city": CITY,
        "country": head.origin.country,
        "time": _TIME,
    }
    organization = fill(FOLDER, "organization", **place)
    inside = {**place, "organization": [organization.element]}
    return [
        _patient(head),
        part_of(FOLDER, "author", inside, organization),
        fill(FOLDER, "custodian", custodian=head.origin.organization, **place),
        part_of(FOLDER, "authenticator", inside, organization),
    ]


def _context(head: Head) -> list[Body]:
    if not head.is_of_care:
        return []
    place = {"city": CITY, "country": head.origin.country}
    return [fill(FOLDER, "summary-context", **place)]


def _patient(head: Head) -> Body:
    given, second_given = GIVEN
    return fill(
        FOLDER,
        "patient",
        root=head.patient.root,
        extension=head.patient.extension,
        family=FAMILY,
        given=given,
        second_given=second_given,
        gender=GENDER,
        birth_time=BIRTH_DATE,
        city=CITY,
        country=head.origin.country,
    )

"""The answer to Cross Gateway Query: a list of document entries, both ways.

Spec: IHE ITI TF-2 §3.38.4.2 / IHE ITI TF-3 §4.2.3.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from ncp.ihe.answer import Answer
from ncp.ihe.codes import ASSOCIATION_TRANSFORM, ResponseStatus, Transaction
from ncp.ihe.document_entry import DocumentEntry
from ncp.ihe.document_entry_reading import read_entry, read_uuid
from ncp.ihe.document_entry_writing import write_entry
from ncp.ihe.ebxml import (
    PeerError,
    read_errors,
    read_status,
    registry_error_list,
    rim,
    worst_status,
)
from ncp.ihe.nodes import attribute, child, children, element, invalid
from trust.identifiers import HomeCommunityId
from trust.xml import Element

MOST_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class Transform:
    """One entry is made from another: the PDF (source) from the coded document."""

    source: uuid.UUID
    target: uuid.UUID


@dataclass(frozen=True, slots=True)
class DocumentList:
    """What a peer answered to a query."""

    status: ResponseStatus
    entries: tuple[DocumentEntry, ...]
    errors: tuple[PeerError, ...]
    transforms: tuple[Transform, ...] = ()


def write_document_query_response(
    entries: Sequence[DocumentEntry],
    errors: Sequence[Answer] = (),
    *,
    home: HomeCommunityId,
    transforms: Sequence[Transform] = (),
) -> Element:
    """Build the answer to a query: errors first, then the list (schema order).

    An error forbids entries: a failure that still lists documents is not ours.
    """
    status = worst_status(errors, has_content=False)
    if entries and status is not ResponseStatus.SUCCESS:
        raise ValueError("a list with an error must not hold entries")
    return element(
        Transaction.ITI_38.response_element,
        registry_error_list(errors, home),
        element(
            rim("RegistryObjectList"),
            *(write_entry(entry) for entry in entries),
            *(_association(transform) for transform in transforms),
        ),
        attributes={"status": status},
    )


def _association(transform: Transform) -> Element:
    return element(
        rim("Association"),
        attributes={
            "id": uuid.uuid5(transform.source, transform.target.urn).urn,
            "associationType": ASSOCIATION_TRANSFORM,
            "sourceObject": transform.source.urn,
            "targetObject": transform.target.urn,
        },
    )


def read_document_query_response(body: etree._Element) -> DocumentList:
    """Read a list; a missing status is a failure, and a failure lists nothing.

    Raises
    ------
    ProtocolError
        An entry lacks what is needed to fetch it, or a failure lists documents
        (OpenNCP goes on after some failed checks; such a list is not taken).
    """
    status = read_status(body)
    objects = child(body, rim("RegistryObjectList"))
    found = children(objects, rim("ExtrinsicObject"))
    if len(found) > MOST_ENTRIES:
        raise invalid(f"the list has more than {MOST_ENTRIES} entries")
    if found and status is ResponseStatus.FAILURE:
        raise invalid("the status is a failure, or missing, yet documents are listed")
    return DocumentList(
        status,
        tuple(read_entry(source) for source in found),
        read_errors(body),
        _transforms(objects),
    )


def _transforms(objects: etree._Element | None) -> tuple[Transform, ...]:
    return tuple(
        Transform(
            read_uuid(attribute(found, "sourceObject")),
            read_uuid(attribute(found, "targetObject")),
        )
        for found in children(objects, rim("Association"))
        if attribute(found, "associationType") == ASSOCIATION_TRANSFORM
    )

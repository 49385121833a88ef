"""Cross Gateway Retrieve, both ways: which documents, and the documents.

Spec: IHE ITI TF-2 §3.39.4, §3.43.4 / IHE ITI TF-2 Appendix V.3.6 (MTOM).
Seen: gematik asks for several documents at once and answers with PartialSuccess;
OpenNCP answers one document, and with PartialSuccess where nothing is returned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from ncp.errors import ProtocolError
from ncp.ihe import namespaces as ns
from ncp.ihe.answer import Answer
from ncp.ihe.codes import ResponseStatus, Transaction
from ncp.ihe.ebxml import (
    PeerError,
    home_of,
    read_errors,
    read_status,
    registry_error_list,
    worst_status,
)
from ncp.ihe.mtom import Attachment, binary_content, content_url, xop_include
from ncp.ihe.nodes import child, children, element, form, invalid, required, text
from ncp.ports import FreshIds
from trust.identifiers import HomeCommunityId
from trust.xml import Blank, Element, Written, only_with

MOST_DOCUMENTS = 100
XML = "text/xml"
_REGISTRY_RESPONSE = f"{{{ns.RS}}}RegistryResponse"
_PART_TYPE = "text/xml; charset=UTF-8"


def _tag(name: str) -> str:
    return f"{{{ns.XDSB}}}{name}"


@dataclass(frozen=True, slots=True)
class DocumentRequest:
    """One document asked for, by the ids of its list entry."""

    home: HomeCommunityId | None
    repository_unique_id: str
    document_unique_id: str


@dataclass(frozen=True, slots=True)
class RetrieveRequest:
    """The documents asked for in one message, in order."""

    documents: tuple[DocumentRequest, ...]


@dataclass(frozen=True, slots=True)
class RetrievedDocument:
    """A document with the ids under which it was asked for."""

    request: DocumentRequest
    content: bytes = field(repr=False)
    mime_type: str = XML


@dataclass(frozen=True, slots=True)
class RetrieveResponse:
    """What a peer answered: documents, errors, or both (partial success)."""

    status: ResponseStatus
    documents: tuple[RetrievedDocument, ...]
    errors: tuple[PeerError, ...]

    def document_for(self, asked: DocumentRequest) -> RetrievedDocument | None:
        """Return the one document that carries the ids asked for, or None."""
        found = [
            document
            for document in self.documents
            if document.request.document_unique_id == asked.document_unique_id
            and document.request.repository_unique_id == asked.repository_unique_id
            and document.request.home in {None, asked.home}
        ]
        return found[0] if len(found) == 1 else None


def _leaf(name: str, blank: str) -> Element:
    return element(_tag(name), Blank(blank))


_IDS: Final = (
    only_with("home", _leaf("HomeCommunityId", "home")),
    _leaf("RepositoryUniqueId", "repository"),
    _leaf("DocumentUniqueId", "document"),
)
_REQUEST: Final = form(element(_tag("DocumentRequest"), *_IDS))
_RESPONSE: Final = form(
    element(
        _tag("DocumentResponse"),
        *_IDS,
        _leaf("mimeType", "mime_type"),
        element(_tag("Document"), xop_include(Blank("content"))),
    )
)


def write_retrieve_request(request: RetrieveRequest) -> Element:
    """Build the body that asks for documents."""
    return element(
        Transaction.ITI_39.request_element,
        *(_REQUEST.fill(**_ids(each)) for each in request.documents),
    )


def _ids(request: DocumentRequest) -> dict[str, str | None]:
    return {
        "home": None if request.home is None else request.home.urn,
        "repository": request.repository_unique_id,
        "document": request.document_unique_id,
    }


def read_retrieve_request(body: etree._Element) -> RetrieveRequest:
    """Read which documents are asked for; one that is asked for twice counts once.

    The home community may be absent (Denmark's test tool omits it); where it stands it
    must be an OID, and the use case compares it.

    Raises
    ------
    ProtocolError
        No document, or more than :data:`MOST_DOCUMENTS`, or an id is missing.
    """
    requests = children(body, _tag("DocumentRequest"))
    if not 1 <= len(requests) <= MOST_DOCUMENTS:
        raise invalid(f"between 1 and {MOST_DOCUMENTS} DocumentRequest are expected")
    return RetrieveRequest(tuple(dict.fromkeys(map(_read_ids, requests))))


def _read_ids(source: etree._Element) -> DocumentRequest:
    return DocumentRequest(
        home_of(text(child(source, _tag("HomeCommunityId")))),
        _needed(source, "RepositoryUniqueId"),
        _needed(source, "DocumentUniqueId"),
    )


def _needed(source: etree._Element, name: str) -> str:
    value = text(required(source, _tag(name)))
    if value is None:
        raise invalid(f"{name} is empty")
    return value


def write_retrieve_response(
    documents: Sequence[RetrievedDocument],
    errors: Sequence[Answer],
    *,
    home: HomeCommunityId,
    ids: FreshIds,
) -> tuple[Element, tuple[Attachment, ...]]:
    """Build the answer and the attachments its documents travel in.

    The status follows from what is given: success, partial success where a document
    comes with an error, failure where nothing comes.
    """
    attachments = tuple(
        Attachment(f"{ids.uuid()}@ncp", _PART_TYPE, document.content)
        for document in documents
    )
    body = element(
        Transaction.ITI_39.response_element,
        element(
            _REGISTRY_RESPONSE,
            registry_error_list(errors, home),
            attributes={"status": worst_status(errors, has_content=bool(documents))},
        ),
        *(
            _document_response(document, attachment, home)
            for document, attachment in zip(documents, attachments, strict=True)
        ),
    )
    return body, attachments


def _document_response(
    document: RetrievedDocument, attachment: Attachment, home: HomeCommunityId
) -> Written:
    """Write one answer; the home community is ours where the request told none."""
    asked = document.request
    return _RESPONSE.fill(
        **_ids(replace(asked, home=asked.home or home)),
        mime_type=document.mime_type,
        content=content_url(attachment),
    )


def read_retrieve_response(
    body: etree._Element, attachments: Mapping[str, bytes]
) -> RetrieveResponse:
    """Read documents and errors; the documents as XOP parts or inline base64.

    A missing status is a failure. A failure that still brings documents contradicts
    itself and is refused.
    """
    response = child(body, _REGISTRY_RESPONSE)
    status, errors = read_status(response), read_errors(response)
    responses = children(body, _tag("DocumentResponse"))
    if len(responses) > MOST_DOCUMENTS:
        raise invalid(f"more than {MOST_DOCUMENTS} DocumentResponse")
    documents = tuple(_read_document(r, attachments) for r in responses)
    if documents and status is ResponseStatus.FAILURE:
        raise _contradiction()
    return RetrieveResponse(status, documents, errors)


def _contradiction() -> ProtocolError:
    return invalid("the status is a failure, or missing, yet documents are returned")


def _read_document(
    source: etree._Element, attachments: Mapping[str, bytes]
) -> RetrievedDocument:
    content = binary_content(required(source, _tag("Document")), attachments)
    if not content:
        raise invalid("a Document is empty")
    return RetrievedDocument(_read_ids(source), content, _needed(source, "mimeType"))

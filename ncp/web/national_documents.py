"""More about documents at the national door: several fetched at once, and submitted.

A document travels as base64 inside the JSON, byte for byte.

Spec: fact sheet 01 6.2 (retrieveDocument, submitDocument) / IHE ITI TF-2 3.41.
"""

from __future__ import annotations

import base64
from typing import Annotated

from fastapi import FastAPI
from pydantic import BeforeValidator, Field

from ncp.country_b.treatment import (
    FetchedDocument,
    InitiatingGateway,
    NotFetched,
    SubmitOperation,
    SubmittedToCountry,
)
from ncp.web.national_caller import Answer, Message, Opaque, Professional


def _decoded(value: object) -> bytes:
    """Decode base64; nothing but base64 is passed over."""
    if not isinstance(value, str):
        raise ValueError("base64 is expected")  # noqa: TRY004 - pydantic's own word
    return base64.b64decode(value, validate=True)


class FetchSeveralRequest(Message):
    """Which documents of the list."""

    handle: Opaque
    documents: Annotated[tuple[Opaque, ...], Field(min_length=1, max_length=100)]


class SubmitRequest(Message):
    """A dispensation, or the document by which it was dispensed, to discard it."""

    handle: Opaque
    operation: SubmitOperation
    content: Annotated[bytes, BeforeValidator(_decoded), Field(min_length=1)]


class FetchedAnswer(Answer):
    """A document as it was received."""

    document: str
    mime_type: str
    content: str
    names_patient: bool
    is_valid: bool


class PeerWordsAnswer(Answer):
    """An error as the other country told it; what it did not tell is empty."""

    code: str
    reason: str
    text: str
    location: str


class NotFetchedAnswer(Answer):
    """A document that did not come, and why: in our words, and in the peer's."""

    document: str
    sentence: str
    codes: tuple[str, ...]
    told: tuple[PeerWordsAnswer, ...]


class FetchSeveralAnswer(Answer):
    """What came, and what did not."""

    documents: tuple[FetchedAnswer, ...]
    refused: tuple[NotFetchedAnswer, ...]


class SubmittedAnswer(Answer):
    """The patient's country has taken the document."""

    handle: str
    operation: SubmitOperation
    submission: str


def add_document_routes(app: FastAPI, gateway: InitiatingGateway) -> None:
    """Add the steps of this module; they block, so the framework threads them."""

    @app.post("/documents/fetch-several", response_model=FetchSeveralAnswer)
    def fetch_several(
        professional: Professional, request: FetchSeveralRequest
    ) -> dict[str, object]:
        """Fetch several documents of the list; one that does not come says why."""
        found = gateway.fetch_several(professional, request.handle, request.documents)
        return {
            "documents": [
                _encoded(each) for each in found if isinstance(each, FetchedDocument)
            ],
            "refused": [each for each in found if isinstance(each, NotFetched)],
        }

    @app.post("/documents/submit", response_model=SubmittedAnswer)
    def submit(
        professional: Professional, request: SubmitRequest
    ) -> SubmittedToCountry:
        """Submit a dispensation or its discard; the same again counts once."""
        return gateway.submit(
            professional, request.handle, request.operation, request.content
        )


def _encoded(fetched: FetchedDocument) -> dict[str, object]:
    return {
        "document": fetched.document,
        "mime_type": fetched.mime_type,
        "content": base64.b64encode(fetched.content).decode("ascii"),
        "names_patient": fetched.names_patient,
        "is_valid": fetched.is_valid,
    }

"""One document at the national door, told in the reader's language.

The answer is JSON: the document as it came, and its translation beside it.

Spec: fact sheet 01 6.2 (retrieveDocument with a target language).
"""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, Any

from fastapi import FastAPI
from pydantic import Field

from ncp.country_b.treatment import FetchedDocument, InitiatingGateway
from ncp.web.national_caller import Message, Opaque, Professional

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]


class TranslateRequest(Message):
    """Which document of the list, in which language."""

    handle: Opaque
    document: Opaque
    language: Language


def add_translating_routes(app: FastAPI, gateway: InitiatingGateway) -> None:
    """Add what fetches a document and tells it in a language."""

    @app.post("/documents/translate")
    def translate(
        professional: Professional, request: TranslateRequest
    ) -> dict[str, Any]:
        """Fetch one document, as it came and told in a language beside it."""
        return _told(
            gateway.fetch(
                professional, request.handle, request.document, request.language
            )
        )


def _told(fetched: FetchedDocument) -> dict[str, Any]:
    told = fetched.translation
    return {
        "mimeType": fetched.mime_type,
        "namesPatient": fetched.names_patient,
        "original": _encoded(fetched.content),
        "translation": None
        if told is None
        else {
            "content": _encoded(told.content),
            "languagesTried": told.languages,
            **told.account,
        },
    }


def _encoded(content: bytes) -> str:
    return b64encode(content).decode("ascii")

"""One document at the national door: as it came, and what is inside.

What is shown comes from abroad: it is looked into before it leaves here, and no browser
shall guess what it is, or run it.

Spec: fact sheet 01 6.2 (retrieveDocument) / ISO 32000-1 §12.6 (what acts).
"""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Response

from ncp.country_b.treatment import FetchedDocument, InitiatingGateway
from ncp.web.national_caller import Message, Opaque, Professional

PATIENT_NAMED: Final = "NCP-Patient-Named"
DOCUMENT_VALID: Final = "NCP-Document-Valid"
"""Response header: whether the document carries the identifier asked for."""
STRIPPED: Final = "NCP-Document-Stripped"
"""Response header: whether something that acts was taken out for showing."""
FINDINGS: Final = "NCP-Document-Findings"
"""Response header: rules that spoke about the document, parted by commas."""
_HARMLESS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox",
    "Content-Disposition": "inline",
}


class FetchRequest(Message):
    """Which document of the list."""

    handle: Opaque
    document: Opaque


def add_showing_routes(app: FastAPI, gateway: InitiatingGateway) -> None:
    """Add what fetches a document, has it again, and shows what is inside."""

    @app.post("/documents/fetch", response_class=Response)
    def fetch(professional: Professional, request: FetchRequest) -> Response:
        """Fetch one document of the list, byte for byte."""
        return _as_received(
            gateway.fetch(professional, request.handle, request.document)
        )

    @app.post("/documents/received", response_class=Response)
    def received(professional: Professional, request: FetchRequest) -> Response:
        """Return a document that was fetched before, byte for byte as it came."""
        return _as_received(
            gateway.received(professional, request.handle, request.document)
        )

    @app.post("/documents/show", response_class=Response)
    def show(professional: Professional, request: FetchRequest) -> Response:
        """Fetch one document and return the PDF or image inside, looked into."""
        found = gateway.show(professional, request.handle, request.document)
        return Response(
            found.content,
            media_type=found.mime_type,
            headers={
                **_HARMLESS,
                PATIENT_NAMED: _yes_or_no(found.names_patient),
                STRIPPED: _yes_or_no(found.is_stripped),
                FINDINGS: ",".join(found.findings),
            },
        )


def _as_received(document: FetchedDocument) -> Response:
    return Response(
        document.content,
        media_type=document.mime_type,
        headers={
            PATIENT_NAMED: _yes_or_no(document.names_patient),
            DOCUMENT_VALID: _yes_or_no(document.is_valid),
        },
    )


def _yes_or_no(fact: bool) -> str:
    return "yes" if fact else "no"

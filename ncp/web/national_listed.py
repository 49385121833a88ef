"""One document of a list, as the national door tells it."""

from __future__ import annotations

from ncp.web.national_caller import Answer


class ListedDocumentAnswer(Answer):
    """One document abroad."""

    document: str
    kind: str
    title: str | None
    mime_type: str | None
    language: str | None
    created: str | None
    size: int | None
    form: str
    coded_form: str | None
    description: str | None
    authors: tuple[str, ...]
    service_start: str | None

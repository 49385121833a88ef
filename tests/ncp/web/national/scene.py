"""A gateway behind the national door, and how its software asks."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from ncp.country_b.treatment import (
    ConfirmedTreatment,
    FetchedDocument,
    FoundPatient,
    IdentifiedPatients,
    ListedDocument,
    ListedDocuments,
    NotFetched,
    ShownDocument,
    SubmittedToCountry,
)
from ncp.peer_words import PeerWords
from tests.ncp.web.running import connect, read_all
from trust.assertions.codes import ROLES, FacilityType, PurposeOfUse
from trust.assertions.model import HealthProfessional

TOKEN = "t" * 40
SOUGHT = {
    "country": "LU",
    "identifiers": [{"root": "1.3.182.4.4", "extension": "1893120105732"}],
    "birthDate": "1893-12-01",
}


def professional(name: str) -> HealthProfessional:
    return HealthProfessional(
        name, name, ROLES["221"], "Hospital", None, FacilityType.HOSPITAL, "Lisbon", (),
        "urn:x", PurposeOfUse.TREATMENT,
    )  # fmt: skip


ANA, RUI = professional("ana"), professional("rui")


class Gateway:
    """Country B, as told by the test."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []
        self.error: Exception | None = None

    def _ask(self, *call) -> None:
        self.asked.append(call)
        if self.error is not None:
            raise self.error

    def identify(self, who, country, sought) -> IdentifiedPatients:
        self._ask("identify", who, country, sought)
        person = FoundPatient("h-1", family=("Weber",), birth_date="1893-12-01")
        return IdentifiedPatients(country, (person,))

    def confirm(self, who, handle, purpose_of_use, shown) -> ConfirmedTreatment:
        self._ask("confirm", who, handle, purpose_of_use)
        expires = datetime(2026, 1, 2, 3, tzinfo=UTC)
        return ConfirmedTreatment(handle, purpose_of_use, expires)

    def documents(self, who, handle, wish) -> ListedDocuments:
        self._ask("documents", who, handle)
        self.wish = wish
        return ListedDocuments(
            handle, (ListedDocument("d-1", "60591-5"),), ("4701 (no consent)",)
        )

    def fetch(self, who, handle, document) -> FetchedDocument:
        self._ask("fetch", who, handle, document)
        return FetchedDocument(document, "text/xml", b"<ClinicalDocument/>")

    def fetch_several(self, who, handle, documents):
        self._ask("fetch_several", who, handle, documents)
        first = FetchedDocument(documents[0], "text/xml", b"<ClinicalDocument/>")
        words = (PeerWords("4101", text="weg"),)
        rest = (
            NotFetched(each, "It is gone.", ("4101",), words) for each in documents[1:]
        )
        return (first, *rest)

    def submit(self, who, handle, operation, content):
        self._ask("submit", who, handle, operation, content)
        return SubmittedToCountry(handle, operation, "s-1")

    def received(self, who, handle, document) -> FetchedDocument:
        self._ask("received", who, handle, document)
        return FetchedDocument(document, "text/xml", b"<ClinicalDocument/>")

    def show(self, who, handle, document) -> ShownDocument:
        self._ask("show", who, handle, document)
        return ShownDocument(
            document,
            "application/pdf",
            b"%PDF-",
            is_stripped=True,
            findings=("document-holds-script", "document-holds-link"),
        )


def ask(port, path, content, token: str | None = TOKEN, method="POST"):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: door",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    with connect(port) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        answer = read_all(connection)
    head, _, content = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode().lower(), content

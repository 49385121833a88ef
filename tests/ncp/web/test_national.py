from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime

import pytest

from ncp.country_b.treatment import (
    ConfirmedTreatment,
    DocumentWish,
    FetchedDocument,
    FoundPatient,
    IdentifiedPatients,
    ListedDocument,
    ListedDocuments,
    NotFetched,
    ShownDocument,
    SubmittedToCountry,
)
from ncp.errors import (
    InternalError,
    NationalError,
    NcpError,
    PeerRefused,
    PeerUnavailable,
    PolicyError,
    ProtocolError,
    Refusal,
)
from ncp.ihe.codes import ClassCode
from ncp.peer_words import PeerWords
from ncp.web.doors import Door
from ncp.web.national import national_app
from ncp.web.tokens import TokenRing
from tests.ncp.web.running import connect, read_all, running
from trust.assertions.codes import ROLES, FacilityType, PurposeOfUse
from trust.assertions.model import HealthProfessional, NextOfKin
from trust.identifiers import CountryCode, PatientId

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


@pytest.fixture(scope="module")
def _gateway() -> Gateway:
    return Gateway()


@pytest.fixture
def gateway(_gateway) -> Gateway:
    _gateway.asked.clear()
    _gateway.error = None
    return _gateway


@pytest.fixture(scope="module")
def port(_gateway):
    app = national_app(
        _gateway,
        TokenRing([(TOKEN, ANA), ("u" * 40, RUI)]),
        max_body_bytes=5_000,
        body_timeout_s=2,
    )
    with running(Door("national", app, "127.0.0.1", 0)) as doors:
        yield doors.port("national")


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


def test_a_patient_is_identified_for_the_professional_of_the_token(port, gateway):
    status, head, content = ask(port, "/patients/identify", SOUGHT)
    assert status == 200
    assert "cache-control: no-store" in head
    answer = json.loads(content)
    assert answer["country"] == "LU"
    assert answer["patients"][0]["handle"] == "h-1"
    assert answer["patients"][0]["birthDate"] == "1893-12-01"
    ((_, who, country, sought),) = gateway.asked
    assert who is ANA
    assert country == CountryCode("LU")
    assert sought.identifiers == (PatientId("1.3.182.4.4", "1893120105732"),)
    assert sought.birth_date == "1893-12-01"


def test_who_speaks_for_the_patient_is_handed_on(port, gateway):
    kin = {"id": "kin-1", "familyName": "Holm", "birthDate": "1990-01-02"}
    status, _, _ = ask(port, "/patients/identify", SOUGHT | {"nextOfKin": kin})
    assert status == 200
    ((_, _, _, sought),) = gateway.asked
    assert sought.next_of_kin == NextOfKin(
        "kin-1", family_name="Holm", birth_date=date(1990, 1, 2)
    )


def test_a_next_of_kin_needs_an_identifier(port, gateway):
    kin = {"familyName": "Holm"}
    status, _, content = ask(port, "/patients/identify", SOUGHT | {"nextOfKin": kin})
    assert status == 422
    assert b"nextOfKin.id" in content
    assert gateway.asked == []


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"family": ["We\x1fber"]}, b"family"),
        ({"nextOfKin": {"id": "kin\x00"}}, b"nextOfKin.id"),
        ({"identifiers": [{"root": "1.2", "extension": "a\ufffe"}]}, b"extension"),
    ],
)
def test_what_no_message_can_carry_is_refused(port, gateway, told, place):
    status, _, content = ask(port, "/patients/identify", SOUGHT | told)
    assert status == 422
    assert place in content
    assert gateway.asked == []


def test_another_token_is_another_professional(port, gateway):
    ask(port, "/documents/list", {"handle": "h-1"}, token="u" * 40)
    assert gateway.asked == [("documents", RUI, "h-1")]


def test_the_treatment_is_confirmed_with_its_purpose(port, gateway):
    status, _, content = ask(
        port, "/treatments/confirm", {"handle": "h-1", "purposeOfUse": "EMERGENCY"}
    )
    assert status == 200
    assert json.loads(content)["expires"] == "2026-01-02T03:00:00Z"
    assert gateway.asked == [("confirm", ANA, "h-1", PurposeOfUse.EMERGENCY)]


def test_documents_are_listed_and_one_is_fetched_byte_for_byte(port, gateway):
    _, _, content = ask(port, "/documents/list", {"handle": "h-1"})
    assert json.loads(content)["documents"][0]["document"] == "d-1"
    assert json.loads(content)["warnings"] == ["4701 (no consent)"]
    status, head, content = ask(
        port, "/documents/fetch", {"handle": "h-1", "document": "d-1"}
    )
    assert (status, content) == (200, b"<ClinicalDocument/>")
    assert "content-type: text/xml" in head
    assert "cache-control: no-store" in head


def test_without_a_wish_patient_summaries_are_listed(port, gateway):
    ask(port, "/documents/list", {"handle": "h-1"})
    assert gateway.wish == DocumentWish()


def test_a_wish_names_kinds_times_and_a_size(port, gateway):
    status, _, _ = ask(
        port,
        "/documents/list",
        {
            "handle": "h-1",
            "kinds": ["11502-2", "x-clinical-image"],
            "createdAfter": "2026-01-01T00:00:00+01:00",
            "maximumSize": 1_000_000,
        },
    )
    assert status == 200
    assert gateway.wish == DocumentWish(
        (ClassCode.LABORATORY_RESULT, ClassCode.MEDICAL_IMAGE),
        created_after=datetime(2025, 12, 31, 23, tzinfo=UTC),
        maximum_size=1_000_000,
    )


@pytest.mark.parametrize(
    "wish",
    [
        {"kinds": []},
        {"kinds": ["0815"]},
        {"createdAfter": "2026-01-01T00:00:00"},
        {"maximumSize": 0},
    ],
)
def test_a_wish_that_is_none_is_refused(port, gateway, wish):
    status, _, _ = ask(port, "/documents/list", {"handle": "h-1", **wish})
    assert status == 422
    assert gateway.asked == []


def test_what_is_inside_is_shown_with_what_was_done_to_it(port, gateway):
    status, head, content = ask(
        port, "/documents/show", {"handle": "h-1", "document": "d-1"}
    )
    assert (status, content) == (200, b"%PDF-")
    assert gateway.asked == [("show", ANA, "h-1", "d-1")]
    for line in (
        "content-type: application/pdf",
        "ncp-document-stripped: yes",
        "ncp-document-findings: document-holds-script,document-holds-link",
        "ncp-patient-named: yes",
        "x-content-type-options: nosniff",
        "content-security-policy: sandbox",
        "cache-control: no-store",
    ):
        assert line in head


def test_a_document_is_had_again_as_it_was_received(port, gateway):
    status, _, content = ask(
        port, "/documents/received", {"handle": "h-1", "document": "d-1"}
    )
    assert (status, content) == (200, b"<ClinicalDocument/>")
    assert gateway.asked == [("received", ANA, "h-1", "d-1")]


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], TOKEN + "t"])
@pytest.mark.parametrize(
    "path",
    [
        "/patients/identify",
        "/treatments/confirm",
        "/documents/list",
        "/documents/fetch",
        "/documents/show",
        "/documents/received",
    ],
)
def test_without_a_token_nothing_is_answered(port, gateway, path, token):
    status, head, _ = ask(port, path, SOUGHT, token=token)
    assert status == 401
    assert "www-authenticate: bearer" in head
    assert gateway.asked == []


@pytest.mark.parametrize(
    "change",
    [
        {"country": "Luxembourg"},
        {"identifiers": []},
        {"identifiers": [{"root": "no oid", "extension": "1893120105732"}]},
        {"identifiers": [{"root": "1.2.3", "extension": "1893^0105732"}]},
        {"birthDate": "1893120105732"},
        {"Weber1893120105732": "x"},
        {"gender": "Weber1893120105732"},
    ],
)
def test_a_refused_request_does_not_repeat_what_it_said(port, gateway, change):
    status, head, content = ask(port, "/patients/identify", {**SOUGHT, **change})
    assert status == 422
    assert "application/problem+json" in head
    for value in (b"1893", b"Weber", b"Luxembourg"):
        assert value not in content
    assert gateway.asked == []


def test_broken_json_is_a_problem_without_its_text(port, gateway):
    status, _, content = ask(port, "/patients/identify", b'{"country": Weber')
    assert status == 422
    assert b"Weber" not in content


def peer_error() -> NcpError:
    error = PeerRefused(
        Refusal.PEER_ANSWERED_ERROR,
        "It said no.",
        codes=("ERROR_PI_NO_MATCH",),
        told=(PeerWords("ERROR_PI_NO_MATCH", text="niemand"),),
    )
    error.message_id = "urn:uuid:6f1c0b7a-0000-4000-8000-000000000000"
    return error


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (PeerUnavailable(Refusal.PEER_UNREACHABLE, "x", "y"), 502, "peer-unreachable"),
        (PeerUnavailable(Refusal.PEER_UNKNOWN, "x"), 404, "peer-unknown"),
        (peer_error(), 502, "peer-answered-error"),
        (
            ProtocolError(Refusal.PEER_ANSWER_INVALID, "x"),
            502,
            "peer-answer-invalid",
        ),
        (PolicyError(Refusal.TREATMENT_UNKNOWN, "x"), 404, "treatment-unknown"),
        (
            PolicyError(Refusal.TREATMENT_NOT_CONFIRMED, "x"),
            409,
            "treatment-not-confirmed",
        ),
        (PolicyError(Refusal.CONSENT_REFUSED, "x"), 403, "consent-refused"),
        (NcpError(Refusal.RECORD_UNAVAILABLE, "x"), 503, "record-unavailable"),
        (NationalError(Refusal.INTERNAL, "x"), 500, "internal"),
        (InternalError(Refusal.INTERNAL, "x"), 500, "internal"),
    ],
)
@pytest.mark.spec("RFC 9457 3.1")
def test_an_error_of_the_gateway_is_a_problem(port, gateway, error, status, kind):
    gateway.error = error
    answered, head, content = ask(port, "/documents/list", {"handle": "h-1"})
    problem = json.loads(content)
    assert answered == problem["status"] == status
    assert "application/problem+json" in head
    assert problem["type"] == f"urn:ncp:refusal:{kind}"
    assert problem["detail"] == error.public_message
    assert problem.get("remedy", "") == error.remedy
    assert tuple(problem.get("codes", ())) == getattr(error, "codes", ())
    told = [each.as_json() for each in getattr(error, "told", ())]
    assert problem.get("told", []) == told
    assert problem.get("messageId") == error.message_id


def test_a_defect_says_nothing_of_the_patient(port, gateway, capfd):
    gateway.error = KeyError("Maria Planted")
    status, _, content = ask(port, "/documents/list", {"handle": "h-1"})
    assert status == 500
    assert b"Planted" not in content


@pytest.mark.parametrize(
    "path",
    ["/services/XCPD_Service", "/services/XCA_Service", "/metrics", "/health/live",
     "/docs", "/redoc", "/"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_doors_are_not_here(port, path, method):
    status, head, _ = ask(port, path, {}, method=method)
    assert status == 404
    assert "application/problem+json" in head


def test_patients_are_asked_for_by_post_only(port):
    for path in ("/patients/identify", "/documents/list"):
        assert ask(port, path, {}, method="GET")[0] == 405


def test_a_large_request_is_refused(port, gateway):
    status, head, content = ask(port, "/patients/identify", b"x" * 6_000)
    assert status == 413
    assert "application/problem+json" in head
    assert b"5000 bytes" in content


# Several documents, and submitting ---------------------------------------------------


def test_several_documents_come_with_what_did_not(port, gateway):
    content = {"handle": "h-1", "documents": ["d-1", "d-2"]}
    _, _, answer = ask(port, "/documents/fetch-several", content)
    told = json.loads(answer)
    assert base64.b64decode(told["documents"][0]["content"]) == b"<ClinicalDocument/>"
    assert told["refused"] == [
        {
            "document": "d-2",
            "sentence": "It is gone.",
            "codes": ["4101"],
            "told": [{"code": "4101", "reason": "", "text": "weg", "location": ""}],
        }
    ]


def test_a_dispensation_is_submitted_byte_for_byte(port, gateway):
    document = b"<ClinicalDocument>\n</ClinicalDocument>"
    content = {
        "handle": "h-1",
        "operation": "dispense",
        "content": base64.b64encode(document).decode(),
    }
    _, _, answer = ask(port, "/documents/submit", content)
    assert json.loads(answer) == {
        "handle": "h-1",
        "operation": "dispense",
        "submission": "s-1",
    }
    assert gateway.asked == [("submit", ANA, "h-1", "dispense", document)]


@pytest.mark.parametrize(
    "changed", [{"operation": "return"}, {"content": "no base64!"}, {"content": ""}]
)
def test_what_cannot_be_submitted_is_not_asked(port, gateway, changed):
    good = {"handle": "h-1", "operation": "discard", "content": "PGE+PC9hPg=="}
    assert ask(port, "/documents/submit", good | changed)[0] == 422
    assert gateway.asked == []

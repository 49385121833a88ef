"""One id stands in the log's lines, in the record and in what a peer is told.

Spec: fact sheet 06 5.6 item 5, 6.2 (a trace id in every line and in errors to peers).
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from contextlib import suppress

import pytest
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from ncp.errors import PolicyError, Refusal
from ncp.ihe.codes import Transaction
from ncp.ihe.soap import read_response
from ncp.store import AuditQuery
from ncp.telemetry import configure_logging, current_trace, get_logger, traced
from ncp.web import problems
from ncp.web.limits import BodyLimit
from tests.ncp.country_a.scene import EVA, LUC, MATRICULE, CountryA, discovery
from trust.identifiers import PatientId

STRANGER = PatientId(MATRICULE, "1999010100000")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    yield stream
    configure_logging("warning", "json")


@pytest.fixture
def country(tmp_path) -> Iterator[CountryA]:
    made = CountryA(tmp_path)
    yield made
    made.store.close()


def traces(log: io.StringIO) -> list[str | None]:
    return [json.loads(line).get("trace") for line in log.getvalue().splitlines()]


@pytest.mark.parametrize(
    "ask",
    [
        lambda country: country.send(Transaction.ITI_55, discovery(EVA), []),
        lambda country: country.identify(STRANGER),
        lambda country: country.list_documents(LUC),
        lambda country: country.identify(EVA),
    ],
    ids=["fault", "no match", "registry error", "answer"],
)
def test_the_message_id_of_an_answer_is_the_trace_of_its_exchange(country, log, ask):
    answer = ask(country)
    trace = read_response(answer.payload).addressing.message_id
    assert set(traces(log)) == {trace}
    assert current_trace() is None, "it ends with the exchange"


def test_an_exchange_is_found_in_the_record_by_its_trace(country):
    answer = country.identify(STRANGER)
    trace = read_response(answer.payload).addressing.message_id
    (record,) = country.store.messages_with(trace)
    assert record.record.condition == Refusal.PATIENT_UNKNOWN
    assert list(country.store.search_audit(AuditQuery(terms=(("message", trace),))))


def asked(app: ASGIApp, path: str, body: bytes = b"") -> dict[str, str]:
    """Ask an application without a server, and return what it says."""
    said: list[bytes] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, object]) -> None:
        said.append(message.get("body", b""))

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }
    # A defect is answered, and raised for whoever runs the application.
    with suppress(KeyError):
        asyncio.run(app(scope, receive, send))
    told: dict[str, str] = json.loads(b"".join(said))
    return told


@pytest.mark.parametrize("path", ["/refused", "/defect", "/nothing-here"])
def test_a_problem_bears_the_trace_of_the_log(log, path):
    app = FastAPI()
    for kind, told in (
        (PolicyError, problems.on_ncp_error),
        (Exception, problems.on_defect),
    ):
        app.add_exception_handler(kind, told)

    @app.get("/refused")
    def refused() -> None:
        get_logger().info("door.opened")
        raise PolicyError(Refusal.CONSENT_REFUSED, "no")

    @app.get("/defect")
    def defect() -> None:
        get_logger().info("door.opened")
        raise KeyError

    async def missing(request: Request, error: Exception) -> JSONResponse:
        get_logger().info("door.opened")
        return await problems.on_http_error(request, error)

    app.add_exception_handler(HTTPException, missing)
    door = BodyLimit(app, 1000, 60)
    first, second = asked(door, path), asked(door, path)
    assert first["trace"].startswith("urn:uuid:")
    assert first["trace"] != second["trace"]
    assert set(traces(log)) == {first["trace"], second["trace"]}


def test_what_is_refused_before_it_is_read_has_a_trace_too():
    assert asked(BodyLimit(FastAPI(), 10, 60), "/", b"x" * 11)["trace"]


def test_outside_of_any_request_there_is_no_trace(log):
    get_logger().info("door.opened")
    with traced("t"):
        get_logger().info("door.opened")
    assert traces(log) == [None, "t"]
    with traced("t"):
        assert problems.problem(404, "http", "no").body.count(b'"trace":"t"') == 1
    assert b"trace" not in problems.problem(404, "http", "no").body

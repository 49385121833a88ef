"""What the client sends, and what it refuses to take."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from decimal import Decimal

import pytest

from ncp.errors import NationalError, Refusal
from ncp.evidence.national_hops import national_hops
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_failures import NotThere
from ncp.national.fhir_json import parse_resource
from ncp.national.http_line import ClientLimits
from ncp.national.server_base import ServerBase
from tests.ncp.national.fake_server import Reply, outcome, searchset

SECRET = "1893120105732"
ROOT = "urn:oid:1.3.182.4.4"
PATIENT = {"resourceType": "Patient", "id": "a"}


@pytest.fixture
def client(server):
    limits = ClientLimits(
        max_bytes=2_000, read_timeout_s=0.4, whole_answer_s=0.6, max_pages=3
    )
    return FhirClient(ServerBase.parse(server.base), limits=limits, token="t0ken")


def search(client):
    return client.search(
        "Patient", [("identifier", f"{ROOT}|{SECRET}")], private=[SECRET]
    )


def remedy_of(client, call=search):
    with pytest.raises(NationalError) as failed:
        call(client)
    error = failed.value
    assert error.refusal is Refusal.NATIONAL_UNAVAILABLE
    assert SECRET not in f"{error} {error.remedy} {error.__cause__!r}"
    return error.remedy


@pytest.mark.spec("FHIR R4 3.1.0.9")
def test_a_search_is_a_form_and_puts_no_identifier_into_a_url(server, client):
    server.on_search("Patient", PATIENT)
    assert search(client) == [PATIENT]
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/fhir/Patient/_search")
    assert request.form == "identifier=urn%3Aoid%3A1.3.182.4.4%7C1893120105732"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.headers["Prefer"] == "handling=strict"
    assert request.headers["Accept-Encoding"] == "identity"
    assert request.headers["Accept"].startswith("application/fhir+json")
    assert request.headers["Authorization"] == "Bearer t0ken"


@pytest.mark.spec("FHIR R4 3.1.1.4")
def test_all_pages_are_read_by_links_below_the_base(server, client):
    server.on_search("Patient", PATIENT, next_link=f"{server.base}?_getpages=x")
    server.replies["GET", "/fhir?_getpages=x"] = Reply(
        body=json.dumps(searchset({"resourceType": "Patient", "id": "b"})).encode()
    )
    assert [found["id"] for found in search(client)] == ["a", "b"]


def test_a_next_link_that_repeats_the_identifier_is_sent_as_a_form(server, client):
    query = f"identifier=urn%3Aoid%3A1.3.182.4.4%7C{SECRET}&page=2"
    calls = iter([searchset(PATIENT, next_link=f"Patient?{query}"), searchset()])

    def write(handler):
        body = json.dumps(next(calls)).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/fhir+json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    server.on("POST", "Patient/_search", Reply(write=write))
    assert search(client) == [PATIENT]
    assert [request.method for request in server.requests] == ["POST", "POST"]
    assert all(SECRET not in request.path for request in server.requests)
    assert f"{SECRET}&page=2" in server.requests[1].form


def test_a_next_link_elsewhere_is_refused_and_not_followed(server, client):
    server.on_search("Patient", PATIENT, next_link="http://127.0.0.2/fhir?page=2")
    assert "base URL" in remedy_of(client)
    assert len(server.requests) == 1


def test_pages_that_never_end_are_refused(server, client):
    server.on_search("Patient", PATIENT, next_link="?page=1")
    server.on("GET", "?page=1", searchset(PATIENT, next_link="?page=1"))
    assert "do not end" in remedy_of(client)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_not_followed(server, client, status):
    reply = Reply(status, headers={"Location": f"{server.base}/Patient"})
    server.on("POST", "Patient/_search", reply)
    assert "redirect" in remedy_of(client)
    assert len(server.requests) == 1


def test_an_answer_that_is_too_large_is_refused_while_it_streams(server, client):
    sent = 0

    def write(handler):
        nonlocal sent
        handler.send_response(200)
        handler.send_header("Content-Type", "application/fhir+json")
        handler.end_headers()
        handler.close_connection = True
        try:
            for _ in range(2_000):
                handler.wfile.write(b" " * 65_536)
                sent += 65_536
        except OSError:
            return

    server.on("POST", "Patient/_search", Reply(write=write))
    assert "larger than 2000 bytes" in remedy_of(client)
    assert sent < 2_000 * 65_536


def test_an_answer_that_only_drips_is_cut_off(server, client):
    def write(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "application/fhir+json")
        handler.end_headers()
        handler.close_connection = True
        try:
            for _ in range(600):
                handler.wfile.write(b" ")
                time.sleep(0.05)
        except OSError:
            cut_off.set()

    cut_off = threading.Event()
    server.on("POST", "Patient/_search", Reply(write=write))
    remedy_of(client)
    assert cut_off.wait(20)


def test_a_server_that_does_not_answer_is_told_as_such(server, client):
    server.on("POST", "Patient/_search", Reply(write=lambda _: time.sleep(0.8)))
    with pytest.raises(NationalError, match="in time"):
        search(client)


def test_a_server_that_is_not_there_is_told_as_such():
    base = ServerBase.parse("http://127.0.0.1:1/fhir")
    with pytest.raises(NationalError, match="could not be reached"):
        search(FhirClient(base))


def test_a_connection_closed_without_an_answer_is_tried_once_more(server, client):
    answers = iter([None, searchset(PATIENT), None, None])

    def write(handler):
        answer = next(answers)
        handler.close_connection = True
        if answer is not None:
            handler.send_response(200)
            handler.send_header("Content-Type", "application/fhir+json")
            handler.end_headers()
            handler.wfile.write(json.dumps(answer).encode())

    server.on("POST", "Patient/_search", Reply(write=write))
    assert search(client) == [PATIENT]
    assert len(server.requests) == 2
    remedy_of(client)
    assert len(server.requests) == 4


def test_an_answer_cut_short_is_refused(server, client):
    def write(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "application/fhir+json")
        handler.send_header("Content-Length", "500")
        handler.end_headers()
        handler.wfile.write(json.dumps(searchset()).encode())
        handler.close_connection = True

    server.on("POST", "Patient/_search", Reply(write=write))
    with pytest.raises(NationalError, match="broke the connection off"):
        search(client)


@pytest.mark.parametrize(
    "content_type",
    ["text/html", "application/fhir+xml", "", "application/fhir+json; charset=latin-1"],
)
@pytest.mark.spec("FHIR R4 3.1.0.1.8")
def test_another_media_type_is_refused(server, client, content_type):
    body = json.dumps(searchset()).encode()
    server.on("POST", "Patient/_search", Reply(body=body, content_type=content_type))
    remedy_of(client)


def test_a_compressed_answer_is_refused(server, client):
    reply = Reply(body=b"x", headers={"Content-Encoding": "gzip"})
    server.on("POST", "Patient/_search", reply)
    assert "compressed" in remedy_of(client)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"Bundle"',
        b'{"resourceType": 1}',
        b'{"resourceType":"Bundle","type":"searchset","total":NaN}',
        b"\xff{}",
        b"[" * 1_900,
        b'{"resourceType":"Bundle","type":"collection"}',
        b'{"resourceType":"Patient"}',
        b'{"resourceType":"Bundle","type":"searchset","type":"searchset"}',
        b'{"resourceType":"Bundle","type":"searchset","entry":{}}',
        json.dumps(searchset({"resourceType": "Patient"})).encode(),
        b'{"resourceType":"Bundle","type":"searchset","entry":[1]}',
        b'{"resourceType":"Bundle","type":"searchset","entry":[{"resource":1}]}',
        b'{"resourceType":"Bundle","type":"searchset","link":[{"relation":"next"}]}',
    ],
)
def test_what_is_no_searchset_in_json_is_refused(server, client, body):
    server.on("POST", "Patient/_search", Reply(body=body))
    remedy_of(client)


@pytest.mark.spec("FHIR R4 3.1.1.4.4")
def test_an_error_inside_a_searchset_is_no_empty_answer(server, client):
    server.on_search("Patient", json.loads(outcome("exception", SECRET)))
    assert "(exception)" in remedy_of(client)


def test_resources_of_another_type_are_not_taken(server, client):
    server.on_search("Patient", {"resourceType": "Practitioner", "id": "p"}, PATIENT)
    assert search(client) == [PATIENT]


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (400, "HTTP 400 (invalid)"),
        (401, "credentials"),
        (403, "credentials"),
        (500, "HTTP 500 (invalid)"),
        (503, "HTTP 503 (invalid)"),
    ],
)
@pytest.mark.spec("FHIR R4 2.28")
def test_an_error_names_its_status_and_issue_but_not_its_text(
    server, client, status, hint
):
    server.on("POST", "Patient/_search", Reply(status, outcome("invalid", SECRET)))
    assert hint in remedy_of(client)


def test_an_error_page_that_is_not_json_is_still_an_error_with_its_status(
    server, client
):
    reply = Reply(502, b"<html>", content_type="text/html")
    server.on("POST", "Patient/_search", reply)
    assert "HTTP 502" in remedy_of(client)


def test_not_found_by_an_operation_outcome_is_told_apart(server, client):
    with pytest.raises(NotThere):
        client.get("Bundle/none")
    server.on("GET", "Bundle/none", Reply(404, b"<html>", content_type="text/html"))
    with pytest.raises(NationalError) as failed:
        client.get("Bundle/none")
    assert not isinstance(failed.value, NotThere)


@pytest.mark.parametrize(
    "reference",
    [
        f"Patient/{SECRET}",
        f"Binary/x?id={SECRET}",
        f"Binary/x{SECRET}y",
        "Binary/%31893120105732",
    ],
)
def test_a_url_that_holds_the_identifier_is_never_asked(server, client, reference):
    remedy_of(client, lambda it: it.get(reference, private=[SECRET]))
    assert server.requests == []


def test_a_short_identifier_is_found_only_between_separators(server, client):
    server.on("GET", "Bundle/a12b", {"resourceType": "Bundle"})
    assert client.get("Bundle/a12b", private=["12"])
    with pytest.raises(NationalError):
        client.get("Bundle/12", private=["12"])


@pytest.mark.parametrize("logical_id", ["", "a/b", "..%2f", "x" * 65, "é", "$summary"])
def test_only_an_id_of_fhir_is_put_into_a_url(server, client, logical_id):
    remedy_of(client, lambda it: it.get_logical("Patient", logical_id))
    assert server.requests == []


def test_decimals_keep_their_digits():
    resource = parse_resource(b'{"resourceType":"Observation","v":[5.10,1e-9,1.0]}')
    assert [str(value) for value in resource["v"]] == ["5.10", "1E-9", "1.0"]
    assert all(isinstance(value, Decimal) for value in resource["v"])


def test_proxies_of_the_environment_are_not_used(server, client, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.on_search("Patient", PATIENT)
    assert search(client) == [PATIENT]


def test_neither_token_nor_answers_show_in_a_repr(client):
    assert "t0ken" not in repr(client)


@pytest.mark.spec("sheet 06 3.1 origin towards the national infrastructure")
def test_each_request_is_noted_as_evidence_with_its_answer(server, client):
    server.on_search("Patient", PATIENT)
    with national_hops() as noted:
        search(client)
    (hop,), (request,) = noted, server.requests
    sent = f"POST {request.path}\n{request.form}".encode()
    assert hop.request_sha256 == hashlib.sha256(sent).hexdigest()
    assert hop.request_length == len(sent)
    assert hop.response_sha256 is not None
    assert hop.host == "127.0.0.1"
    assert SECRET not in repr(hop)


def test_a_request_without_an_answer_is_noted_all_the_same():
    nobody = FhirClient(ServerBase.parse("http://127.0.0.1:1/fhir"))
    with national_hops() as noted, pytest.raises(NationalError):
        nobody.get("metadata")
    (hop,) = noted
    assert hop.response_sha256 is None

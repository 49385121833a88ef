"""``ncp-conformance judge`` as a tester uses it: files of any form, folders, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from conformance.cli.main import app
from conformance.rules import judge, read_message_file
from conformance.simulators.http_messages import in_chunks
from conformance.simulators.soap import NotUnderstood
from tests.conformance.rules.breaking import breaks
from tests.conformance.rules.samples import Samples, samples_in


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> Iterator[Samples]:
    with samples_in(tmp_path_factory.mktemp("samples")) as made:
        yield made


def told(*arguments: object):
    return CliRunner().invoke(app, ["judge", *map(str, arguments)])


def test_a_good_message_is_clean(samples, tmp_path):
    file = tmp_path / "request.xml"
    file.write_bytes(samples["q55"].body)
    answer = told(file)
    assert answer.exit_code == 0
    assert "ITI-55 request, judged by" in answer.output
    assert "0 broken" in answer.output


def test_a_broken_one_is_told_with_place_remedy_and_source(samples, tmp_path):
    file = tmp_path / "answer.xml"
    broken = breaks()["registry-answer.error-location"].of(samples["a38-refused"])
    file.write_bytes(broken.body)
    answer = told(file)
    assert answer.exit_code == 1
    assert "error  registry-answer.error-location" in answer.output
    assert "rs:RegistryErrorList/rs:RegistryError" in answer.output
    assert "urn:oid:" in answer.output
    assert "IPF 5" in answer.output
    assert "OpenNCP writes a stack frame" in answer.output


def test_warnings_alone_are_clean(samples, tmp_path):
    file = tmp_path / "request.xml"
    file.write_bytes(samples["q39"].body)
    assert told(file).exit_code == 0
    assert "warning  packages.retrieve-request-packed" in told(file).output


def test_json_tells_the_same(samples, tmp_path):
    file = tmp_path / "answer.xml"
    file.write_bytes(breaks()["fault.code"].of(samples["fault"]).body)
    answer = told(file, "--json")
    assert answer.exit_code == 1
    [message] = json.loads(answer.output)["messages"]
    assert message["kind"] == "fault"
    assert message["good"] is False
    assert [each["rule"] for each in message["findings"]] == ["fault.code"]


def test_a_package_without_its_head_is_judged(samples, tmp_path):
    file = tmp_path / "response.bin"
    file.write_bytes(samples["a39"].body)
    assert told(file).exit_code == 0


@pytest.mark.parametrize("is_chunked", [False, True])
def test_an_http_message_is_judged_with_its_head(samples, tmp_path, is_chunked):
    payload = samples["a39"]
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {payload.content_type}\r\n"
    body = payload.body
    if is_chunked:
        head += "Transfer-Encoding: chunked\r\n"
        body = in_chunks(body)
    file = tmp_path / "answer.http"
    file.write_bytes(head.encode() + b"\r\n" + body)
    assert told(file).exit_code == 0
    file.write_bytes(head.replace("Retrieve", "Query").encode() + b"\r\n" + body)
    assert "soap.action-told" in told(file).output


def test_a_folder_is_searched_and_its_documents_are_passed_over(samples, tmp_path):
    exchange = tmp_path / "20260302T100000-ITI-55-1"
    exchange.mkdir()
    (exchange / "request.bin").write_bytes(samples["q55"].body)
    (exchange / "response.bin").write_bytes(samples["a55"].body)
    (exchange / "document.xml").write_bytes(b"<ClinicalDocument/>")
    (exchange / "decision.json").write_bytes(b"{}")
    answer = told(tmp_path)
    assert answer.exit_code == 0
    assert answer.output.count("judged by") == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", b"<a/>", b"<a", b"HTTP/1.1 200 OK\r\n", b"--b\r\n\r\n--b--"],
)
def test_what_is_no_message_is_unreadable(tmp_path, content):
    file = tmp_path / "something"
    file.write_bytes(content)
    answer = told(file)
    assert answer.exit_code == 2
    assert "no message between countries" in answer.output


def test_a_file_that_is_not_there_and_an_empty_folder_are_unreadable(tmp_path):
    assert told(tmp_path / "nowhere.xml").exit_code == 2
    assert told(tmp_path).exit_code == 2


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_is_done_to_a_message_it_is_judged_or_not_understood(samples, data):
    name = data.draw(st.sampled_from(samples.names()))
    body = bytearray(samples[name].body)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        length = data.draw(st.integers(0, 60))
        body[place : place + length] = data.draw(st.binary(max_size=8))
    try:
        message = read_message_file(bytes(body))
        assert judge(message.content_type, message.body).asked > 20
    except NotUnderstood:
        pass

"""The watch over the whole run can fail: in each channel a canary is let out."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from ncp.answers import Answer, answer_for
from ncp.errors import NcpError, PolicyError, Refusal
from ncp.exchange import HttpPayload
from ncp.ihe.codes import Transaction
from ncp.national.http_line import Call
from ncp.shared_metrics import exposition
from ncp.telemetry import Metrics, get_logger, traced
from ncp.web.limits import BodyLimit
from ncp.web.problems import problem
from tests import canaries, capabilities
from tests.canaries import canary_in
from tests.judging import judged
from tests.loopback import LOOPBACK, serving
from tests.plugins.canary import WATCH, Channel, Leak
from tests.plugins.canary_channels import error_texts

pytest_plugins = ["pytester"]

EVA = "1893120105732"
SAMPLES = Path(capabilities.REPOSITORY) / "ncp/national/sample_country/patients"


@pytest.fixture(autouse=True)
def nothing_left():
    """What a test here lets out on purpose is its own affair."""
    yield
    WATCH.take()


def as_the_gateway(code: str, **known: Any) -> None:
    """Run a line of code as if it stood in a module of the gateway."""
    exec(compile(code, "leaking.py", "exec"), {"__name__": "ncp.leaking", **known})


# What is a canary -------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"patient {EVA}",
        f"/Patient?identifier=urn%3Aoid%3A1.3.182.4.4%7C{EVA}",
        "family=Lopes+Ferreira",
        json.dumps({"line": "14, allée des Érables"}),
        "BERGMANN-THILL",
        "all&#233;e des &#201;rables",
        "born 04.03.1957",
        "born_19570304",
    ],
)
def test_a_canary_is_found_however_it_is_written(text):
    assert canary_in(text)


@pytest.mark.parametrize(
    "text", [f"9{EVA}", f"{EVA}0", "planted0", "Implanted", "18931201057", "", "%&+\\u"]
)
def test_what_only_looks_like_one_is_none(text):
    assert canary_in(text) is None


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*-summary.json")), ids=str)
def test_every_patient_of_the_sample_country_is_a_canary(file):
    (patient,) = (
        entry["resource"]
        for entry in json.loads(file.read_bytes())["entry"]
        if entry["resource"]["resourceType"] == "Patient"
    )
    assert canary_in(patient["identifier"][0]["value"])
    assert canary_in(patient["name"][0]["family"])
    assert canary_in(patient["birthDate"])
    assert canary_in(patient["address"][0]["line"][0])


def test_no_canary_stands_in_the_gateway_itself():
    """Else every error that names it would be a leak that is none."""
    for file in (Path(capabilities.REPOSITORY) / "ncp").rglob("*.py"):
        assert canary_in(file.read_text(encoding="utf-8")) is None, file


# What is watched --------------------------------------------------------------------

LEAKS: dict[str, tuple[Channel, Callable[[], None]]] = {
    "a line of the log": (
        Channel.LOG,
        lambda: as_the_gateway(
            f"log().warning('a.b', reason='no {EVA}')", log=get_logger
        ),
    ),
    "a line below the level": (
        Channel.LOG,
        lambda: as_the_gateway(f"log().debug('a.b', reason='{EVA}')", log=get_logger),
    ),
    "a record of the standard library": (
        Channel.LOG,
        lambda: as_the_gateway(
            f"log.warning('no %s', '{EVA}')", log=logging.getLogger("ncp.leaking")
        ),
    ),
    "a label of a metric": (
        Channel.METRIC,
        lambda: as_the_gateway(
            f"metrics.outbox_dead.labels('{EVA}')", metrics=Metrics()
        ),
    ),
    "a named label of a metric": (
        Channel.METRIC,
        lambda: as_the_gateway(
            f"metrics.outbox_dead.labels(destination='{EVA}')", metrics=Metrics()
        ),
    ),
    "an address of the national server": (
        Channel.ADDRESS,
        lambda: as_the_gateway(f"Call('GET', '/Patient/{EVA}')", Call=Call),
    ),
    "a trace id": (
        Channel.TRACE,
        lambda: as_the_gateway(f"with traced('{EVA}'): pass", traced=traced),
    ),
    "the text of an error": (
        Channel.ERROR,
        lambda: as_the_gateway(
            f"PolicyError(Refusal.INTERNAL, 'no {EVA}')",
            PolicyError=PolicyError,
            Refusal=Refusal,
        ),
    ),
    "the remedy of an error": (
        Channel.ERROR,
        lambda: as_the_gateway(
            f"NcpError(Refusal.INTERNAL, 'no', remedy='ask {EVA}')",
            NcpError=NcpError,
            Refusal=Refusal,
        ),
    ),
    "what a peer is told": (
        Channel.ERROR,
        lambda: as_the_gateway(
            f"replace(answer, text='{EVA}')",
            replace=replace,
            answer=answer_for(Refusal.PATIENT_UNKNOWN, Transaction.ITI_55),
        ),
    ),
}


@pytest.mark.parametrize(("channel", "leak"), LEAKS.values(), ids=LEAKS)
def test_what_the_gateway_lets_out_is_noticed(channel, leak):
    leak()
    assert Leak(channel, EVA, "ncp.leaking:1") in WATCH.take()
    assert not WATCH.take(), "it is told once"


def test_what_a_test_does_itself_is_no_leak():
    get_logger().warning("a.b", reason=EVA)
    Metrics().outbox_dead.labels(EVA)
    Call("GET", EVA)
    PolicyError(Refusal.INTERNAL, EVA)
    with traced(EVA):
        pass
    assert isinstance(answer_for(Refusal.PATIENT_UNKNOWN, None), Answer)
    assert not WATCH.take()


def test_metrics_are_seen_when_they_are_rendered():
    metrics = Metrics()
    metrics.outbox_dead.labels(EVA).set(1)
    assert not WATCH.take()
    exposition(metrics.registry)
    (leak,) = WATCH.take()
    assert (leak.channel, leak.canary) == (Channel.METRIC, EVA)


def test_requests_are_seen_where_they_are_sent():
    line = HTTPConnection("127.0.0.1", 9)
    with pytest.raises(OSError, match=r".*"):
        as_the_gateway(f"line.request('GET', '/?id={EVA}')", line=line)
    assert WATCH.take() == [Leak(Channel.ADDRESS, EVA, "ncp.leaking:1")]


# Doors, messages, processes ---------------------------------------------------------


def asked(status: int, body: bytes, query: bytes = b"") -> None:
    """Ask a door whose application answers ``body``."""

    async def app(scope, receive, send):
        start = {"type": "http.response.start", "status": status, "headers": []}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message):
        pass

    scope = {"type": "http", "path": "/x", "query_string": query, "headers": []}
    asyncio.run(BodyLimit(app, 1000, 60)(scope, receive, send))


def test_a_problem_that_quotes_a_patient_is_noticed():
    asked(403, bytes(problem(403, "http", f"no {EVA}").body))
    assert [leak.channel for leak in WATCH.take()] == [Channel.ERROR]
    asked(200, EVA.encode())
    assert not WATCH.take(), "an answer is about a patient"


def test_an_address_with_a_patient_is_noticed_where_it_is_served():
    asked(200, b"", f"identifier={EVA}".encode())
    assert [leak.channel for leak in WATCH.take()] == [Channel.ADDRESS]
    asked(404, b"", f"identifier={EVA}".encode())
    assert not WATCH.take(), "it was refused"


MESSAGE = (
    '<e><rs:RegistryError codeContext="no {0}"/><s:Text xml:lang="en">no {1}</s:Text>'
    "<acknowledgementDetail><text>no {2}</text></acknowledgementDetail>"
    f"<id extension='{EVA}'/></e>"
)


@pytest.mark.parametrize("place", range(3))
def test_what_a_message_tells_of_an_error_is_looked_through(place):
    parts = ["", "", ""]
    parts[place] = EVA
    assert canary_in(error_texts(MESSAGE.format(*parts).encode()))
    assert not canary_in(error_texts(MESSAGE.format("", "", "").encode()))


def test_messages_are_looked_through_when_they_are_judged():
    judged(HttpPayload("text/xml", MESSAGE.format(EVA, "", "").encode()))
    assert [leak.channel for leak in WATCH.take()] == [Channel.ERROR]


class _Says(BaseHTTPRequestHandler):
    """Answers every request with a patient, as a problem or as metrics."""

    def do_GET(self):
        self.send_response(403)
        self.send_header("Content-Type", "application/problem+json")
        self.end_headers()
        self.wfile.write(f"no {EVA}".encode())

    def log_message(self, *_):
        pass


@pytest.mark.parametrize(
    ("path", "channel"), [("/metrics", Channel.METRIC), ("/x", Channel.ERROR)]
)
def test_what_a_process_answers_is_looked_through(path, channel):
    with serving(ThreadingHTTPServer(LOOPBACK, _Says)) as server:
        address = f"http://127.0.0.1:{server.server_port}{path}"
        assert requests.get(address, timeout=60).status_code == 403
    assert [leak.channel for leak in WATCH.take()] == [channel]


def test_the_log_of_a_gateway_s_process_is_read_on(tmp_path):
    log = tmp_path / "log.txt"
    program = "import sys; sys.stderr.write(open(sys.argv[-1]).read())"
    said = tmp_path / "said"
    said.write_text(f'{{"event": "a.b"}}\n{{"reason": "{EVA}"}}\n')
    arguments = [sys.executable, "-c", program, "ncp.cli.main", "serve", str(said)]
    with log.open("wb") as file:
        subprocess.run(arguments, stderr=file, check=True)
    assert WATCH.take() == [Leak(Channel.LOG, EVA, str(log))]
    assert not WATCH.take()
    with log.open("a") as file:
        file.write("a.b\nEva Planted")
    assert [leak.canary for leak in WATCH.take()] == ["Planted"]


# A run ------------------------------------------------------------------------------

RUN = """
import pytest
from conftest import leak

def test_one():
    leak()

def test_two():
    pass

@pytest.fixture(scope="module")
def ending():
    yield
    leak()

def test_three(ending):
    pass
"""
CONFTEST = f"""
import pytest
from ncp.errors import NcpError, Refusal

pytest_plugins = ["tests.plugins.canary"]

def leak(who="{EVA}"):
    place = {{"__name__": "ncp.leaking", "NcpError": NcpError, "Refusal": Refusal}}
    exec(f"NcpError(Refusal.INTERNAL, 'no {{who}}')", place)

@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    leak("Planted")
"""

# They start processes, and wait for them however busy the machine is.
PATIENT = pytest.mark.timeout(600)


@PATIENT
@pytest.mark.parametrize("workers", ["-pno:xdist", "-n1"])
def test_the_test_that_lets_a_canary_out_fails(pytester, workers):
    pytester.makeini(f"[pytest]\npythonpath = {capabilities.REPOSITORY} .\n")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_sample=RUN)
    result = pytester.runpytest_subprocess(workers)
    result.assert_outcomes(passed=3, errors=2)
    result.stdout.fnmatch_lines([f"*error text: '{EVA}' at ncp.leaking:1*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    late = ["canaries after the last test:", "error text: 'Planted' at ncp.leaking:1"]
    result.stderr.fnmatch_lines(late)


@PATIENT
def test_alone_what_gets_out_after_the_last_test_fails_the_run(pytester):
    pytester.makeini(f"[pytest]\npythonpath = {capabilities.REPOSITORY} .\n")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_sample="def test_one(): pass")
    result = pytester.runpytest_subprocess("-n1")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_canaries_are_told_apart_from_each_other():
    patients = canaries.SAMPLE_PATIENTS
    identifiers = [each for who in patients for each in who.identifiers]
    assert len(set(identifiers)) == len(identifiers)

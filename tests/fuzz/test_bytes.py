"""Bytes without a structure: messages, packages with their media types, HTTP itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import reduce

import pytest
from hypothesis import strategies as st

from ncp.exchange import HttpPayload, PeerIdentity
from ncp.ports import SystemClock
from ncp.telemetry import Metrics
from ncp.web.doors import Door
from ncp.web.international import InternationalApp
from tests.fuzz.bending import cuts, fresh
from tests.fuzz.door import (
    INSIDE,
    LIMIT,
    PLAIN_STATUSES,
    SOAP_STATUSES,
    FuzzedDoor,
)
from tests.fuzz.running_time import PATIENCE_S
from tests.fuzz.targets import fuzz
from tests.ncp.country_a.scene import PATHS
from tests.ncp.web.running import Running, connect, post, running
from tests.trust import pki

pytestmark = [
    pytest.mark.timeout(PATIENCE_S),
    pytest.mark.spec("fact sheet 06 6.3 item 3"),
]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FuzzedDoor]:
    opened = FuzzedDoor(tmp_path_factory.mktemp("door"))
    yield opened
    opened.close()


def cut(data: st.DataObject, content: bytes) -> bytes:
    return reduce(lambda held, each: each.apply(held), data.draw(cuts()), content)


def test_whatever_bytes_are_sent_they_are_answered_and_recorded(door):
    def example(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(door.questions()))
        good = fresh(door.samples[name])
        door.send(
            door.transaction_of(name),
            HttpPayload(good.content_type, cut(data, good.body)),
        )

    fuzz("bytes", example)


def test_whatever_frame_a_package_has_it_is_answered_and_recorded(door):
    packages = [
        each
        for each in door.questions()
        if door.samples[each].content_type.startswith("multipart")
    ]
    assert packages

    def example(data: st.DataObject) -> None:
        good = fresh(door.samples[data.draw(st.sampled_from(packages))])
        kind = good.content_type
        if data.draw(st.booleans()):
            kind = cut(data, kind.encode()).decode("latin-1")
        # Only the frame: the envelope and what travels beside it stay whole.
        head, middle, tail = frame_of(good.body)
        if data.draw(st.booleans()):
            head = cut(data, head)
        if data.draw(st.booleans()):
            tail = cut(data, tail)
        door.send(door.transaction_of("q41"), HttpPayload(kind, head + middle + tail))

    fuzz("packages", example)


def frame_of(body: bytes) -> tuple[bytes, bytes, bytes]:
    """Part a package where its envelope begins and ends."""
    start = body.index(b"<?xml")
    end = body.index(b"Envelope>\r\n", start) + len(b"Envelope>")
    return body[:start], body[start:end], body[end:]


PATIENT_S = 0.25


class Known:
    """Whoever connects is the peer of the scene: HTTP is what is tried here."""

    def __init__(self, der: bytes) -> None:
        self._peer = PeerIdentity(der, "192.0.2.7")

    def identify(self, _scope: object) -> PeerIdentity:
        return self._peer


@pytest.fixture(scope="module")
def listening(door: FuzzedDoor) -> Iterator[Running]:
    with ThreadPoolExecutor(2) as pool:
        app = InternationalApp(
            door.country.gateway,
            Known(pki.der(door.country.client)),
            pool,
            SystemClock(),
            Metrics(),
            max_body_bytes=LIMIT,
            body_timeout_s=PATIENT_S,
        )
        opened = Door("international", app, "127.0.0.1", 0, header_timeout_s=PATIENT_S)
        with running(opened) as doors:
            yield doors


def test_whatever_http_is_spoken_the_door_answers_in_http_or_closes(door, listening):
    path = PATHS[door.transaction_of("q39")]
    whole = post(path, door.samples["q39-refused"].body, "Connection: close")
    head, blank, body = whole.partition(b"\r\n\r\n")
    port = listening.port()

    def example(data: st.DataObject) -> None:
        received = spoken(port, cut(data, head + blank) + body)
        for status, answer in answers_in(received):
            assert status in SOAP_STATUSES | PLAIN_STATUSES
            assert not INSIDE.search(answer)

    # What is bent reaches the service as long as nobody bends it.
    assert spoken(port, whole).startswith(b"HTTP/1.1 200 ")
    fuzz("HTTP", example)
    assert spoken(port, whole).startswith(b"HTTP/1.1 200 ")


def spoken(port: int, data: bytes) -> bytes:
    """Send bytes; return all that comes back until the door is silent or closes."""
    received = b""
    with (
        connect(port) as connection,
        contextlib.suppress(ConnectionError, TimeoutError),
    ):
        connection.sendall(data)
        # Longer than the door is patient: who waits here for nothing is held.
        connection.settimeout(4 * PATIENT_S)
        while chunk := connection.recv(65_536):
            received += chunk
            connection.settimeout(0.02)
    return received


def answers_in(received: bytes) -> Iterator[tuple[int, bytes]]:
    """Part what came back into answers; each must be one of HTTP, and whole."""
    while received:
        head, blank, rest = received.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        version, status, _ = lines[0].split(b" ", 2)
        assert (version, blank) == (b"HTTP/1.1", b"\r\n\r\n")
        if int(status) == 100:
            received = rest
            continue
        fields = dict(line.lower().split(b": ", 1) for line in lines[1:])
        length = int(fields.get(b"content-length", b"0"))
        if b"content-length" not in fields:
            length = len(rest)
        assert len(rest) >= length
        yield int(status), rest[:length]
        received = rest[length:]

"""A FHIR server that answers whatever a test puts into it, over real HTTP."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.loopback import LOOPBACK, serving

FHIR = "application/fhir+json"


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    content_type: str = FHIR
    headers: dict[str, str] = field(default_factory=dict)
    write: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Request:
    method: str
    path: str
    form: str
    headers: dict[str, str]


class FakeServer:
    """Replies by method and path; remembers what it was asked."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.base = f"{origin}/fhir"
        self.replies: dict[tuple[str, str], Reply] = {}
        self.requests: list[Request] = []

    def reset(self) -> None:
        self.replies.clear()
        self.requests.clear()

    def on(self, method: str, path: str, reply: Reply | dict[str, Any]) -> None:
        if isinstance(reply, dict):
            reply = Reply(body=json.dumps(reply).encode())
        self.replies[method, f"/fhir/{path}"] = reply

    def on_search(
        self, resource_type: str, *found: dict[str, Any], **more: Any
    ) -> None:
        self.on("POST", f"{resource_type}/_search", searchset(*found, **more))


def searchset(*found: dict[str, Any], next_link: str | None = None) -> dict[str, Any]:
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": item} for item in found],
    }
    if next_link is not None:
        bundle["link"] = [{"relation": "next", "url": next_link}]
    return bundle


def outcome(code: str, text: str = "") -> bytes:
    issue = {"severity": "error", "code": code, "diagnostics": text}
    return json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode()


class _Server(ThreadingHTTPServer):
    def __init__(self, scheme: str) -> None:
        super().__init__(LOOPBACK, _Handler)
        self.fake = FakeServer(f"{scheme}://127.0.0.1:{self.server_port}")

    def handle_error(self, request, client_address) -> None:
        """Clients hang up on us by intention."""


@contextmanager
def running(context: ssl.SSLContext | None = None) -> Iterator[FakeServer]:
    """Serve; with a context, over TLS."""
    with serving(_Server("https" if context else "http"), context) as server:
        yield server.fake


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._reply("")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        self._reply(self.rfile.read(length).decode())

    def log_message(self, *_args: object) -> None:
        """Keep the test's output to the test."""

    def _reply(self, form: str) -> None:
        fake = self.server.fake
        fake.requests.append(
            Request(self.command, self.path, form, dict(self.headers.items()))
        )
        missing = Reply(404, outcome("not-found"))
        reply = fake.replies.get((self.command, self.path), missing)
        if reply.write is not None:
            reply.write(self)
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

"""A small SMP server on loopback, for trying things out: read, publish, withdraw.

Spec: OASIS BDX SMP 1.0 §2.4, §3.2 / fact sheet 02 §4.4, §4.5 (REST of publication).
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final, Self

from cryptography import x509

from ncp.ports import Clock, SystemClock
from trust.certificates import fingerprint_of, read_certificate
from trust.decision import Reason, TrustRefused
from trust.smp import DirectoryRefused, EntryId
from trust.smp.register import MetadataRegister
from trust.smp.service_group import read_entry_path, read_participant_path
from trust.smp.signature import METADATA_LIMITS
from trust.xml import Element, write_xml

LOOPBACK: Final = "127.0.0.1"
_XML: Final = "text/xml; charset=UTF-8"
_SECONDS: Final = 10


class MetadataServer:
    """Serves a register over HTTP, or HTTPS where it is given a TLS context.

    Parameters
    ----------
    writers
        Client certificates that may publish; empty where anybody on this machine may
        (the seal inside each entry is checked in any case).
    """

    def __init__(
        self,
        register: MetadataRegister,
        tls: ssl.SSLContext | None = None,
        *,
        writers: tuple[x509.Certificate, ...] = (),
        clock: Clock | None = None,
        host: str = LOOPBACK,
        port: int = 0,
    ) -> None:
        self.register = register
        self.clock = clock or SystemClock()
        self.writers = frozenset(fingerprint_of(each) for each in writers)
        self.is_failing = False
        self._host = host
        self._scheme = "http" if tls is None else "https"
        self._http = _Http((host, port), _Handler)
        self._http.serves = self
        if tls is not None:
            self._http.socket = tls.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name="smp", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._http.server_address[1])

    @property
    def address(self) -> str:
        """Its address, as a NAPTR record names it."""
        return f"{self._scheme}://{self._host}:{self.port}"

    def stop(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(timeout=5)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    serves: MetadataServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that breaks off is its own matter."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _SECONDS
    server: _Http

    def do_GET(self) -> None:
        """Serve an entry, or the list of a participant's."""
        self._answered(self._read)

    def do_PUT(self) -> None:
        """Take an entry."""
        self._answered(self._put)

    def do_DELETE(self) -> None:
        """Withdraw an entry."""
        self._answered(self._withdraw)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
        """Say nothing."""

    def _answered(self, work: Callable[[], None]) -> None:
        try:
            if self.server.serves.is_failing:
                self._send(HTTPStatus.INTERNAL_SERVER_ERROR, b"")
                return
            work()
        except DirectoryRefused as error:
            if error.reason is Reason.DIRECTORY_ENTRY_ABSENT:
                self._refuse(HTTPStatus.NOT_FOUND, "OTHER_ERROR", error.sentence)
            else:
                self._refuse(HTTPStatus.BAD_REQUEST, "XSD_INVALID", error.sentence)
        except TrustRefused as error:
            self._refuse(HTTPStatus.BAD_REQUEST, "UNAUTHOR_FIELD", error.sentence)

    def _read(self) -> None:
        entry = read_entry_path(self.path)
        if entry is not None:
            self._send(HTTPStatus.OK, self.server.serves.register.get(entry))
            return
        participant = read_participant_path(self.path)
        if participant is None:
            raise DirectoryRefused(Reason.DIRECTORY_ENTRY_ABSENT, "no such path")
        group = self.server.serves.register.group(
            participant, self.server.serves.address
        )
        self._send(HTTPStatus.OK, group)

    def _put(self) -> None:
        # Read in any case: what is left of a body would be taken for a request.
        body = self._body()
        if body is None or not self._may_write():
            return
        serves = self.server.serves
        is_new = serves.register.put(self._entry(), body, serves.clock.now())
        self._send(HTTPStatus.CREATED if is_new else HTTPStatus.OK, b"")

    def _withdraw(self) -> None:
        if self._may_write():
            self.server.serves.register.remove(self._entry())
            self._send(HTTPStatus.OK, b"")

    def _entry(self) -> EntryId:
        entry = read_entry_path(self.path)
        if entry is None:
            raise DirectoryRefused(Reason.DIRECTORY_ENTRY_ABSENT, "no such path")
        return entry

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > METADATA_LIMITS.max_bytes:
            self.close_connection = True
            self._refuse(HTTPStatus.BAD_REQUEST, "OUT_OF_RANGE", "no length, or large")
            return None
        return self.rfile.read(int(length))

    def _may_write(self) -> bool:
        writers = self.server.serves.writers
        if not writers or self._writer() in writers:
            return True
        self._refuse(
            HTTPStatus.UNAUTHORIZED, "OTHER_ERROR", "not entitled to publish here"
        )
        return False

    def _writer(self) -> str | None:
        if not isinstance(self.connection, ssl.SSLSocket):
            return None
        der = self.connection.getpeercert(binary_form=True)
        return None if der is None else fingerprint_of(read_certificate(der))

    def _refuse(self, status: HTTPStatus, code: str, sentence: str) -> None:
        answer = Element(
            "ErrorResponse",
            children=[
                Element("BusinessCode", children=[code]),
                Element("ErrorDescription", children=[sentence]),
            ],
        )
        self._send(status, write_xml(answer, {}))

    def _send(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", _XML)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

"""HTTPS connections whose certificate is judged before anything is sent.

requests and urllib3 would send the message first and show the certificate later; a
certificate of an accepted authority that is not pinned must not see a patient's id.

Spec: ARCHITECTURE "TLS ... both directions; trust decides afterwards" / 08 0 (the
environment must not replace the trust anchors).
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable
from io import BufferedReader
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from ncp.peers.guard import Guard
from trust.decision import Reason

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CertificateJudge: TypeAlias = Callable[[bytes | None], None]
"""Given the server's leaf in DER; raises :class:`ServerNotBelieved`."""


class ServerNotBelieved(Exception):  # noqa: N818 - a verdict, not a defect
    """The server's certificate is not that of the country; ``sentence`` says why."""

    def __init__(self, sentence: str, reason: Reason | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.reason = reason


class JudgedAdapter(HTTPAdapter):
    """A requests adapter with our own TLS context and a judge of certificates."""

    def __init__(
        self,
        context: ssl.SSLContext,
        judge: CertificateJudge,
        pool_size: int,
        guard: Guard | None = None,
    ) -> None:
        context.sslsocket_class = BoundedSocket
        self._context = context
        self._judge = judge
        self._guard = guard
        super().__init__(
            pool_connections=4, pool_maxsize=pool_size, max_retries=0, pool_block=False
        )

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        super().init_poolmanager(
            connections, maxsize, block, ssl_context=self._context, **pool_kwargs
        )
        self.poolmanager.pool_classes_by_scheme = {
            "https": _judged_pool(self._judge, self._guard)
        }

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ARG002
        """Leave the context as it is: the base class would add the public CAs."""
        conn.cert_reqs = "CERT_REQUIRED"

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:  # noqa: ARG002
        """Refuse: peers are reached directly."""
        raise ServerNotBelieved("messages to peers do not go through a web proxy")


class BoundedSocket(ssl.SSLSocket):
    """A TLS socket that reads until a moment and no longer.

    A timeout of a socket begins again with each byte: a peer that sends its answer byte
    by byte would be waited for as long as it likes.
    """

    deadline: float | None = None

    def read(self, len: int = 1024, buffer: WriteableBuffer | None = None) -> bytes:  # noqa: A002 - the base class's name
        """Read what has come; raises TimeoutError where the moment is over."""
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer was not whole in time")
            self.settimeout(left)
        return super().read(len, buffer)


class AnswerCutOff(http.client.RemoteDisconnected):
    """The peer began to answer, and broke off in the head of its answer."""


class _WholeHead(http.client.HTTPResponse):
    """An answer whose head has its end: the blank line.

    The base class takes a head that was cut off for a whole one, without the fields
    that did not come: what is not told there would be judged as left out.
    """

    def begin(self) -> None:
        lines = _LastLine(self.fp)
        self.fp = cast("BufferedReader", lines)
        try:
            super().begin()
        except http.client.BadStatusLine as error:
            if lines.last and not lines.last.endswith(b"\n"):
                raise AnswerCutOff(
                    "the first line of the answer was cut off"
                ) from error
            raise
        if lines.last not in {b"\r\n", b"\n"}:
            raise AnswerCutOff("the head of the answer was cut off")
        if self.fp is not None:
            self.fp = lines.source


class _LastLine:
    """A stream that knows the last line that was read from it."""

    def __init__(self, source: BufferedReader) -> None:
        self.source = source
        self.last = b""

    def readline(self, limit: int = -1) -> bytes:
        self.last = self.source.readline(limit)
        return self.last

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)


def _judged_pool(
    judge: CertificateJudge, guard: Guard | None
) -> type[HTTPSConnectionPool]:
    class JudgedConnection(HTTPSConnection):
        response_class = _WholeHead
        shown: bytes | None = None

        def _new_conn(self) -> socket.socket:
            # An address that a directory named goes to numbers that were judged.
            return super()._new_conn() if guard is None else guard.connect(self)

        def connect(self) -> None:
            super().connect()
            # urllib3 types the socket loosely; over TLS it is always this class.
            connection = cast("ssl.SSLSocket", self.sock)
            self.shown = connection.getpeercert(binary_form=True)
            try:
                judge(self.shown)
            except ServerNotBelieved:
                self.close()
                raise

        def getresponse(self) -> Any:
            """Wait for an answer, all of it, no longer than the read timeout."""
            if isinstance(self.sock, BoundedSocket) and self.timeout is not None:
                self.sock.deadline = time.monotonic() + float(self.timeout)
            response = super().getresponse()
            # The connection goes back to its pool before anybody can ask it.
            response.shown_certificate = self.shown  # type: ignore[attr-defined]
            return response

    class JudgedPool(HTTPSConnectionPool):
        ConnectionCls = JudgedConnection

    return JudgedPool


def certificate_of(answer: Any) -> bytes | None:
    """Return the leaf that the sender of an answer showed in TLS, in DER."""
    shown: bytes | None = answer.shown_certificate
    return shown

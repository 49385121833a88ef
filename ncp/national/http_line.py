"""The line to the national FHIR server: kept connections, limits, no redirects.

What an answer means is for :mod:`ncp.national.fhir_client`; here it is only accepted:
its media type, its size, the time it takes. Environment proxies are not used.

Spec: RFC 9110 §15.4 (redirects) / HL7 FHIR R4 §3.1.0.1.8 (media types).
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import Final, Protocol
from urllib.parse import urlencode

from ncp.bounded_body import BodyTooLarge, read_body
from ncp.errors import NationalError
from ncp.evidence.national_hops import NationalHop, note_hop
from ncp.national.codes import FHIR_JSON
from ncp.national.fhir_failures import Answer, nonsense, unavailable
from ncp.national.kept_connections import KeptConnections
from ncp.national.server_base import ServerBase

_JSON_TYPES: Final = frozenset({FHIR_JSON, "application/json"})
_ACCEPT: Final = f"{FHIR_JSON}, application/json;q=0.9"
_FORM: Final = "application/x-www-form-urlencoded"
# RFC 9110 §15.4: every 3xx but 304, which nobody asked for.
_REDIRECT: Final = range(300, 400)
# Asking again would end in the same.
_FINAL: Final = (TimeoutError, ssl.SSLError)


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """How much and how long one answer may be, and how many pages a search."""

    max_bytes: int = 32 * 1024 * 1024
    connect_timeout_s: float = 5.0
    read_timeout_s: float = 15.0
    whole_answer_s: float = 30.0
    max_pages: int = 50


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request below the base: with a form, with a document, or with neither.

    What carries a document writes, and is never sent again by itself.
    """

    method: str
    url: str
    form: Sequence[tuple[str, str]] | None = field(default=None, repr=False)
    document: bytes | None = field(default=None, repr=False)

    @property
    def is_read(self) -> bool:
        """Whether asking twice does no harm."""
        return self.document is None


class Line(Protocol):
    """Where requests go and answers come from."""

    def exchange(self, call: Call) -> Answer:
        """Ask, and return what is accepted of the answer."""
        ...


@dataclass(frozen=True, slots=True)
class _Request:
    """A request as it goes over the wire."""

    method: str
    target: str
    body: bytes | None = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    def sent_over(self, connection: HTTPConnection) -> HTTPResponse:
        """Send it; return the answer, of which the body is still to be read."""
        connection.request(self.method, self.target, self.body, self.headers)
        return connection.getresponse()

    def hop(self, host: str, response: bytes | None) -> NationalHop:
        """Return the evidence that it was asked, and what was answered."""
        sent = self.body or b""
        return NationalHop.of(host, self.method, self.target, sent, response)


@dataclass(frozen=True, slots=True)
class _Incoming:
    """An answer of ``http.client``, which decodes nothing in any case."""

    response: HTTPResponse

    def read1(self, amt: int, decode_content: bool) -> bytes:  # noqa: ARG002
        return self.response.read1(amt)


class HttpLine:
    """Kept connections to one server; safe to share by threads.

    Parameters
    ----------
    token
        Sent as ``Authorization: Bearer``; None where the server asks for none.
    context
        By which the server is believed; None where the base is plain HTTP.
    """

    def __init__(
        self,
        base: ServerBase,
        limits: ClientLimits,
        token: str | None,
        context: ssl.SSLContext | None,
    ) -> None:
        self._origin_length = len(base.url) - len(base.path)
        self._host = base.host
        self._limits = limits
        self._headers = _headers(token)
        self._kept = KeptConnections(
            base, context, limits.connect_timeout_s, limits.read_timeout_s
        )

    def exchange(self, call: Call) -> Answer:
        """Ask below the base and return what is accepted of the answer.

        Whether an answer comes or not, that it was asked is noted as evidence.

        Raises
        ------
        NationalError
            No answer came, not in time, or none that can be taken.
        """
        request = self._request(call)
        answer: Answer | None = None
        try:
            answer = self._exchanged(request, is_read=call.is_read)
        finally:
            response = None if answer is None else answer.body
            note_hop(request.hop(self._host, response))
        return answer

    def _request(self, call: Call) -> _Request:
        body, kind = _content(call)
        target = call.url[self._origin_length :] or "/"
        return _Request(call.method, target, body, {**self._headers, **kind})

    def _exchanged(self, request: _Request, *, is_read: bool) -> Answer:
        deadline = time.monotonic() + self._limits.whole_answer_s
        try:
            try:
                connection, response = self._opened(request)
            except (HTTPException, OSError) as error:
                if not is_read or isinstance(error, _FINAL):
                    raise
                # A kept connection may just have been closed.
                connection, response = self._opened(request)
            return self._taken(connection, response, deadline)
        except TimeoutError as error:
            raise unavailable("did not answer in time", "Look at its load.") from error
        except (HTTPException, OSError) as error:
            raise _unreachable(error) from error

    def _opened(self, request: _Request) -> tuple[HTTPConnection, HTTPResponse]:
        connection = self._kept.take()
        try:
            return connection, request.sent_over(connection)
        except BaseException:
            connection.close()
            raise

    def _taken(
        self, connection: HTTPConnection, response: HTTPResponse, deadline: float
    ) -> Answer:
        is_whole = False
        try:
            _check_redirect(response)
            if response.status != 200 and not _is_json(response):
                return Answer(response.status, b"")
            _check_media_type(response)
            body = self._read_body(response, deadline)
            is_whole = True
            return Answer(response.status, body)
        finally:
            response.close()
            if is_whole:
                self._kept.give_back(connection)
            else:
                # What is left of it must not be taken for the next answer.
                connection.close()

    def _read_body(self, response: HTTPResponse, deadline: float) -> bytes:
        if response.getheader("Content-Encoding", "identity") != "identity":
            raise nonsense("it compressed an answer, which was not asked for")
        _check_length(response)
        most = self._limits.max_bytes
        try:
            body = read_body(_Incoming(response), most, deadline)
        except BodyTooLarge:
            raise nonsense(f"an answer is larger than {most} bytes") from None
        if response.length:
            # read1 says of a connection that ended early only that nothing more came.
            raise IncompleteRead(b"", response.length)
        return body


def _unreachable(error: Exception) -> NationalError:
    # The text of these exceptions holds the URL: the type says enough.
    return unavailable(
        "could not be reached, or broke the connection off",
        f"Check that it runs and that its address is right ({type(error).__name__}).",
    )


def _content(call: Call) -> tuple[bytes | None, dict[str, str]]:
    if call.document is not None:
        return call.document, {"Content-Type": FHIR_JSON}
    if call.form is not None:
        return urlencode(call.form).encode(), {"Content-Type": _FORM}
    return None, {}


def _headers(token: str | None) -> dict[str, str]:
    headers = {
        "Accept": _ACCEPT,
        # A compressed answer could unfold beyond every limit.
        "Accept-Encoding": "identity",
        # FHIR R4 §3.1.0.9.1: an unknown parameter is an error, not everybody.
        "Prefer": "handling=strict",
    }
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _check_redirect(response: HTTPResponse) -> None:
    if response.status in _REDIRECT:
        raise nonsense(f"it answered with a redirect (HTTP {response.status})")


def _check_length(response: HTTPResponse) -> None:
    """Refuse two lengths: what ends where would be a guess (RFC 9112 §6.3)."""
    if "," in response.getheader("Content-Length", ""):
        raise nonsense("it told the length of an answer twice")


def _is_json(response: HTTPResponse) -> bool:
    media_type = response.getheader("Content-Type", "").partition(";")[0]
    return media_type.strip().lower() in _JSON_TYPES


def _check_media_type(response: HTTPResponse) -> None:
    if not _is_json(response):
        raise nonsense("its Content-Type is not that of FHIR JSON")
    _, *parameters = response.getheader("Content-Type", "").split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        encoding = value.strip().strip('"').lower()
        if name.strip().lower() == "charset" and encoding not in {"utf-8", "utf8"}:
            raise nonsense("its JSON is not in UTF-8")

"""The line to the national FHIR server: kept connections, limits, no redirects.

What an answer means is for :mod:`ncp.national.fhir_client`; here it is only accepted:
its media type, its size, the time it takes. Environment proxies are not used.

Spec: RFC 9110 §15.4 (redirects) / HL7 FHIR R4 §3.1.0.1.8 (media types).
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import urlencode

from urllib3 import (
    BaseHTTPResponse,
    HTTPConnectionPool,
    HTTPSConnectionPool,
    Timeout,
)
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError
from urllib3.exceptions import TimeoutError as TransportTimeout

from ncp.bounded_body import BodyTooLarge, read_body
from ncp.errors import NationalError
from ncp.evidence.national_hops import NationalHop, note_hop
from ncp.national.codes import FHIR_JSON
from ncp.national.fhir_failures import Answer, nonsense, unavailable
from ncp.national.server_base import ServerBase

_JSON_TYPES: Final = frozenset({FHIR_JSON, "application/json"})
_ACCEPT: Final = f"{FHIR_JSON}, application/json;q=0.9"
_FORM: Final = "application/x-www-form-urlencoded"
# RFC 9110 §15.4: every 3xx but 304, which nobody asked for.
_REDIRECT: Final = range(300, 400)
# A thread more than there are connections kept gets one of its own.
_KEPT: Final = 16


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
        self._timeout = Timeout(
            connect=limits.connect_timeout_s, read=limits.read_timeout_s
        )
        self._pool = _pool(base, context)

    def exchange(self, call: Call) -> Answer:
        """Ask below the base and return what is accepted of the answer.

        Whether an answer comes or not, that it was asked is noted as evidence.

        Raises
        ------
        NationalError
            No answer came, not in time, or none that can be taken.
        """
        answer: Answer | None = None
        try:
            answer = self._exchanged(call)
        finally:
            self._note(call, None if answer is None else answer.body)
        return answer

    def _note(self, call: Call, response: bytes | None) -> None:
        body, _ = _content(call)
        sent = body.encode() if isinstance(body, str) else body or b""
        target = self._target(call)
        note_hop(NationalHop.of(self._host, call.method, target, sent, response))

    def _target(self, call: Call) -> str:
        return call.url[self._origin_length :] or "/"

    def _exchanged(self, call: Call) -> Answer:
        deadline = time.monotonic() + self._limits.whole_answer_s
        try:
            try:
                response = self._opened(call)
            except (ProtocolError, NewConnectionError):
                if not call.is_read:
                    raise
                # A kept connection may just have been closed.
                response = self._opened(call)
            return self._taken(response, deadline)
        except NewConnectionError as error:
            # To urllib3 that is a timeout too; to an operator nobody is there.
            raise _unreachable(error) from error
        except (TransportTimeout, TimeoutError) as error:
            raise unavailable("did not answer in time", "Look at its load.") from error
        except (HTTPError, OSError) as error:
            raise _unreachable(error) from error

    def _opened(self, call: Call) -> BaseHTTPResponse:
        body, kind = _content(call)
        return self._pool.urlopen(
            call.method,
            self._target(call),
            body=body,
            headers={**self._headers, **kind},
            timeout=self._timeout,
            retries=False,
            redirect=False,
            preload_content=False,
        )

    def _taken(self, response: BaseHTTPResponse, deadline: float) -> Answer:
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
            if not is_whole:
                # What is left of it must not be taken for the next answer.
                response.close()
            response.release_conn()

    def _read_body(self, response: BaseHTTPResponse, deadline: float) -> bytes:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise nonsense("it compressed an answer, which was not asked for")
        limit = self._limits.max_bytes
        try:
            return read_body(response, limit, deadline)
        except BodyTooLarge:
            raise nonsense(f"an answer is larger than {limit} bytes") from None


def _unreachable(error: Exception) -> NationalError:
    # The text of these exceptions holds the URL: the type says enough.
    return unavailable(
        "could not be reached, or broke the connection off",
        f"Check that it runs and that its address is right ({type(error).__name__}).",
    )


def _content(call: Call) -> tuple[bytes | str | None, dict[str, str]]:
    if call.document is not None:
        return call.document, {"Content-Type": FHIR_JSON}
    if call.form is not None:
        return urlencode(call.form), {"Content-Type": _FORM}
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


def _pool(base: ServerBase, context: ssl.SSLContext | None) -> HTTPConnectionPool:
    if context is None:
        return HTTPConnectionPool(base.host, base.port, maxsize=_KEPT)
    return HTTPSConnectionPool(
        base.host,
        base.port,
        maxsize=_KEPT,
        ssl_context=context,
        cert_reqs="CERT_REQUIRED",
    )


def _check_redirect(response: BaseHTTPResponse) -> None:
    if response.status in _REDIRECT:
        raise nonsense(f"it answered with a redirect (HTTP {response.status})")


def _is_json(response: BaseHTTPResponse) -> bool:
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    return media_type.strip().lower() in _JSON_TYPES


def _check_media_type(response: BaseHTTPResponse) -> None:
    if not _is_json(response):
        raise nonsense("its Content-Type is not that of FHIR JSON")
    _, *parameters = response.headers.get("Content-Type", "").split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        encoding = value.strip().strip('"').lower()
        if name.strip().lower() == "charset" and encoding not in {"utf-8", "utf8"}:
            raise nonsense("its JSON is not in UTF-8")

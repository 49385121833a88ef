"""The national side with its answers at hand, and the bare requests behind them.

A stage of ours that talks to the national server is measured without the line: parsing,
checking, weighing of answers that came once. The line is measured apart: the very same
requests, by ``http.client`` over a kept connection.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from ncp.national.codes import FHIR_JSON
from ncp.national.fhir_failures import Answer
from ncp.national.http_line import Call, Line

_HEADERS = {"Accept": FHIR_JSON, "Prefer": "handling=strict"}
_FORM = {**_HEADERS, "Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class RememberingLine:
    """Gives each answer again that came once; notes what is asked."""

    line: Line
    _answers: dict[str, Answer] = field(default_factory=dict)
    _asked: list[Call] = field(default_factory=list)

    def exchange(self, call: Call) -> Answer:
        """Answer from memory, or ask the server and remember."""
        self._asked.append(call)
        key = f"{call.method} {call.url} {call.form!r}"
        if key not in self._answers:
            self._answers[key] = self.line.exchange(call)
        return self._answers[key]

    @contextmanager
    def noting(self) -> Iterator[list[Call]]:
        """Give a list that is filled with what is asked inside."""
        self._asked = []
        yield self._asked


class BareLine:
    """The requests of a gateway, by the standard library and nothing around it."""

    def __init__(self, base_url: str) -> None:
        place = urlsplit(base_url)
        self._connection = http.client.HTTPConnection(
            place.hostname or "", place.port, timeout=30
        )

    def ask(self, call: Call) -> bytes:
        """Send one request and read its whole answer."""
        place = urlsplit(call.url)
        target = f"{place.path}?{place.query}" if place.query else place.path
        body = None if call.form is None else urlencode(call.form)
        headers = _HEADERS if call.form is None else _FORM
        try:
            response, data = self._answer(call.method, target, body, headers)
        except (ConnectionError, http.client.RemoteDisconnected):
            # The server lets go of a connection that was not used for seconds.
            self._connection.close()
            response, data = self._answer(call.method, target, body, headers)
        if response.status != 200:
            raise RuntimeError(f"the national server answered {response.status}")
        return data

    def _answer(
        self, method: str, target: str, body: str | None, headers: Mapping[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self._connection.request(method, target, body, headers)
        response = self._connection.getresponse()
        return response, response.read()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

"""A request to the national server, as the bytes that go over the wire.

Head and body go together: the server is woken once, and reads once.

Spec: RFC 9112 §2.1, §3.2 (message and request line), §6.2 (Content-Length).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import Final

from ncp.errors import ConfigurationError
from ncp.evidence.national_hops import NationalHop
from ncp.national.fhir_failures import nonsense

# What would end a line, or its part, earlier than it ends.
_TARGET: Final = re.compile(r"[!-~]+")
_VALUE: Final = re.compile(r"[ -~]*")


@dataclass(frozen=True, slots=True)
class Request:
    """A request; ``target`` and ``headers`` are of those who made it with care.

    Attributes
    ----------
    headers
        Of :func:`checked_headers`; the length of the body is told beside.
    """

    method: str
    target: str
    body: bytes | None = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @property
    def wire(self) -> bytes:
        """Its bytes.

        Raises
        ------
        NationalError
            The target, which the server may have named, is none.
        """
        if not _TARGET.fullmatch(self.target):
            raise nonsense("it named a place that no request line can hold")
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body is not None:
            lines.append(f"Content-Length: {len(self.body)}")
        head = "\r\n".join(lines).encode("ascii")
        return head + b"\r\n\r\n" + (self.body or b"")

    def sent_over(self, connection: socket.socket) -> HTTPResponse:
        """Send it; return the answer, of which the body is still to be read."""
        connection.sendall(self.wire)
        response = HTTPResponse(connection, method=self.method)
        try:
            response.begin()
        except BaseException:
            response.close()
            raise
        return response

    def hop(self, host: str, response: bytes | None) -> NationalHop:
        """Return the evidence that it was asked, and what was answered."""
        sent = self.body or b""
        return NationalHop.of(host, self.method, self.target, sent, response)


def checked_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return headers that every request bears, if each is one line of plain text.

    Raises
    ------
    ConfigurationError
        One is not; that can only be the token.
    """
    if not all(map(_VALUE.fullmatch, headers.values())):
        raise ConfigurationError(
            "the token for the national FHIR server cannot stand in a header",
            "write it to its file as one line of printable ASCII characters",
        )
    return headers

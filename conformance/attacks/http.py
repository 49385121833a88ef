"""The exact bytes of an HTTP/1.1 request, the impossible ones included.

Spec: RFC 9112 §2.1, §6.
"""

from __future__ import annotations

from conformance.attacks.message import Message


def write_http(message: Message, host: str) -> tuple[bytes, bytes]:
    """Return the head and the body of the request, as they go over the wire."""
    framing = message.framing
    if framing is None:
        framing = (("Content-Length", str(len(message.body))),)
    fields = (("Host", host), *message.head, *framing)
    lines = [f"{message.method} {message.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields]
    return "\r\n".join([*lines, "", ""]).encode("latin-1"), message.body

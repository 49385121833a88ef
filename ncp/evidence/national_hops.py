"""What an exchange asked of this country's own infrastructure, message by message.

Country A has to be able to show what it sent there (non-repudiation of origin). The
line to the national server notes each request and its answer while an exchange is
answered; outside of one, nobody listens.

Spec: ISO/IEC 13888-1 §8 / sheet 06 §3.1 (evidence of what goes to the national
infrastructure is mandatory, of what comes back optional).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_HOPS: ContextVar[list[NationalHop] | None] = ContextVar("national_hops", default=None)


@dataclass(frozen=True, slots=True)
class NationalHop:
    """One request to the national infrastructure, and its answer.

    Attributes
    ----------
    host
        Who was asked.
    request_sha256
        Of method, blank, target, line feed and body, in hex; of the target, because a
        request that only reads has no body.
    request_length
        Of what was hashed, in bytes.
    response_sha256, response_length
        Of the body of the answer; None where none came.
    """

    host: str
    request_sha256: str
    request_length: int
    response_sha256: str | None = None
    response_length: int | None = None

    @classmethod
    def of(
        cls, host: str, method: str, target: str, body: bytes, response: bytes | None
    ) -> NationalHop:
        """Take the measure of a request and of its answer."""
        request = f"{method} {target}\n".encode() + body
        return cls(
            host,
            hashlib.sha256(request).hexdigest(),
            len(request),
            None if response is None else hashlib.sha256(response).hexdigest(),
            None if response is None else len(response),
        )


@contextmanager
def national_hops() -> Iterator[list[NationalHop]]:
    """Listen, in this thread, for what goes to the national infrastructure."""
    noted: list[NationalHop] = []
    token = _HOPS.set(noted)
    try:
        yield noted
    finally:
        _HOPS.reset(token)


def note_hop(hop: NationalHop) -> None:
    """Note a hop where somebody listens."""
    noted = _HOPS.get()
    if noted is not None:
        noted.append(hop)

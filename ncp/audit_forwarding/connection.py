"""A TLS connection to an audit repository, over which nothing is answered.

Syslog has no acknowledgement. What was sent is proven to have arrived when the other
side ends the connection in order after we did: whoever answers our farewell has read
all that came before it. Where a repository ends connections without a farewell, the
settings may take silence for a proof instead: no error within so many seconds.

Spec: RFC 5425 §4.4 (closure) / RFC 8446 §6.1 (close_notify follows all data).
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_MOST_READ: Final = 4096
# A courier keeps its lease for two minutes of one batch; a repository that reads more
# slowly than this must not outlast that.
_LONGEST_S: Final = 60.0


class ConnectionFailed(Exception):  # noqa: N818 - what happened, told to the carrier
    """What was sent has not arrived for certain; ``sentence`` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Line:
    """Where a repository listens, and how it proves that it has read.

    Attributes
    ----------
    timeout_s
        How long connecting, one write and the farewell may take, each.
    silence_s
        None where the farewell is the proof; else how long silence must last.
    """

    host: str
    port: int
    timeout_s: float
    silence_s: float | None = None


def send(line: Line, context: ssl.SSLContext, frames: Iterable[bytes]) -> None:
    """Send frames over one connection and return when it is proven that they arrived.

    Raises
    ------
    ConnectionFailed
        It is not proven, of any of them.
    """
    try:
        with (
            socket.create_connection(
                (line.host, line.port), timeout=line.timeout_s
            ) as plain,
            context.wrap_socket(plain, server_hostname=line.host) as connection,
        ):
            _write(connection, frames)
            _prove(line, connection)
    except ssl.SSLCertVerificationError as error:
        raise ConnectionFailed(
            "the repository's certificate is not believed: " + error.verify_message
        ) from error
    except TimeoutError as error:
        raise ConnectionFailed(
            f"the repository did not answer within {line.timeout_s:g} s"
        ) from error
    except OSError as error:
        raise ConnectionFailed(
            f"the connection to the repository failed: {_reason(error)}"
        ) from error


def _write(connection: ssl.SSLSocket, frames: Iterable[bytes]) -> None:
    end = time.monotonic() + _LONGEST_S
    for each in frames:
        if time.monotonic() > end:
            raise ConnectionFailed("the repository reads too slowly")
        connection.sendall(each)


def _prove(line: Line, connection: ssl.SSLSocket) -> None:
    if line.silence_s is not None:
        _wait_in_silence(connection, line.silence_s)
        return
    # Returns when the other side's farewell is here; anything else is an error.
    connection.unwrap()


def _wait_in_silence(connection: ssl.SSLSocket, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            if not connection.recv(_MOST_READ):
                raise ConnectionFailed(
                    "the repository ended the connection, and may not have read all"
                )
        except TimeoutError:
            return


def _reason(error: OSError) -> str:
    """Say in which way it failed; never what was sent."""
    if isinstance(error, ssl.SSLError):
        return (error.reason or "TLS").replace("_", " ").lower()
    return error.strerror or type(error).__name__

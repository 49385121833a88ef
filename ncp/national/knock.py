"""Knock at a national server: is it there, is it believed, what time has it?

One HEAD of the base, without a token and without a name; any answer will do, a refusal
as well.

Spec: RFC 9110 §9.3.2 (HEAD), §6.6.1 (Date) / ARCHITECTURE "``ncp check``: unreachable
neighbours".
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Final

from ncp.errors import ConfigurationError
from ncp.national.server_base import ServerBase
from ncp.national.tls import build_context
from ncp.told_time import ToldTimes

TIMEOUT_S: Final = 5.0


def knock(
    address: str, tls_authorities: Sequence[Path], times: ToldTimes
) -> str | None:
    """Return why the server whose base URL is ``address`` does not answer, or None."""
    try:
        base = ServerBase.parse(address)
        connection = _connection(base, tls_authorities)
    except ConfigurationError as error:
        return error.public_message
    with closing(connection):
        return _fault(connection, base, times)


def _connection(base: ServerBase, authorities: Sequence[Path]) -> HTTPConnection:
    if base.scheme == "http":
        return HTTPConnection(base.host, base.port, timeout=TIMEOUT_S)
    context = build_context(authorities)
    return HTTPSConnection(base.host, base.port, timeout=TIMEOUT_S, context=context)


def _fault(
    connection: HTTPConnection, base: ServerBase, times: ToldTimes
) -> str | None:
    try:
        connection.connect()
        asked = times.now()
        connection.request("HEAD", base.path or "/")
        times.hear(base.host, connection.getresponse().headers, asked)
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not believed: {error.verify_message}"
    except ssl.SSLError as error:
        return f"TLS failed: {error.reason or 'the handshake was broken off'}"
    except TimeoutError:
        return "no connection: it did not answer in time"
    except OSError as error:
        return f"no connection: {error.strerror or 'it broke off'}"
    except HTTPException:
        return "it does not answer in HTTP"
    return None

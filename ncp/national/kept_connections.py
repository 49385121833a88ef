"""Connections to the national server that are kept open between requests.

``http.client`` and nothing around it: a request costs half of what it does through a
library that also redirects, retries, decodes and looks for proxies, none of which is
wanted here.

Spec: RFC 9112 §9.3 (persistence), §9.6 (a connection that was closed meanwhile).
"""

from __future__ import annotations

import select
import ssl
import weakref
from collections import deque
from collections.abc import Iterable
from http.client import HTTPConnection, HTTPSConnection
from typing import Final

from ncp.national.server_base import ServerBase

# More threads than this get connections of their own, which are not kept.
_KEPT: Final = 16


class KeptConnections:
    """Open connections to one server; each is lent to one thread at a time.

    Parameters
    ----------
    context
        By which the server is believed; None where the base is plain HTTP.
    """

    def __init__(
        self,
        base: ServerBase,
        context: ssl.SSLContext | None,
        connect_timeout_s: float,
        read_timeout_s: float,
    ) -> None:
        self._base = base
        self._context = context
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._idle: deque[HTTPConnection] = deque()
        # Lines are made anew when keys change; nobody tells the old ones.
        weakref.finalize(self, _close_all, self._idle)

    def take(self) -> HTTPConnection:
        """Lend a connection that is open, the one used last where there is one.

        Raises
        ------
        OSError
            There is none, and none can be opened.
        """
        while True:
            try:
                kept = self._idle.pop()
            except IndexError:
                return self._opened()
            if _is_quiet(kept):
                return kept
            kept.close()

    def give_back(self, connection: HTTPConnection) -> None:
        """Keep a connection whose answer was read to its end."""
        if connection.sock is None or len(self._idle) >= _KEPT:
            # The server said that it closes it; or there are enough.
            connection.close()
        else:
            self._idle.append(connection)

    def _opened(self) -> HTTPConnection:
        connection = self._unopened()
        try:
            connection.connect()
            connection.sock.settimeout(self._read_timeout_s)
        except BaseException:
            connection.close()
            raise
        return connection

    def _unopened(self) -> HTTPConnection:
        host, port, timeout = self._base.host, self._base.port, self._connect_timeout_s
        if self._context is None:
            return HTTPConnection(host, port, timeout)
        return HTTPSConnection(host, port, timeout=timeout, context=self._context)


def _close_all(connections: Iterable[HTTPConnection]) -> None:
    for each in connections:
        each.close()


def _is_quiet(connection: HTTPConnection) -> bool:
    """Whether nothing came since the last answer: neither its end nor what is none."""
    looking = select.poll()
    looking.register(connection.sock, select.POLLIN)
    return not looking.poll(0)

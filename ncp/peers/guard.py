"""Connects to addresses that a directory named, and only to numbers that were judged.

A name may resolve to one number when it is judged and to another when it is connected
to. So it is resolved once, every number is judged, and the connection is made to one of
these; the name stays what the certificate is compared with.

Spec: fact sheet 02 §7.2 row 34 (DNS rebinding) / OWASP SSRF prevention.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import create_connection

from trust.smp import AddressRules, DirectoryRefused, NameResolver, check_numbers


class SystemResolver:
    """Resolves names as this machine does."""

    def resolve(self, host: str, port: int) -> Sequence[str]:
        """Return the numeric addresses of a host, each once, in the machine's order."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return tuple(dict.fromkeys(str(each[4][0]) for each in found))


class AddressNotAllowed(Exception):  # noqa: N818 - a verdict, not a defect
    """The name of an address resolved to a number that is not allowed."""

    def __init__(self, refused: DirectoryRefused) -> None:
        super().__init__(refused.sentence)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Guard:
    """Which numbers may be connected to."""

    rules: AddressRules
    resolver: NameResolver = field(default_factory=SystemResolver)

    def connect(self, connection: HTTPConnection) -> socket.socket:
        """Connect to a judged number of the connection's host.

        Raises
        ------
        AddressNotAllowed
            One of its numbers is not allowed.
        urllib3.exceptions.NewConnectionError, ConnectTimeoutError
            None of them answered.
        """
        host, port = connection.host, connection.port
        error: OSError | None = None
        for number in self._numbers(connection):
            try:
                return create_connection(
                    (number, port),
                    connection.timeout,
                    socket_options=connection.socket_options,
                )
            except OSError as failed:
                error = failed
        if isinstance(error, TimeoutError):
            raise ConnectTimeoutError(connection, f"{host} did not answer") from error
        raise NewConnectionError(connection, f"no connection to {host}") from error

    def _numbers(self, connection: HTTPConnection) -> Sequence[str]:
        host, port = connection.host, connection.port
        try:
            numbers = self.resolver.resolve(host, port)
        except OSError as error:
            raise NewConnectionError(
                connection, f"the name {host} cannot be resolved"
            ) from error
        try:
            return [str(each) for each in check_numbers(numbers, self.rules)]
        except DirectoryRefused as refused:
            raise AddressNotAllowed(refused) from None


class GuardedAdapter(HTTPAdapter):
    """A requests adapter that connects through a guard, without a client certificate.

    Parameters
    ----------
    tls
        Keywords for the pools: an ``ssl_context``, say.
    """

    def __init__(self, guard: Guard, **tls: Any) -> None:
        self._guard, self._tls = guard, tls
        super().__init__(max_retries=0, pool_block=False)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        super().init_poolmanager(
            connections, maxsize, block, **self._tls, **pool_kwargs
        )
        self.poolmanager.pool_classes_by_scheme = _guarded_pools(self._guard)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ARG002
        """Leave the context as it is: the base class would add the public CAs."""
        conn.cert_reqs = "CERT_REQUIRED"


def _guarded_pools(guard: Guard) -> dict[str, type[HTTPConnectionPool]]:
    class GuardedConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return guard.connect(self)

    class GuardedTlsConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return guard.connect(self)

    class Pool(HTTPConnectionPool):
        ConnectionCls = GuardedConnection

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = GuardedTlsConnection

    return {"http": Pool, "https": TlsPool}

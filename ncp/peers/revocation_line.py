"""The line to revocation lists and OCSP responders, over HTTP and with limits.

The addresses stand in certificates that others made: they must not lead into our own
network. The address a connection really reached is judged before anything is sent, so
that a name cannot be bent to another address in between. What comes is signed by the
authority; TLS adds nothing to it, and plain HTTP is the rule (RFC 5019 §5).

Spec: RFC 5280 §8 (https loops) / RFC 6960 appendix A / fact sheet 02 §7.2 row 34.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from ncp.bounded_body import BodyTooLarge, read_body
from ncp.peers.strict_session import StrictSession
from ncp.told_time import ToldTimes
from trust.certificates import LineFailed

MEBIBYTE: Final = 1_048_576
_PORTS: Final = frozenset({None, 80})
_FAULTS: Final = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


class HttpRevocationLine:
    """Fetches lists and asks responders; safe to use from many threads.

    Parameters
    ----------
    internal_hosts
        Hosts that may be in our own network, and on any port: a mirror of lists, say.
    times
        Hears what time those who answer have.
    """

    def __init__(
        self,
        *,
        timeout_s: float = 5.0,
        max_bytes: int = 20 * MEBIBYTE,
        internal_hosts: Iterable[str] = (),
        times: ToldTimes | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._internal = frozenset(host.lower() for host in internal_hosts)
        self._times = times

    def get(self, address: str) -> bytes:
        """Fetch a revocation list; raises :class:`LineFailed`."""
        return self._exchange("GET", address, None, {})

    def post(self, address: str, request: bytes) -> bytes:
        """Ask an OCSP responder; raises :class:`LineFailed`."""
        headers = {
            "Content-Type": "application/ocsp-request",
            "Accept": "application/ocsp-response",
        }
        return self._exchange("POST", address, request, headers)

    def _exchange(
        self, method: str, address: str, body: bytes | None, headers: dict[str, str]
    ) -> bytes:
        is_internal = self._check(address)
        deadline = time.monotonic() + self._timeout_s
        asked = self._times.now() if self._times else None
        try:
            with (
                _session(is_internal=is_internal) as session,
                session.request(
                    method,
                    address,
                    data=body,
                    headers={**headers, "Accept-Encoding": "identity"},
                    timeout=self._timeout_s,
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                if self._times and asked:
                    host = urlsplit(address).hostname or ""
                    self._times.hear(host, response.headers, asked)
                return self._read(response, deadline)
        except _InternalAddress:
            raise LineFailed("it leads into an internal network") from None
        except (requests.Timeout, TimeoutError):
            raise LineFailed("no answer in time") from None
        except _FAULTS:
            raise LineFailed("no connection") from None

    def _check(self, address: str) -> bool:
        """Refuse what is not asked; return whether the host may be internal."""
        try:
            parts = urlsplit(address)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            raise LineFailed("it is no address") from None
        if parts.scheme.lower() != "http":
            raise LineFailed("only http is asked")
        if not host or parts.username or parts.password:
            raise LineFailed("it names a user, or no host")
        if host in self._internal:
            return True
        if port not in _PORTS:
            raise LineFailed(f"port {port} is not asked")
        return False

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        if response.status_code != requests.codes.ok:
            raise LineFailed(f"HTTP status {response.status_code}")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise LineFailed("a compressed answer, unasked")
        try:
            return read_body(response.raw, self._max_bytes, deadline)
        except BodyTooLarge:
            raise LineFailed(f"more than {self._max_bytes} bytes") from None


class _InternalAddress(Exception):  # noqa: N818 - a verdict, not a defect
    """The connection ended at an address of an internal network."""


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        within = parsed.ipv4_mapped or parsed.sixtofour
        if within is not None:
            parsed = within
    return parsed.is_global and not parsed.is_multicast


class _PublicConnection(HTTPConnection):
    """A connection that is given up where it does not lead to a public address."""

    def connect(self) -> None:
        super().connect()
        if not _is_public(self.sock.getpeername()[0]):
            self.close()
            raise _InternalAddress


class _PublicPool(HTTPConnectionPool):
    ConnectionCls = _PublicConnection


class _Adapter(HTTPAdapter):
    def __init__(self, *, is_internal: bool) -> None:
        self._is_internal = is_internal
        super().__init__(max_retries=0)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        pool = HTTPConnectionPool if self._is_internal else _PublicPool
        self.poolmanager.pool_classes_by_scheme = {"http": pool}


def _session(*, is_internal: bool) -> requests.Session:
    session = StrictSession()
    session.mount("http://", _Adapter(is_internal=is_internal))
    return session

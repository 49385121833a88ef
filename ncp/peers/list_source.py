"""Fetches trust lists over HTTPS, from public addresses, within limits.

A list is signed, and believed for that; TLS keeps others from seeing and from serving
old copies. Locations stand in lists that others made and must not lead into our own
network, so every one is judged like an address of a directory.

Spec: ETSI TS 119 612 §6.1 (publication) / fact sheet 02 §5.2 and §7.2 row 34.
"""

from __future__ import annotations

import ipaddress
import ssl
import time
from importlib.metadata import version
from typing import Final

import requests
import urllib3

from ncp.bounded_body import BodyTooLarge, BodyTooSlow, read_body
from ncp.peers.directory import to_pem
from ncp.peers.guard import AddressNotAllowed, Guard, GuardedAdapter
from ncp.peers.metadata_fetch import directory_context
from ncp.peers.strict_session import StrictSession
from ncp.settings.key_pairs import load_certificates
from ncp.settings.trust_lists import TrustListsSettings
from trust.smp import AddressRules, DirectoryRefused, check_address
from trust.trustlist import LIST_LIMITS, ListUnavailable

_HEADERS: Final = {
    "User-Agent": f"ncp-gateway/{version('ncp-gateway')}",
    "Accept": "application/vnd.etsi.tsl+xml, application/xml, text/xml",
    # A compressed answer could grow beyond every limit.
    "Accept-Encoding": "identity",
}
_FAILURES: Final = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


class HttpListSource:
    """Fetches lists; safe to use from many threads.

    Parameters
    ----------
    guard
        Which addresses may be asked, by name and by number.
    context
        Checks the servers' certificates.
    """

    def __init__(
        self,
        guard: Guard,
        context: ssl.SSLContext,
        *,
        timeout_s: float = 30.0,
        max_bytes: int = LIST_LIMITS.max_bytes,
    ) -> None:
        self._guard = guard
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._session = _session(guard, context)

    def fetch(self, location: str) -> bytes:
        """Return what stands there now; raises ListUnavailable."""
        try:
            checked = check_address(location, self._guard.rules)
            return self._get(checked.url)
        except DirectoryRefused as refused:
            raise ListUnavailable(refused.sentence) from None
        except AddressNotAllowed as error:
            raise ListUnavailable(error.refused.sentence) from None
        except requests.exceptions.SSLError as error:
            raise ListUnavailable(
                "its server's TLS certificate is not believed, or TLS failed"
            ) from error
        except (requests.Timeout, TimeoutError) as error:
            raise ListUnavailable("no answer came in time") from error
        except _FAILURES as error:
            raise ListUnavailable("no connection to it could be made") from error

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def _get(self, url: str) -> bytes:
        deadline = time.monotonic() + self._timeout_s
        with self._session.get(
            url, timeout=self._timeout_s, allow_redirects=False, stream=True
        ) as answer:
            if answer.status_code != requests.codes.ok:
                raise ListUnavailable(f"its server answers HTTP {answer.status_code}")
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise ListUnavailable("the answer is compressed, unasked")
            return self._body(answer, deadline)

    def _body(self, answer: requests.Response, deadline: float) -> bytes:
        try:
            return read_body(answer.raw, self._max_bytes, deadline)
        except BodyTooLarge:
            sentence = f"it is larger than {self._max_bytes} bytes"
            raise ListUnavailable(sentence) from None
        except BodyTooSlow:
            raise ListUnavailable("the answer was not complete in time") from None


def list_source(settings: TrustListsSettings) -> HttpListSource:
    """Build what fetches the lists of the settings."""
    authorities = [
        each
        for path in settings.tls_authorities
        for each in load_certificates(path, "trust_lists.tls_authorities")
    ]
    networks = tuple(ipaddress.ip_network(each) for each in settings.networks)
    rules = AddressRules(ports=frozenset(settings.ports), networks=networks)
    context = directory_context(to_pem(authorities))
    return HttpListSource(Guard(rules), context, timeout_s=settings.timeout_s)


def _session(guard: Guard, context: ssl.SSLContext) -> requests.Session:
    session = StrictSession()
    session.headers.update(_HEADERS)
    session.mount("https://", GuardedAdapter(guard, ssl_context=context))
    return session

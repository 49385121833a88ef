"""Fetches entries from servers of directories over HTTP.

The server's certificate proves little: what it serves is signed twice. It is checked
against the authorities of the machine, or those the settings name for directories.

Spec: OASIS BDX SMP 1.0 §2.4.1, §3.2 (HTTP statuses) / fact sheet 02 §4.4.
"""

from __future__ import annotations

import ssl
import time
from http import HTTPStatus
from importlib.metadata import version
from typing import Final

import requests
import urllib3

from ncp.bounded_body import BodyTooLarge, BodyTooSlow, read_body
from ncp.peers.guard import AddressNotAllowed, Guard, GuardedAdapter
from ncp.peers.strict_session import StrictSession
from trust.decision import Reason
from trust.smp import CheckedAddress, DirectoryRefused
from trust.smp.signature import METADATA_LIMITS

_HEADERS: Final = {
    "User-Agent": f"ncp-gateway/{version('ncp-gateway')}",
    "Accept": "text/xml, application/xml",
    # A compressed answer could grow beyond every limit.
    "Accept-Encoding": "identity",
}
_FAILURES: Final = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


class HttpMetadataFetch:
    """Fetches through a guard; safe to use from many threads."""

    def __init__(
        self, guard: Guard, context: ssl.SSLContext, timeout_s: float = 10.0
    ) -> None:
        self._timeout_s = timeout_s
        self._session = StrictSession()
        self._session.headers.update(_HEADERS)
        self._session.mount("https://", GuardedAdapter(guard, ssl_context=context))
        self._session.mount("http://", GuardedAdapter(guard))

    def fetch(self, address: CheckedAddress) -> bytes:
        """Return the body of the answer; raises DirectoryRefused."""
        deadline = time.monotonic() + self._timeout_s
        try:
            with self._session.get(
                address.url,
                timeout=(self._timeout_s, self._timeout_s),
                allow_redirects=False,
                stream=True,
            ) as answer:
                _check_status(answer.status_code)
                return _body(answer, deadline)
        except AddressNotAllowed as error:
            raise error.refused from None
        except _FAILURES as error:
            raise _unreachable(error) from error

    def close(self) -> None:
        """Close all connections."""
        self._session.close()


def directory_context(authorities_pem: str) -> ssl.SSLContext:
    """Build the context that checks a server's name and authority.

    Without authorities of its own, it trusts those of the machine.
    """
    context = ssl.create_default_context(cadata=authorities_pem or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _check_status(status: int) -> None:
    if status == HTTPStatus.OK:
        return
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        raise DirectoryRefused(
            Reason.DIRECTORY_ENTRY_ABSENT, "the directory has no such entry"
        )
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise DirectoryRefused(
            Reason.DIRECTORY_REDIRECT_REFUSED,
            f"the directory answers with a redirect of HTTP (status {status}), which "
            "nobody has signed",
        )
    raise DirectoryRefused(
        Reason.DIRECTORY_ANSWER_UNUSABLE, f"the directory answers HTTP {status}"
    )


def _body(answer: requests.Response, deadline: float) -> bytes:
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise _unusable("it is compressed, unasked")
    limit = METADATA_LIMITS.max_bytes
    try:
        return read_body(answer.raw, limit, deadline)
    except BodyTooLarge:
        raise _unusable(f"it is larger than {limit} bytes") from None
    except BodyTooSlow:
        raise DirectoryRefused(
            Reason.DIRECTORY_UNREACHABLE,
            "the directory did not finish its answer in time",
        ) from None


def _unusable(what: str) -> DirectoryRefused:
    return DirectoryRefused(
        Reason.DIRECTORY_ANSWER_UNUSABLE,
        f"the answer of the directory is not read: {what}",
    )


def _unreachable(error: BaseException) -> DirectoryRefused:
    if isinstance(error, requests.exceptions.SSLError):
        what = "its TLS certificate is not believed, or TLS failed"
    elif isinstance(error, requests.Timeout):
        what = "it did not answer in time"
    else:
        what = "no connection to it could be made, or it broke off"
    return DirectoryRefused(
        Reason.DIRECTORY_UNREACHABLE, f"the directory cannot be reached: {what}"
    )

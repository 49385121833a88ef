"""The line to a time-stamping authority: one question over HTTP, within limits.

What comes back is signed, and believed for that alone; over plain HTTP too. The address
is the operator's.

Spec: RFC 3161 §3.4 (time-stamp protocol via HTTP).
"""

from __future__ import annotations

import time
from typing import Final

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

from ncp.bounded_body import BodyTooLarge, read_body
from ncp.errors import NationalError, Refusal
from ncp.national.tls import ContextAdapter
from ncp.peers.directory import to_pem
from ncp.peers.metadata_fetch import directory_context
from ncp.peers.strict_session import StrictSession
from ncp.settings.key_pairs import load_certificates
from ncp.settings.secrets import read_file
from ncp.settings.time_stamps import TimeStampSettings

_KEY: Final = "record.time_stamps"
_MOST_BYTES: Final = 65_536
_HEADERS: Final = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
    "Accept-Encoding": "identity",
}
_FAULTS: Final = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


class HttpTimeStampLine:
    """Asks one authority.

    Raises
    ------
    ConfigurationError
        A file of the settings cannot be read.
    """

    def __init__(self, settings: TimeStampSettings) -> None:
        self._settings = settings
        authorities = [
            each
            for path in settings.tls_authorities
            for each in load_certificates(path, f"{_KEY}.tls_authorities")
        ]
        self._context = directory_context(to_pem(authorities))

    def ask(self, query: bytes) -> bytes:
        """Return the response to a query, not yet read.

        Raises
        ------
        NationalError
            No answer came, not in time, or another one than HTTP 200.
        """
        try:
            return self._ask(query)
        except (requests.Timeout, TimeoutError) as error:
            raise _unavailable("does not answer in time") from error
        except _FAULTS as error:
            raise _unavailable(f"is not reached ({type(error).__name__})") from error

    def _ask(self, query: bytes) -> bytes:
        deadline = time.monotonic() + self._settings.timeout_s
        with (
            self._session() as session,
            session.post(
                self._settings.url,
                data=query,
                headers=_HEADERS,
                timeout=self._settings.timeout_s,
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
            if answer.status_code != requests.codes.ok:
                raise _unavailable(f"answers HTTP {answer.status_code}")
            return _body(answer, deadline)

    def _session(self) -> requests.Session:
        session = StrictSession()
        session.mount("https://", ContextAdapter(self._context))
        session.mount("http://", HTTPAdapter())
        stated = self._settings
        if stated.user is not None and stated.password_file is not None:
            password = read_file(stated.password_file, f"{_KEY}.password_file")
            session.auth = HTTPBasicAuth(stated.user.encode(), password.rstrip(b"\r\n"))
        return session


def _body(answer: requests.Response, deadline: float) -> bytes:
    try:
        return read_body(answer.raw, _MOST_BYTES, deadline)
    except BodyTooLarge:
        raise _unavailable(f"answers more than {_MOST_BYTES} bytes") from None


def _unavailable(what: str) -> NationalError:
    return NationalError(
        Refusal.NATIONAL_UNAVAILABLE,
        f"The time-stamping authority {what}.",
        f"Check [{_KEY}], the network and the authority.",
    )

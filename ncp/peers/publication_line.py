"""Writes entries to the server that publishes them.

Spec: fact sheet 02 §4.5: PUT and DELETE over mutual TLS, errors as ``ErrorResponse``.
"""

from __future__ import annotations

import re
import ssl
import time
from http import HTTPStatus
from typing import Final

import requests
import urllib3
from requests.adapters import HTTPAdapter

from ncp.bounded_body import BodyTooLarge, read_body
from ncp.errors import PeerUnavailable, Refusal
from ncp.national.tls import ContextAdapter
from ncp.peers.strict_session import StrictSession
from trust.smp.signature import METADATA_LIMITS
from trust.xml import XmlRefused, parse_xml

_CODE: Final = re.compile(r"[A-Z][A-Z_]{1,40}")
_WORDS: Final = re.compile(r"[ -~]{1,300}")
_MOST_TOLD: Final = 65_536
_HEADERS: Final = {
    "Content-Type": "application/xml; charset=UTF-8",
    # A compressed answer could grow beyond every limit.
    "Accept-Encoding": "identity",
}


class PublicationLine:
    """The line to one server; its address stands in the settings."""

    def __init__(self, address: str, context: ssl.SSLContext, timeout_s: float) -> None:
        self._address = address.rstrip("/")
        self._timeout_s = timeout_s
        self._session = StrictSession()
        self._session.mount("https://", ContextAdapter(context))
        self._session.mount("http://", HTTPAdapter())

    def address_of(self, path: str) -> str:
        """Return the whole address of an entry."""
        return self._address + path

    def write(self, path: str, name: str, document: bytes | None) -> None:
        """Put a document, or delete what is there.

        Parameters
        ----------
        name
            What it is called in what is told.
        document
            None deletes; that nothing was there is as good.

        Raises
        ------
        PeerUnavailable
            The server cannot be reached, or refused.
        """
        deadline = time.monotonic() + self._timeout_s
        try:
            with self._session.request(
                "DELETE" if document is None else "PUT",
                self.address_of(path),
                data=document,
                headers=_HEADERS,
                timeout=self._timeout_s,
                allow_redirects=False,
                stream=True,
            ) as answer:
                if not _is_done(answer.status_code, is_removal=document is None):
                    raise _refused(answer, name, deadline)
        except requests.RequestException as error:
            raise _unreachable() from error

    def close(self) -> None:
        """Close all connections."""
        self._session.close()


def _is_done(status: int, *, is_removal: bool) -> bool:
    done = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT}
    return status in done or (is_removal and status == HTTPStatus.NOT_FOUND)


def _refused(answer: requests.Response, name: str, deadline: float) -> PeerUnavailable:
    told = _told(_body(answer, deadline))
    return PeerUnavailable(
        Refusal.PEER_ANSWERED_ERROR,
        f"The server did not take {name} (HTTP {answer.status_code}{told}).",
        "401 means that it does not know our certificate, or another one is active; "
        "400 that it does not accept the entry.",
    )


def _body(answer: requests.Response, deadline: float) -> bytes:
    """Return what is said beside a status, which is enough where that is too much."""
    try:
        return read_body(answer.raw, _MOST_TOLD, deadline)
    except (BodyTooLarge, urllib3.exceptions.HTTPError, OSError):
        return b""


def _told(body: bytes) -> str:
    """Return what the server says of its reason, as far as that is plain text."""
    try:
        root = parse_xml(body, METADATA_LIMITS)
    except XmlRefused:
        return ""
    found = {
        str(each.tag).rpartition("}")[2]: (each.text or "").strip() for each in root
    }
    code = found.get("BusinessCode", "")
    words = found.get("ErrorDescription", "")
    told = [
        text for text, form in ((code, _CODE), (words, _WORDS)) if form.fullmatch(text)
    ]
    return "".join(f", {text}" for text in told)


def _unreachable() -> PeerUnavailable:
    return PeerUnavailable(
        Refusal.PEER_UNREACHABLE,
        "The server of `directory.publication.admin_url` cannot be reached.",
        "Check the address, the network, `tls_authorities` and the client certificate.",
    )

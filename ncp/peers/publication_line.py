"""Writes entries to the server that publishes them.

Spec: fact sheet 02 §4.5: PUT and DELETE over mutual TLS, errors as ``ErrorResponse``.
"""

from __future__ import annotations

import re
import ssl
from http import HTTPStatus
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter

from ncp.errors import PeerUnavailable, Refusal
from trust.smp.signature import METADATA_LIMITS
from trust.xml import XmlRefused, parse_xml

_CODE: Final = re.compile(r"[A-Z][A-Z_]{1,40}")
_WORDS: Final = re.compile(r"[ -~]{1,300}")
_MOST_TOLD: Final = 65_536


class PublicationLine:
    """The line to one server; its address stands in the settings."""

    def __init__(self, address: str, context: ssl.SSLContext, timeout_s: float) -> None:
        self._address = address.rstrip("/")
        self._timeout_s = timeout_s
        self._session = requests.Session()
        # The environment must not bring proxies or trust anchors.
        self._session.trust_env = False
        self._session.mount("https://", _TlsAdapter(context))

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
        try:
            answer = self._session.request(
                "DELETE" if document is None else "PUT",
                self.address_of(path),
                data=document,
                headers={"Content-Type": "application/xml; charset=UTF-8"},
                timeout=self._timeout_s,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise _unreachable() from error
        if not _is_done(answer.status_code, is_removal=document is None):
            raise _refused(answer, name)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()


class _TlsAdapter(HTTPAdapter):
    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(max_retries=0)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        super().init_poolmanager(
            connections, maxsize, block, ssl_context=self._context, **pool_kwargs
        )

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ARG002
        """Leave the context as it is: the base class would add the public CAs."""
        conn.cert_reqs = "CERT_REQUIRED"


def _is_done(status: int, *, is_removal: bool) -> bool:
    done = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT}
    return status in done or (is_removal and status == HTTPStatus.NOT_FOUND)


def _refused(answer: requests.Response, name: str) -> PeerUnavailable:
    return PeerUnavailable(
        Refusal.PEER_ANSWERED_ERROR,
        f"The server did not take {name} (HTTP {answer.status_code}{_told(answer)}).",
        "401 means that it does not know our certificate, or another one is active; "
        "400 that it does not accept the entry.",
    )


def _told(answer: requests.Response) -> str:
    """Return what the server says of its reason, as far as that is plain text."""
    try:
        root = parse_xml(answer.content[:_MOST_TOLD], METADATA_LIMITS)
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

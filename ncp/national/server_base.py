"""The base of the national FHIR server, and what may be fetched below it.

A FHIR server names further URLs in its answers (attachments, next pages). They come
from data, so that whoever can write a document could point us anywhere. A URL is used
only below the configured base, and then only its path and query: scheme, host and port
that we connect to are always the configured ones.

Spec: HL7 FHIR R4 §3.1.0.1.2 (service base URL) / RFC 3986 §5.2.4, §6.2.2 (dot segments,
normalisation).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from ncp.errors import ConfigurationError, NationalError, Refusal

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# What RFC 3986 allows in a path and a query; a backslash, blank or control is not.
_PLAIN_URL = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%|]*")
_HIDDEN_SEPARATOR = re.compile(r"%(2f|5c|00)", re.IGNORECASE)


class _NotBelowError(ValueError):
    """Why a URL is not below the base; the text never shows the URL."""


@dataclass(frozen=True, slots=True)
class ServerBase:
    """The service base URL in normal form; ``path`` has no slash at its end."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> ServerBase:
        """Read the base URL of the settings."""
        try:
            parts = urlsplit(_plain(url))
            base = cls(*_origin(parts), _plain_path(parts.path).rstrip("/"))
        except ValueError as error:
            raise ConfigurationError(
                f"the base URL of the national FHIR server is not usable: {error}",
                "Write it as https://host[:port]/path, without user, query or dots.",
            ) from error
        if parts.query or parts.fragment:
            raise ConfigurationError(
                "the base URL of the national FHIR server has a query or fragment",
                "Leave everything from the question mark on away.",
            )
        return base

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.port == _DEFAULT_PORTS[self.scheme]:
            return f"{self.scheme}://{host}{self.path}"
        return f"{self.scheme}://{host}:{self.port}{self.path}"

    def confine(self, reference: str) -> str:
        """Return ``reference`` as a URL below the base, or refuse it.

        Raises
        ------
        NationalError
            It is elsewhere, hides where it is, or carries a user name.
        """
        try:
            return self._confined(reference)
        except ValueError as error:
            raise NationalError(
                Refusal.NATIONAL_UNAVAILABLE,
                "The national FHIR server named a place that may not be read.",
                f"A URL in its answer was refused: {error}. The server must name its "
                "attachments and pages below the configured base URL.",
            ) from error

    def _confined(self, reference: str) -> str:
        # The raw form is judged before urljoin resolves dots away.
        raw = urlsplit(_plain(reference))
        _plain_path(raw.path)
        parts = urlsplit(urljoin(f"{self.url}/", reference))
        if _origin(parts) != (self.scheme, self.host, self.port):
            raise _NotBelowError(
                "it is on another scheme, host or port than the base URL"
            )
        path = _plain_path(parts.path)
        if path.rstrip("/") != self.path and not path.startswith(f"{self.path}/"):
            raise _NotBelowError("its path is not below the base URL")
        query = f"?{parts.query}" if parts.query else ""
        return f"{self.url}{path[len(self.path) :]}{query}"


def _plain(url: str) -> str:
    if not _PLAIN_URL.fullmatch(url):
        raise _NotBelowError("it holds characters that a URL may not hold")
    return url


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise _NotBelowError("it is not an http or https URL with a host")
    if "@" in parts.netloc:
        raise _NotBelowError("it carries a user name")
    # SplitResult.port raises ValueError of its own above 65535.
    return (
        parts.scheme,
        parts.hostname.lower().rstrip("."),
        parts.port or _DEFAULT_PORTS[parts.scheme],
    )


def _plain_path(path: str) -> str:
    if _HIDDEN_SEPARATOR.search(path):
        raise _NotBelowError("it hides a separator behind a percent sign")
    # Some servers drop ";parameters" before they resolve dots.
    segments = [unquote(segment).partition(";")[0] for segment in path.split("/")]
    if "." in segments or ".." in segments:
        raise _NotBelowError("it steps up or stays with dots")
    if "//" in path:
        raise _NotBelowError("it has an empty path segment")
    return path

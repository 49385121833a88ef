"""Media types with parameters, read strictly.

Spec: RFC 2045 §5.1 / RFC 9110 §8.3.1.
Seen: Axis2 ends the list of parameters with a semicolon.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ncp.errors import ProtocolError, Refusal

LONGEST = 2048
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - a grammar, not a secret
_TYPE = re.compile(rf"\s*({_TOKEN}/{_TOKEN})\s*")
_PARAMETER = re.compile(
    rf';\s*(?P<name>{_TOKEN})\s*=\s*(?:(?P<token>[^\s;"]+)'
    rf'|"(?P<quoted>[^"\\]*(?:\\.[^"\\]*)*)")\s*'
)
_ESCAPED = re.compile(r"\\(.)")
_TRAILING = re.compile(r"(;\s*)*")


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type in lower case, with its parameters (names in lower case)."""

    name: str
    parameters: Mapping[str, str]

    @property
    def charset(self) -> str:
        """The charset in lower case, UTF-8 when not told."""
        return self.parameters.get("charset", "utf-8").lower()


def parse_media_type(header: str) -> MediaType:
    """Read a Content-Type header; a repeated parameter is refused."""
    match = _TYPE.match(header) if len(header) <= LONGEST else None
    if match is None:
        raise _unreadable()
    parameters: dict[str, str] = {}
    position = match.end()
    while found := _PARAMETER.match(header, position):
        name, token, inside = found.groups()
        name = name.lower()
        if name in parameters:
            raise _unreadable()
        parameters[name] = token if inside is None else _unescaped(inside)
        position = found.end()
    if not _TRAILING.fullmatch(header, position):
        raise _unreadable()
    return MediaType(match[1].lower(), parameters)


# For headers that name nothing of one message, as that of a package does: they repeat.
parse_repeated_media_type = lru_cache(maxsize=64)(parse_media_type)


def _unescaped(inside: str) -> str:
    return _ESCAPED.sub(r"\1", inside) if "\\" in inside else inside


def quoted(value: str) -> str:
    """Write a parameter value as a quoted string."""
    if not (value.isascii() and value.isprintable()):
        raise ValueError("a media type parameter holds a character it may not")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _unreadable() -> ProtocolError:
    return ProtocolError(
        Refusal.MEDIA_TYPE_UNSUPPORTED, "the Content-Type cannot be read"
    )

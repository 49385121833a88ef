"""What is done about what is found inside a document.

Spec: ISO 32000-1 §12.6 (actions), §7.11.4 (embedded files), §12.7.8 (XFA), §7.6
(encryption): everything by which opening a document does more than show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Danger(StrEnum):
    """Something in a document that does more than show."""

    SCRIPT = "script"
    ACTION = "action"  # runs at opening, starts programs, sends or imports data
    LINK = "link"  # a place in the web, at a click
    EMBEDDED_FILE = "embedded-file"
    MULTIMEDIA = "multimedia"
    EXTERNAL_CONTENT = "external-content"  # part of it lies elsewhere
    XFA_FORM = "xfa-form"
    ENCRYPTION = "encryption"
    TRAILING_DATA = "trailing-data"  # behind the end of an image
    DAMAGE = "damage"  # parts that cannot be read here, and elsewhere perhaps can


class Handling(StrEnum):
    """What is done about a danger."""

    ACCEPT = "accept"  # with a finding
    STRIP = "strip"
    REFUSE = "refuse"


# What cannot be taken out without leaving an empty page, or without knowing a secret.
_NEVER_STRIPPED = frozenset({Danger.XFA_FORM, Danger.EXTERNAL_CONTENT})


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a document may be.

    Attributes
    ----------
    bytes_of
        Code of the document type to bytes; every other type has ``other_bytes``.
    pixels
        Of an image, before it is decoded.
    inflated_bytes
        What all compressed streams of a PDF may come to; a bomb goes far beyond.
    """

    bytes_of: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType({"x-clinical-image": 20 << 20})
    )
    other_bytes: int = 10 << 20
    pixels: int = 64_000_000
    pages: int = 2_000
    objects: int = 200_000
    inflated_bytes: int = 512 << 20

    def of(self, code: str) -> int:
        """Return how many bytes a document of this code may have."""
        return self.bytes_of.get(code, self.other_bytes)


@dataclass(frozen=True, slots=True)
class InspectionPolicy:
    """What is done about each danger, and the limits."""

    handling: Mapping[Danger, Handling]
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        for danger in _NEVER_STRIPPED:
            if self.of(danger) is Handling.STRIP:
                raise ValueError(f"{danger.value} cannot be stripped; refuse it")

    def of(self, danger: Danger) -> Handling:
        """Return what is done; what nobody decided about is refused."""
        return self.handling.get(danger, Handling.REFUSE)


def _policy(active: Handling, link: Handling) -> InspectionPolicy:
    return InspectionPolicy(
        MappingProxyType(
            {
                Danger.SCRIPT: active,
                Danger.ACTION: active,
                Danger.LINK: link,
                Danger.EMBEDDED_FILE: active,
                Danger.MULTIMEDIA: active,
                Danger.ENCRYPTION: active,
                Danger.TRAILING_DATA: active,
                Danger.DAMAGE: active,
                Danger.XFA_FORM: Handling.REFUSE,
                Danger.EXTERNAL_CONTENT: Handling.REFUSE,
            }
        )
    )


STRIPPING = _policy(Handling.STRIP, Handling.STRIP)
"""For what comes from abroad: shown without its dangers, the original is kept."""

REFUSING = _policy(Handling.REFUSE, Handling.ACCEPT)
"""For what leaves: bytes are never changed, so that a danger is a refusal."""

STRICT = _policy(Handling.REFUSE, Handling.STRIP)
"""For what comes from abroad, where nothing that acts may be shown even stripped."""

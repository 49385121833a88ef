"""What the hospital got: the document as it came, and its translation beside it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from lxml import etree

from ncp.demo.hospital import DoorAnswer
from trust.xml import DOCUMENT_LIMITS, parse_xml

_CDA = "{urn:hl7-org:v3}"
_TRANSLATION = f"{_CDA}translation"


@dataclass(frozen=True, slots=True)
class Received:
    """A document of the national door, told in a language.

    Attributes
    ----------
    account
        How many coded elements had which fate, and in which languages the names are.
    """

    original: bytes = field(repr=False)
    translation: bytes | None = field(repr=False)
    account: Mapping[str, Any]

    @classmethod
    def of(cls, answer: DoorAnswer) -> Self:
        """Read the answer of the door."""
        content = answer.json()
        told = content.get("translation") or {}
        encoded = told.get("content")
        return cls(
            b64decode(content["original"]),
            b64decode(encoded) if encoded else None,
            {key: value for key, value in told.items() if key != "content"},
        )

    def examples(self) -> Iterator[tuple[str, str]]:
        """Yield names of clinical codes, as they came and as they are told now."""
        if self.translation is None:
            return
        root = parse_xml(self.translation, DOCUMENT_LIMITS)
        seen = set()
        for body in root.iter(f"{_CDA}structuredBody"):
            for element in body.iter(f"{_CDA}value", f"{_CDA}code"):
                pair = _names(element)
                if pair is not None and pair not in seen:
                    seen.add(pair)
                    yield pair


def _names(element: etree._Element) -> tuple[str, str] | None:
    now = element.get("displayName")
    before = element.find(_TRANSLATION)
    if now is None or before is None or before.get("code") != element.get("code"):
        return None
    came = before.get("displayName")
    return (came, now) if came and came != now else None

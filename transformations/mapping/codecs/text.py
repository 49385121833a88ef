"""ST and the texts inside EN and AD: plain strings.

Spec: HL7 v3 ST / FHIR R4 string, markdown, code, uri.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping.codec import Unlinked
from transformations.mapping.context import Context
from transformations.mapping.ledger import Key

# What XML 1.0 cannot hold at all; JSON may.
_UNWRITABLE = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
)


def writable(text: str) -> str:
    """Return the text without characters that XML cannot hold."""
    return text.translate(_UNWRITABLE) if not text.isprintable() else text


@dataclass(frozen=True, slots=True)
class TextCodec(Unlinked):
    """A string as the text of an element."""

    fhir: tuple[str, ...] = ("string", "markdown", "code", "uri", "id")
    cda: str = "ST"

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        value = holder.get(key) if type(holder) is dict else holder[key]
        if not isinstance(value, str):
            return False
        text = writable(value).strip()
        if not text:
            cx.lose(holder, key, "an empty text")
            return False
        cx.take(holder, key)
        node.children.append(text)
        return True

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        text = cx.text(node)
        if text is None:
            return False
        holder[key] = text.strip()
        return True

    def phrase(self, node: CdaNode) -> str:
        return "".join(child for child in node.children if isinstance(child, str))


ST = TextCodec()

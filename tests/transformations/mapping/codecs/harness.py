"""Carry one value through a codec and back, with a context of its own."""

from __future__ import annotations

from typing import Any

from tests.transformations.mapping.toy import bundle_with, strict
from transformations.cda.namespaces import CDA
from transformations.cda.structure import CdaNode, ChildRule
from transformations.mapping.codec import Codec
from transformations.mapping.context import Context
from transformations.mapping.ledger import Fate, Ledger

_DOCUMENT = bundle_with()


def empty(kind: str) -> CdaNode:
    return CdaNode(ChildRule(f"{{{CDA}}}x", kind, 0, repeats=False))


def context() -> Context:
    return strict(_DOCUMENT)


def write(codec: Codec, value: Any) -> tuple[CdaNode | None, Context, dict[str, Any]]:
    cx = context()
    node = empty(codec.cda)
    holder = {"x": value}
    passed = codec.to_cda(holder, "x", node, cx)
    return (node if passed else None), cx, holder


def there_and_back(codec: Codec, value: Any) -> Any:
    node, _, _ = write(codec, value)
    assert node is not None
    holder: dict[str, Any] = {}
    assert codec.to_fhir(node, holder, "x", context())
    return holder["x"]


def fates(cx: Context, holder: dict[str, Any]) -> dict[str, Fate]:
    ledger = Ledger(holder, "", cx.bookings, {}, {})
    return {entry.path: entry.mark.fate for entry in ledger.entries()}

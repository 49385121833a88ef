"""The step of one fact: a FHIR element, a CDA element, a codec."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping.absence import (
    SAYS_NOTHING,
    absent_flavor,
    write_absent_element,
    write_absent_reason,
)
from transformations.mapping.cda_path import CdaPath
from transformations.mapping.codec import Codec
from transformations.mapping.context import Context
from transformations.mapping.fhir_path import FhirPath
from transformations.mapping.ledger import Key, Site


@dataclass(frozen=True, slots=True)
class RowStep:
    """One fact: a FHIR element, a CDA element, a codec."""

    source: FhirPath
    path: CdaPath
    codec: Codec
    site: Site
    say: str
    absent: str
    once: bool
    _key: str = field(init=False, repr=False)
    _companion: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_key", str(self.source.key))
        object.__setattr__(self, "_companion", f"_{self.source.key}")

    def to_cda(self, fhir: Any, cda: CdaNode, cx: Context) -> bool:
        holder = self.source.container(fhir)
        cx.site = self.site
        if holder is None:
            return self._write_absent(cda)
        key = self.source.key
        if not self.source.repeats:
            return self._write(holder, key, cda, cx) or self._write_absent(cda)
        items = holder.get(key)
        if not isinstance(items, list) or not items:
            return self._write_absent(cda)
        passed = False
        for index in range(len(items)):
            if self._write(items, index, cda, cx):
                passed = True
        return passed or self._write_absent(cda)

    def _write(self, holder: Any, key: Any, cda: CdaNode, cx: Context) -> bool:
        is_object = type(holder) is dict
        value = holder.get(key) if is_object else holder[key]
        if value is None and is_object and self._companion not in holder:
            return False
        node = self._leaf()
        if value is None or not self.codec.to_cda(holder, key, node, cx):
            flavor = absent_flavor(holder, key, cx)
            if not flavor:
                return False
            # What the codec had begun goes; what the path fixes stays.
            node = self._leaf()
            node.attributes["nullFlavor"] = flavor
        elif self.say:
            self._say(node, cx)
        self._graft(node, holder, key, cda, cx)
        return True

    def _leaf(self) -> CdaNode:
        step = self.path.steps[-1]
        node = step.make()
        if step.rule.needs_type and step.kind.name == step.rule.kind:
            node.set_type(self.codec.cda)
        return node

    def _say(self, node: CdaNode, cx: Context) -> None:
        phrase = self.codec.phrase(node)
        if phrase:
            say = cx.narrative.say_ours if self.codec.is_ours else cx.narrative.say
            self.codec.link(node, say(self.say, phrase))

    def _graft(
        self, node: CdaNode, holder: Any, key: Key, cda: CdaNode, cx: Context
    ) -> None:
        parent = self.path.parent(cda)
        rule = self.path.steps[-1].rule
        if self.once and parent.tagged(rule.tag) is not None:
            cx.supersede(holder, key, "CDA has room for one only")
            return
        parent.graft(node)

    def _write_absent(self, cda: CdaNode) -> bool:
        if self.absent:
            parent = self.path.parent(cda)
            last = self.path.steps[-1]
            if parent.tagged(last.rule.tag) is None:
                node = self._leaf()
                node.attributes["nullFlavor"] = self.absent
                parent.graft(node)
        return False

    def to_fhir(self, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        passed = False
        for chain in self.path.find_chains(cda):
            cx.site = self.site
            slot: dict[str, Any] = {}
            if not self._read(chain[-1], slot, cx) or not slot:
                continue
            if self.path.is_known_by:
                cx.book_chain(chain, self.path.steps)
            self._put(slot, fhir)
            passed = True
            if not self.source.repeats:
                break
        return passed

    def _read(self, node: CdaNode, slot: dict[str, Any], cx: Context) -> bool:
        """Read the value, or why it is absent; a flavor of the template is no fact."""
        key = self._key
        if self.codec.to_fhir(node, slot, key, cx):
            return True
        flavor = node.attributes.get("nullFlavor")
        if flavor is None:
            return False
        if flavor == self.absent or flavor in SAYS_NOTHING:
            cx.derive(node, "@nullFlavor")
            return False
        if self.source.kind[0].islower() and not self.source.repeats:
            return write_absent_reason(node, slot, key, cx)
        return write_absent_element(node, slot, key, cx)

    def _put(self, slot: dict[str, Any], fhir: Any) -> None:
        source = self.source
        holder = source.make_container(fhir) if source.steps else fhir
        if source.repeats:
            holder.setdefault(self._key, []).append(slot[self._key])
        else:
            holder.update(slot)

"""Who took part in a document, and when, where a Composition has no place for it.

Spec: CDA R2 author/time, serviceEvent/performer / FHIR R4 Provenance.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping import TS, Severity
from transformations.mapping.cda_context import CdaContext
from transformations.mapping.ledger import Site

_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_WHEN = Site("author: time", "Provenance.occurredDateTime")
_WHO = Site("performer", "Provenance.agent")
_NO_MOMENT = "the document has no time, without which FHIR has no Provenance"


class Provenances:
    """Collects the parts that people took while a header is read."""

    def __init__(self) -> None:
        self._parts: list[dict[str, Any]] = []
        self._leaves: list[tuple[CdaNode, str]] = []

    def author(
        self, author: CdaNode, reference: str, date: str | None, cx: CdaContext
    ) -> None:
        """Note when somebody wrote, where it was not when the document was made."""
        found: dict[str, Any] = {}
        cx.site = _WHEN
        for time in author.elements("time"):
            if not reference:
                continue
            if not TS.to_fhir(time, found, "occurredDateTime", cx):
                cx.derive(time, "@nullFlavor")
            elif found["occurredDateTime"] != date:
                self._add(time, "@value", {**found, **_agent("AUT", reference)})

    def performer(self, performer: CdaNode, reference: str, cx: CdaContext) -> None:
        """Note who gave the care that the document is about."""
        kind = performer.attributes.get("typeCode", "PRF")
        if not reference:
            return
        cx.site = _WHO
        cx.attr(performer, "typeCode")
        for time in performer.elements("time"):
            cx.lose(time, ".", "when somebody took part is not carried")
        self._add(performer, "@typeCode", _agent(kind, reference))

    def _add(self, node: CdaNode, key: str, part: dict[str, Any]) -> None:
        self._parts.append(part)
        self._leaves.append((node, key))

    def make(self, target: str, recorded: str | None, cx: CdaContext) -> None:
        """Make the resources; FHIR wants to know when they were recorded."""
        if recorded is None and self._parts:
            cx.find(Severity.WARNING, "provenance-without-time", _NO_MOMENT)
            for node, key in self._leaves:
                if cx.is_booked(node, key):
                    cx.supersede(node, key, _NO_MOMENT)
            return
        for part in self._parts:
            cx.make_resource(
                {
                    "resourceType": "Provenance",
                    "target": [{"reference": target}],
                    **part,
                    "recorded": recorded,
                }
            )


def _agent(kind: str, reference: str) -> dict[str, Any]:
    coding = {"system": _PARTICIPATION, "code": kind}
    return {"agent": [{"type": {"coding": [coding]}, "who": {"reference": reference}}]}

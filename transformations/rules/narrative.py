"""References from entries into the narrative: they must arrive.

Spec: CDA R2 §4.3.5 (``ID`` and ``reference``); a warning, because eHDSI is silent.
"""

from __future__ import annotations

from lxml import etree

from transformations.rules.context import Judging
from transformations.rules.findings import RuleFinding, Severity
from transformations.rules.place import Place


def judge_narrative(root: etree._Element, document: Place, cx: Judging) -> None:
    """Note pointers to nowhere and ids that stand twice."""
    anchors: dict[str, int] = {}
    for name in root.xpath("//@ID"):
        anchors[name] = anchors.get(name, 0) + 1
    for place in document.descend():
        if place.name != "reference" or place.parent is None:
            continue
        value = place.attributes.get("value", "")
        if value[:1] == "#" and value[1:] not in anchors:
            _note(
                cx,
                "narrative#dangling",
                place.path(),
                "The reference points to no ID of the narrative.",
                "Give the words it means an ID, or correct the reference.",
            )
    if any(count > 1 for count in anchors.values()):
        _note(
            cx,
            "narrative#repeated-id",
            document.path(),
            "An ID of the narrative stands twice.",
            "Make the IDs of the document unique.",
        )


def _note(cx: Judging, rule: str, path: str, message: str, remedy: str) -> None:
    cx.put(RuleFinding(rule, Severity.WARNING, path, message, remedy))

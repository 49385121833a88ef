"""CDA documents for the tests of the way back: other people's, and some of our own."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from lxml import etree

from tests.capabilities import data_folder
from transformations.mapping import Fate
from transformations.patient_summary import patient_summary_to_fhir

CDA = "urn:hl7-org:v3"
_SHOWN = {
    CDA: "",
    "urn:hl7-org:pharm": "pharm:",
    "urn:epsos-org:ep:medication": "epsos:",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi:",
    "http://www.w3.org/XML/1998/namespace": "xml:",
}


def summaries() -> list[Path | None]:
    """Return the patient summaries among the sample documents of others."""
    folder = data_folder() / "cda-dev"
    return [*sorted(folder.glob("**/ps-*.xml"))] or [None]


class ReadBack:
    """What came of a CDA: the Bundle, and every leaf with its fate."""

    def __init__(self, data: bytes):
        self.data = data
        self.parsed = etree.fromstring(data)
        self.result = patient_summary_to_fhir(data, is_strict=True)
        self.bundle: dict[str, Any] = json.loads(self.result.document)
        self.entries = list(self.result.ledger.entries())

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        resources = (entry["resource"] for entry in self.bundle["entry"])
        return [one for one in resources if one["resourceType"] == kind]

    def one(self, kind: str, **says: Any) -> dict[str, Any]:
        """Return the only resource of a type, or the only one that says so."""
        found = [
            one
            for one in self.of_type(kind)
            if all(one.get(name) == value for name, value in says.items())
        ]
        assert len(found) == 1, (kind, len(found))
        return found[0]

    def rules(self) -> set[str]:
        return {finding.rule for finding in self.result.findings}

    def lost(self, part: str) -> list[str]:
        """Return the paths of losses below a part of a path."""
        return [
            entry.path
            for entry in self.entries
            if part in entry.path and entry.mark.fate is Fate.LOST
        ]

    def unread(self, part: str) -> list[str]:
        """Return the paths that no row read, below a part of a path."""
        return [path for path in self.result.ledger.unmapped() if part in path]


def leaves_of(root: etree._Element) -> list[tuple[str, str]]:
    """Count what a CDA says, without the engine: paths and values in order."""
    return list(_leaves(root, f"/{_shown(root.tag)}"))


def _leaves(element: etree._Element, path: str):
    for name, value in element.attrib.items():
        yield f"{path}/@{_shown(name)}", value
    texts = [text for text in element.xpath("text()") if text.strip()]
    for number, text in enumerate(texts, 1):
        yield f"{path}/text()" + (f"[{number}]" if len(texts) > 1 else ""), str(text)
    children = [child for child in element if isinstance(child.tag, str)]
    many = Counter(_shown(child.tag) for child in children)
    seen: Counter[str] = Counter()
    for child in children:
        name = _shown(child.tag)
        seen[name] += 1
        number = f"[{seen[name]}]" if many[name] > 1 else ""
        yield from _leaves(child, f"{path}/{name}{number}")


def _shown(tag: str) -> str:
    name = etree.QName(tag)
    if name.namespace is None:
        return name.localname
    return _SHOWN.get(name.namespace, f"{{{name.namespace}}}") + name.localname

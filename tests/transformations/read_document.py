"""What came of a CDA that was read: the Bundle, and every leaf with its fate."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar

from lxml import etree

from transformations.mapping import Fate
from transformations.transformed import Transformed


class ReadDocument:
    """Reads a document of one kind; what that kind has of its own, its tests add."""

    to_fhir: ClassVar[Callable[..., Transformed]]

    def __init__(self, data: bytes):
        self.data = data
        self.parsed = etree.fromstring(data)
        self.result = type(self).to_fhir(data, is_strict=True)
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

    def at(self, reference: dict[str, Any]) -> dict[str, Any]:
        """Return what a reference names."""
        return next(
            entry["resource"]
            for entry in self.bundle["entry"]
            if entry["fullUrl"] == reference["reference"]
        )

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

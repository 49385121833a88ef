"""What came of a dispensation that was read, for the tests of the way back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from lxml import etree

from tests.capabilities import data_folder
from transformations.edispensation import edispensation_to_fhir


class ReadDispensation:
    """The Bundle, and every leaf with its fate."""

    def __init__(self, data: bytes):
        self.data = data
        self.parsed = etree.fromstring(data)
        self.result = edispensation_to_fhir(data, is_strict=True)
        self.bundle: dict[str, Any] = json.loads(self.result.document)
        self.entries = list(self.result.ledger.entries())

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        resources = (entry["resource"] for entry in self.bundle["entry"])
        return [one for one in resources if one["resourceType"] == kind]

    def one(self, kind: str) -> dict[str, Any]:
        found = self.of_type(kind)
        assert len(found) == 1, (kind, len(found))
        return found[0]

    def at(self, reference: dict[str, Any]) -> dict[str, Any]:
        """Return what a reference names."""
        return next(
            entry["resource"]
            for entry in self.bundle["entry"]
            if entry["fullUrl"] == reference["reference"]
        )

    @property
    def dispensed(self) -> dict[str, Any]:
        return self.at(self.one("MedicationDispense")["medicationReference"])

    def rules(self) -> set[str]:
        return {finding.rule for finding in self.result.findings}

    def unread(self, part: str) -> list[str]:
        return [path for path in self.result.ledger.unmapped() if part in path]


def dispensations_of_others() -> list[Path]:
    """Return the dispensations among the sample documents of others."""
    folders = [data_folder() / "cda-dev"]
    if os.environ.get("NCP_PUBLIC_DOCUMENTS"):
        folders.append(Path(os.environ["NCP_PUBLIC_DOCUMENTS"]))
    paths = [path for folder in folders for path in sorted(folder.glob("**/*.xml"))]
    return [path for path in paths if b'"60593-1"' in path.read_bytes()]

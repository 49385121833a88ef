"""What came of a prescription that was read, for the tests of the way back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from lxml import etree

from tests.capabilities import data_folder
from transformations.eprescription import eprescription_to_fhir


class ReadPrescription:
    """The Bundle, and every leaf with its fate."""

    def __init__(self, data: bytes):
        self.data = data
        self.parsed = etree.fromstring(data)
        self.result = eprescription_to_fhir(data, is_strict=True)
        self.bundle: dict[str, Any] = json.loads(self.result.document)
        self.entries = list(self.result.ledger.entries())

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        resources = (entry["resource"] for entry in self.bundle["entry"])
        return [one for one in resources if one["resourceType"] == kind]

    def one(self, kind: str) -> dict[str, Any]:
        (only,) = self.of_type(kind)
        return only

    def at(self, reference: dict[str, Any]) -> dict[str, Any]:
        """Return what a reference names."""
        return next(
            entry["resource"]
            for entry in self.bundle["entry"]
            if entry["fullUrl"] == reference["reference"]
        )

    @property
    def request(self) -> dict[str, Any]:
        return self.one("MedicationRequest")

    @property
    def product(self) -> dict[str, Any]:
        return self.at(self.request["medicationReference"])

    @property
    def dosage(self) -> dict[str, Any]:
        (only,) = self.request["dosageInstruction"]
        return only

    def rules(self) -> set[str]:
        return {finding.rule for finding in self.result.findings}

    def unread(self, part: str) -> list[str]:
        return [path for path in self.result.ledger.unmapped() if part in path]


def prescriptions_of_others() -> list[Path]:
    """Return the prescriptions among the sample documents of others."""
    folders = [data_folder() / "cda-dev"]
    variables = ("NCP_CDA_DOCUMENTS", "NCP_PUBLIC_DOCUMENTS")
    folders += [Path(os.environ[name]) for name in variables if os.environ.get(name)]
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.xml")):
            data = path.read_bytes()
            if b'"57833-6"' in data and b"ClinicalDocument" in data:
                found.setdefault(data, path)
    return list(found.values())

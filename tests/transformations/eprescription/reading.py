"""What came of a prescription that was read, for the tests of the way back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.capabilities import data_folder
from tests.transformations.read_document import ReadDocument
from transformations.eprescription import eprescription_to_fhir


class ReadPrescription(ReadDocument):
    to_fhir = staticmethod(eprescription_to_fhir)

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

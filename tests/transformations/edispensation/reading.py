"""What came of a dispensation that was read, for the tests of the way back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.capabilities import data_folder
from tests.transformations.read_document import ReadDocument
from transformations.edispensation import edispensation_to_fhir


class ReadDispensation(ReadDocument):
    to_fhir = staticmethod(edispensation_to_fhir)

    @property
    def dispensed(self) -> dict[str, Any]:
        return self.at(self.one("MedicationDispense")["medicationReference"])


def dispensations_of_others() -> list[Path]:
    """Return the dispensations among the sample documents of others."""
    folders = [data_folder() / "cda-dev"]
    if os.environ.get("NCP_PUBLIC_DOCUMENTS"):
        folders.append(Path(os.environ["NCP_PUBLIC_DOCUMENTS"]))
    paths = [path for folder in folders for path in sorted(folder.glob("**/*.xml"))]
    return [path for path in paths if b'"60593-1"' in path.read_bytes()]

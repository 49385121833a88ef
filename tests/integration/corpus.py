"""Other people's summaries, made ready for the sample country."""

from __future__ import annotations

import json
from pathlib import Path

from ncp.demo.source import SAMPLE_PATIENTS
from ncp.national.sample_country import (
    PreparedDocument,
    permitting_consent,
    prepare_document,
)
from tests.capabilities import data_folder

# The prescriptions that attacks are about; nobody else dispenses them.
ATTACKED = ("1.3.182.99.11^RX-ATTACKED-1", "1.3.182.99.11^RX-ATTACKED-2")


def document_bundles(folder: Path) -> list[Path]:
    """Return every European and international patient summary of the folder."""
    candidates = [*folder.glob("EPS*.json"), *folder.glob("ips-examples/*.json")]
    return sorted(path for path in candidates if _is_document(path))


def prepared_corpus() -> list[PreparedDocument]:
    """Return all of them with an identifier to ask with; none without test data."""
    folder = data_folder() / "fhir-dev"
    return [prepare_document(path.read_bytes()) for path in document_bundles(folder)]


def serve_corpus(folder: Path) -> None:
    """Put all of them, and their patients' consents, into a folder to be served."""
    for number, prepared in enumerate(prepared_corpus()):
        (folder / f"corpus-{number}.json").write_bytes(prepared.body)
        if prepared.patient is not None:
            consent = json.dumps(permitting_consent(prepared.patient))
            (folder / f"corpus-{number}-consent.json").write_text(consent)


def serve_attacked(folder: Path) -> None:
    """Put the prescriptions that attacks are about into a folder to be served."""
    pattern = (SAMPLE_PATIENTS / "bergmann-prescription-antibiotic.json").read_text()
    for each in ATTACKED:
        number = each.partition("^")[2]
        made = pattern.replace("RX-2026-0001", number)
        made = made.replace("rx-2026-0001", number.lower())
        (folder / f"{number.lower()}.json").write_text(made)


def _is_document(path: Path) -> bool:
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        return False
    kind = (content.get("resourceType"), content.get("type"))
    return kind == ("Bundle", "document")

"""How dear the way back is: CDA to FHIR against parsing and validating the same CDA.

The floor is what every receiver does with a CDA before it looks at it: lxml parses the
bytes, and the schema of CDA with the pharmacy extension validates the tree. Ours reads
the bytes, translates them, writes the FHIR document, and (with the ledger) books and
counts every leaf. The stages stand beside the whole.

The documents are those of the test data where they are present, else one that we write
from the sample patient of this project; without the schema there is no floor, and
nothing is measured.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

from lxml import etree

from benchmarks.bench_patient_summary import HEADER, OWN
from benchmarks.goals import Goal, conclude, ratio_of
from benchmarks.harness import Candidate, compare
from transformations.cda.source import read_cda
from transformations.fhir import read_fhir_document
from transformations.mapping import Policy
from transformations.mapping.cda_context import CdaContext
from transformations.patient_summary import (
    patient_summary_to_cda,
    patient_summary_to_fhir,
)
from transformations.patient_summary.from_cda import PATIENT_SUMMARY
from transformations.sections.document_reading import build_bundle, write_json

ROUNDS = 9
ASKED = 6.0
DATA = Path(os.environ.get("NCP_TEST_DATA", Path(__file__).parents[2] / "shared/data"))


class Unbooked(CdaContext):
    """A context that keeps no account, to see what the account costs."""

    def _book(self, *_booking: object) -> None:
        """Keep nothing."""


def without_ledger(data: bytes) -> bytes:
    """Translate and keep no account."""
    source = read_cda(data)
    return write_json(build_bundle(source, PATIENT_SUMMARY, Unbooked(source, Policy())))


def documents() -> list[tuple[str, bytes]]:
    """Return named summaries: those of others, and one of ours."""
    found = sorted((DATA / "cda-dev").glob("ps-*.xml"))
    named = [(path.stem, path.read_bytes()) for path in found]
    for path in sorted(OWN.glob("*-summary.json"))[:1]:
        source = read_fhir_document(path.read_bytes())
        named.append(("our own", patient_summary_to_cda(source, HEADER).document))
    return named


def received(data: bytes, schema: etree.XMLSchema) -> bool:
    """Parse and validate, as every receiver does."""
    return bool(schema.validate(etree.fromstring(data)))


def measure(name: str, data: bytes, schema: etree.XMLSchema) -> Goal:
    """Compare the whole and its stages with the floor."""
    source = read_cda(data)
    bundle = build_bundle(source, PATIENT_SUMMARY, CdaContext(source, Policy()))
    with_ledger = "CDA to FHIR with ledger"
    lines = compare(
        f"patient summary back, {name}, {len(data) // 1000} kB",
        Candidate("lxml parse and validate", partial(received, data, schema)),
        [
            Candidate(with_ledger, partial(patient_summary_to_fhir, data)),
            Candidate("CDA to FHIR without ledger", partial(without_ledger, data)),
            Candidate("  of which reading XML", partial(read_cda, data)),
            Candidate(
                "  of which mapping",
                lambda: build_bundle(
                    source, PATIENT_SUMMARY, CdaContext(source, Policy())
                ),
            ),
            Candidate("  of which writing JSON", partial(write_json, bundle)),
        ],
        rounds=ROUNDS,
    )
    return Goal(f"{name}, with ledger", ratio_of(lines, with_ledger), ASKED)


def main() -> None:
    """Measure each document against the floor."""
    path = DATA / "schemas" / "CDA_Pharma.xsd"
    if not path.exists():
        print("no schema of CDA: set NCP_TEST_DATA to the folder that has schemas/")
        return
    schema = etree.XMLSchema(etree.parse(path))
    goals = [measure(name, data, schema) for name, data in documents()]
    conclude(goals, sys.argv[1:])


if __name__ == "__main__":
    main()

"""How dear a patient summary is: FHIR to CDA against parsing the same bundle.

The floor is ``fhir.resources``, which reads the same bytes into its models and does
nothing else. Ours reads the bytes, translates them, writes the CDA, and (with the
ledger) books and counts every leaf. The stages stand beside the whole, so that one sees
where the time goes. The second table shows growth: the same summary with ten and a
hundred times its entries; the time for one leaf must not grow.

The bundles are the largest, the median and the smallest of the test data where they are
present, else the sample patient of this project.
"""

from __future__ import annotations

import copy
import json
import os
from functools import partial
from pathlib import Path
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from benchmarks.harness import Candidate, Line, compare
from transformations.cda import PREFIXES
from transformations.fhir import NotFhir, read_fhir_document
from transformations.mapping import Context, Policy
from transformations.patient_summary import (
    Custodian,
    DocumentHeader,
    patient_summary_to_cda,
)
from transformations.patient_summary.document import build_document
from trust.identifiers import CountryCode, Oid
from trust.xml import write_xml

ROUNDS = 9
GROWTH_ROUNDS = 3
GROWTH = (1, 10, 100)
HEADER = DocumentHeader(
    document_id=Oid("2.25.1"),
    language="en-GB",
    country=CountryCode("LU"),
    custodian=Custodian("Agency", Oid("1.3.182.1")),
)
OWN = Path(__file__).parents[1] / "ncp/national/sample_country/patients"
BUNDLE = get_fhir_model_class("Bundle")


class Unbooked(Context):
    """A context that keeps no account, to see what the account costs."""

    def _book(self, *_booking: object) -> None:
        """Keep nothing."""


def with_ledger(data: bytes) -> object:
    """Translate as the gateway does."""
    return patient_summary_to_cda(read_fhir_document(data), HEADER)


def without_ledger(data: bytes) -> bytes:
    """Translate and keep no account."""
    cx = Unbooked(read_fhir_document(data), Policy(HEADER.language, HEADER.country))
    return write_xml(build_document(HEADER, cx), PREFIXES)


def bundles() -> list[tuple[str, bytes]]:
    """Return named bundles: the largest, the median and the smallest there are."""
    default = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("NCP_TEST_DATA", default)) / "fhir-dev"
    found = sorted(folder.glob("EPS-*.json")) or sorted(OWN.glob("*-summary.json"))
    sized = sorted((path.read_bytes() for path in found), key=len, reverse=True)
    chosen = {0: "largest", len(sized) // 2: "median", len(sized) - 1: "smallest"}
    return [(name, sized[place]) for place, name in chosen.items()]


def grown(data: bytes, times: int) -> bytes:
    """Return a summary with every listed entry so many times."""
    bundle = json.loads(data)
    composition = bundle["entry"][0]["resource"]
    by_url = {entry.get("fullUrl"): entry for entry in bundle["entry"]}
    for section in composition["section"]:
        for reference in list(section.get("entry") or ()):
            entry = by_url.get(reference["reference"])
            for number in range(1, times if entry else 1):
                section["entry"].append(_add_copy(bundle, entry, number))
    return json.dumps(bundle).encode()


def _add_copy(bundle: Any, entry: Any, number: int) -> dict[str, str]:
    another = copy.deepcopy(entry)
    another["fullUrl"] = f"{entry['fullUrl']}-{number}"
    another["resource"]["id"] = f"{entry['resource'].get('id')}-{number}"
    bundle["entry"].append(another)
    return {"reference": another["fullUrl"]}


def measure(name: str, data: bytes) -> None:
    """Compare the whole and its stages with the floor."""
    document = read_fhir_document(data)
    tree = build_document(HEADER, Context(document, Policy()))
    compare(
        f"patient summary, {name}, {len(data) // 1000} kB",
        Candidate("fhir.resources parse", lambda: BUNDLE.model_validate_json(data)),
        [
            Candidate("FHIR to CDA with ledger", lambda: with_ledger(data)),
            Candidate("FHIR to CDA without ledger", lambda: without_ledger(data)),
            Candidate("  of which reading JSON", lambda: read_fhir_document(data)),
            Candidate(
                "  of which mapping", lambda: build_document(HEADER, Context(document))
            ),
            Candidate("  of which writing XML", lambda: write_xml(tree, PREFIXES)),
        ],
        rounds=ROUNDS,
    )


def measure_growth(data: bytes) -> None:
    """Show the time of one leaf as the summary grows."""
    sizes = [grown(data, times) for times in GROWTH]
    leaves = [
        patient_summary_to_cda(read_fhir_document(size), HEADER).ledger.leaves
        for size in sizes
    ]
    candidates = [
        Candidate(f"{times}x entries", partial(with_ledger, size))
        for times, size in zip(GROWTH, sizes, strict=True)
    ]
    lines = compare(
        "patient summary, growth", candidates[0], candidates[1:], rounds=GROWTH_ROUNDS
    )
    show_leaves(lines, leaves)


def show_leaves(lines: list[Line], leaves: list[int]) -> None:
    """Say the same for one leaf."""
    for line, number in zip(lines, leaves, strict=True):
        each = line.median_us / number
        print(f"  {line.name:<14} {number:>8} leaves  {each:>6.2f} us for a leaf")


def main() -> None:
    """Measure three sizes, then growth."""
    found = []
    for name, data in bundles():
        try:
            read_fhir_document(data)
        except NotFhir:
            continue
        found.append(data)
        measure(name, data)
    measure_growth(found[len(found) // 2])


if __name__ == "__main__":
    main()

"""How dear a report and its way are: carried, taken out, looked into, set as PDF.

A report of one megabyte. The floor of carrying is base64 there and back, which no CDA
can do without. The floor of looking into it is opening it with the reader that does the
work. The child is the price of bounds: the start of an interpreter, told in time of the
clock, as it is not the time of this process. The floor of the PDF of a summary is the
type setter alone on the same page; ours is everything from the national document on.
"""

from __future__ import annotations

import base64
import io
import os
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import pikepdf

from benchmarks.goals import Goal, conclude, ratio_of
from benchmarks.harness import Candidate, compare
from ncp.national.sample_country.attachments import read_attachment
from transformations.display.pdf import render_document
from transformations.display.readable import ReadableDocument, read_readable
from transformations.fhir import read_fhir_document
from transformations.header import (
    PATIENT_SUMMARY_L3,
    Custodian,
    DocumentHeader,
)
from transformations.inspection import STRIPPING, MediaType, inspect, inspect_apart
from transformations.original_documents import (
    LABORATORY_RESULT,
    original_to_cda,
    read_original,
)
from transformations.patient_summary import patient_summary_to_cda
from trust.identifiers import CountryCode, Oid
from trust.xml import DOCUMENT_LIMITS, parse_xml

ROUNDS = 9
SIZE = 1 << 20
PATIENTS = Path(__file__).parents[1] / "ncp/national/sample_country/patients"
SUMMARY = (PATIENTS / "bergmann-summary.json").read_bytes()
HEADER = DocumentHeader(
    document_id=Oid("2.25.1"),
    language="fr-LU",
    country=CountryCode("LU"),
    custodian=Custodian("Agency", Oid("1.3.182.1")),
    type=LABORATORY_RESULT,
)


def report() -> bytes:
    """Return a readable PDF of about one megabyte: our report and a scan's noise."""
    source = io.BytesIO(read_attachment(PATIENTS, "bergmann-laboratory.typ"))
    out = io.BytesIO()
    with pikepdf.open(source) as pdf:
        pdf.Root.Scan = pdf.make_stream(os.urandom(SIZE))
        pdf.save(out)
    return out.getvalue()


def carried(data: bytes) -> bytes:
    """Put a report into a CDA."""
    facts = read_fhir_document(SUMMARY)
    return original_to_cda(facts, HEADER, MediaType.PDF, data).document


def taken_out(document: bytes) -> bytes:
    """Take it out again."""
    return read_original(parse_xml(document, DOCUMENT_LIMITS)).content


def opened(data: bytes) -> int:
    """Open a PDF and visit its objects."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return sum(1 for _ in pdf.objects)


def child_ms(data: bytes) -> float:
    """Return the median time of a look by a child, by the clock."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        inspect_apart(data, MediaType.PDF, LABORATORY_RESULT, STRIPPING)
        times.append(time.perf_counter() - begun)
    return 1_000 * statistics.median(times)


def coded_summary() -> bytes:
    """Translate the sample summary to level 3."""
    header = replace(HEADER, type=PATIENT_SUMMARY_L3)
    return patient_summary_to_cda(read_fhir_document(SUMMARY), header).document


def page_of(coded: bytes) -> ReadableDocument:
    """Read what is shown of a coded summary."""
    return read_readable(parse_xml(coded, DOCUMENT_LIMITS))


def main() -> None:
    """Measure each way beside its floor."""
    data = report()
    document = carried(data)
    text = base64.b64encode(data)
    compare(
        f"original document, {len(data) // 1000} kB",
        Candidate(
            "base64, there and back",
            lambda: base64.b64decode(base64.b64encode(data)),
        ),
        [
            Candidate(
                "base64, back, strict", lambda: base64.b64decode(text, validate=True)
            ),
            Candidate("carried in a CDA", lambda: carried(data)),
            Candidate("taken out of it", lambda: taken_out(document)),
        ],
        rounds=ROUNDS,
    )
    compare(
        "looked into",
        Candidate("opened by pikepdf", lambda: opened(data)),
        [
            Candidate(
                "looked into",
                lambda: inspect(data, MediaType.PDF, LABORATORY_RESULT, STRIPPING),
            ),
        ],
        rounds=ROUNDS,
    )
    print(f"  by a child, by the clock {child_ms(data):>12.1f} ms")
    page = page_of(coded_summary())
    pages = compare(
        "PDF of a summary",
        Candidate("type setting alone", lambda: render_document(page)),
        [
            Candidate(
                "from the national document",
                lambda: render_document(page_of(coded_summary())),
            )
        ],
        rounds=ROUNDS,
    )
    conclude(
        [
            Goal(
                "a summary as PDF against type setting",
                ratio_of(pages, "from the national document"),
                2.0,
            ),
        ],
        sys.argv,
    )


if __name__ == "__main__":
    main()

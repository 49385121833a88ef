"""A translated document with its account: every leaf of the source and its fate.

Spec: eHDSI CDA implementation guide (Wave 8) / HL7 FHIR R4 documents.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from transformations.fhir import FhirBundle
from transformations.header import DocumentHeader
from transformations.mapping import Context, Finding, Ledger
from transformations.mapping.shape import MalformedSource, misshapen


@dataclass(frozen=True, slots=True)
class Transformed:
    """A translated document with its account.

    Parameters
    ----------
    document
        The CDA, as it leaves.
    ledger
        Every leaf of the source with its fate.
    findings
        What the source lacks or what was decided about it.
    timings
        Seconds of each stage.
    """

    document: bytes = field(repr=False)
    ledger: Ledger
    findings: tuple[Finding, ...]
    timings: Mapping[str, float]


def account_of(
    data: bytes, header: DocumentHeader, cx: Context, started: float, mapped: float
) -> Transformed:
    """Close the account of a document that is written.

    Parameters
    ----------
    started, mapped
        When the translation began and when it was mapped (``time.perf_counter``).
    """
    written = time.perf_counter()
    ledger = Ledger(
        cx.document.bundle,
        "Bundle",
        cx.bookings,
        {"format": "FHIR R4", "type": "Bundle"},
        {"format": "eHDSI CDA", "id": header.document_id, "wave": header.wave.release},
    )
    timings = {
        "map": mapped - started,
        "write": written - mapped,
        "ledger": time.perf_counter() - written,
    }
    return Transformed(data, ledger, tuple(cx.findings), timings)


def refuse_malformed(bundle: FhirBundle) -> None:
    """Say where the source has not the shape of FHIR, if it has not.

    Raises
    ------
    MalformedSource
        The text names the first such place and no value.
    """
    frame = {name: value for name, value in bundle.bundle.items() if name != "entry"}
    parts = [(frame, "Bundle", "Bundle")]
    parts += [(one.resource, one.type, one.path) for one in bundle.entries]
    for part, kind, path in parts:
        place = misshapen(part, kind, path)
        if place:
            raise MalformedSource(
                f"the document has not the shape of FHIR R4 at {place}; "
                "correct it at its source"
            ) from None

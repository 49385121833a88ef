"""A translated document with its account: every leaf of the source and its fate.

Spec: eHDSI CDA implementation guide (Wave 8) / HL7 FHIR R4 documents.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from transformations.cda import PREFIXES, CdaNode
from transformations.fhir import FhirBundle, FhirDocument
from transformations.header import DocumentHeader
from transformations.mapping import Context, Finding, Ledger, Policy
from transformations.mapping.shape import MalformedSource, misshapen
from trust.xml import write_xml


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


def write_cda(
    source: FhirDocument,
    header: DocumentHeader,
    policy: Policy,
    build: Callable[[DocumentHeader, Context], CdaNode],
) -> Transformed:
    """Let a kind of document be built, write it, and close its account.

    Parameters
    ----------
    build
        Makes the document as light nodes, and books what it carries in the context.

    Raises
    ------
    MalformedSource
        Part of the source is no FHIR; the text names the place and no value.
    """
    started = time.perf_counter()
    cx = Context(source, policy)
    try:
        document = build(header, cx)
        mapped = time.perf_counter()
        data = write_xml(document, PREFIXES)
    except (AttributeError, LookupError, TypeError, ValueError):
        refuse_malformed(source)
        raise
    written = time.perf_counter()
    ledger = _ledger(header, cx)
    timings = {
        "map": mapped - started,
        "write": written - mapped,
        "ledger": time.perf_counter() - written,
    }
    return Transformed(data, ledger, tuple(cx.findings), timings)


def _ledger(header: DocumentHeader, cx: Context) -> Ledger:
    return Ledger(
        cx.document.bundle,
        "Bundle",
        cx.bookings,
        {"format": "FHIR R4", "type": "Bundle"},
        {"format": "eHDSI CDA", "id": header.document_id, "wave": header.wave.release},
    )


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

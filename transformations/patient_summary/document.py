"""The patient summary as a whole: a FHIR document in, a CDA and its account out.

Spec: eHDSI Patient Summary (EH.1.3, Wave 8) / HL7 IPS 2.0.1 / HL7 Europe EPS 1.0.0.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from transformations.cda import PREFIXES, CdaNode, root_node
from transformations.fhir import FhirDocument
from transformations.header import DocumentHeader, language_of, write_header
from transformations.mapping import Context, Finding, Ledger, Policy
from transformations.mapping.shape import MalformedSource, misshapen
from transformations.patient_summary.body import write_body
from transformations.patient_summary.wording import Wording
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


def patient_summary_to_cda(
    bundle: FhirDocument, header: DocumentHeader, *, is_strict: bool = False
) -> Transformed:
    """Translate a FHIR patient summary to an eHDSI CDA of level 3.

    Parameters
    ----------
    is_strict
        Raise :class:`MappingDefect` where a table breaks a rule of the engine; tests
        do, production reports it as a finding.

    Raises
    ------
    MalformedSource
        Part of the source is no FHIR; the text names the place and no value.
    """
    started = time.perf_counter()
    cx = Context(bundle, Policy(header.language, header.country, is_strict))
    try:
        document = build_document(header, cx)
        mapped = time.perf_counter()
        data = write_xml(document, PREFIXES)
    except (AttributeError, KeyError, TypeError, ValueError):
        _refuse_malformed(bundle)
        raise
    written = time.perf_counter()
    ledger = Ledger(
        bundle.bundle,
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


def build_document(header: DocumentHeader, cx: Context) -> CdaNode:
    """Write the CDA of the context's document as light nodes."""
    document = root_node()
    write_header(document, header, cx)
    wording = Wording(language_of(document))
    cx.translate = wording
    write_body(document, cx)
    wording.report(cx)
    return document


def _refuse_malformed(bundle: FhirDocument) -> None:
    """Say where the source is no FHIR, if that is why the engine stumbled."""
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

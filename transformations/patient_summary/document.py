"""The patient summary as a whole: a FHIR document in, a CDA and its account out.

Spec: eHDSI Patient Summary (EH.1.3, Wave 8) / HL7 IPS 2.0.1 / HL7 Europe EPS 1.0.0.
"""

from __future__ import annotations

from transformations.cda import CdaNode, root_node
from transformations.fhir import FhirDocument
from transformations.header import DocumentHeader, language_of, write_header
from transformations.mapping import Context, Policy
from transformations.patient_summary.body import write_body
from transformations.sections.wording import Wording
from transformations.transformed import Transformed, write_cda


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
    policy = Policy(header.language, header.country, is_strict)
    return write_cda(bundle, header, policy, build_document)


def build_document(header: DocumentHeader, cx: Context) -> CdaNode:
    """Write the CDA of the context's document as light nodes."""
    document = root_node()
    write_header(document, header, cx)
    wording = Wording(language_of(document))
    cx.translate = wording
    write_body(document, cx)
    wording.report(cx)
    return document

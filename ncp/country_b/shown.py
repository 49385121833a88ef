"""Takes out what is inside a document from abroad, and looks into it first.

The document itself is kept as it was received; what is shown may lack what acts.

Spec: eHDSI OrCD and L1 templates (EH.1.7 to EH.1.11).
"""

from __future__ import annotations

from ncp.country_b.retrieve import CheckedDocument
from ncp.country_b.treatment import ShownDocument
from ncp.errors import Refusal, SemanticError
from ncp.store import ListedEntry
from transformations.header import DocumentType
from transformations.inspection import Inspector, OriginalRefused
from transformations.original_documents import read_original, type_of


def shown(
    document: str,
    listed: ListedEntry,
    fetched: CheckedDocument,
    look_into: Inspector,
) -> ShownDocument:
    """Return what is inside.

    Raises
    ------
    SemanticError
        It holds nothing, something else than was listed, or something dangerous.
    """
    try:
        envelope = read_original(fetched.root)
        kind = _listed_type(listed, envelope.facts.code)
        inspected = look_into(envelope.content, envelope.declared, kind)
    except OriginalRefused as error:
        raise SemanticError(
            Refusal.DOCUMENT_UNFIT,
            f"the document is not shown ({error.rule}): {error.sentence}",
            "It is kept as it was received; ask the other country to correct it.",
        ) from error
    return ShownDocument(
        document=document,
        mime_type=inspected.media_type.value,
        content=inspected.content,
        names_patient=fetched.names_patient,
        is_stripped=inspected.is_stripped,
        findings=tuple(finding.rule for finding in inspected.findings),
    )


def _listed_type(listed: ListedEntry, code: str) -> DocumentType:
    """Return the type under which it was listed; the document must say the same."""
    kind = type_of(listed.class_code)
    if kind is None or code != kind.code:
        raise OriginalRefused(
            "document-of-another-type",
            "the document is of another type than it was listed as",
        )
    return kind

"""Which questions a wish needs, and what of the answers is told a professional.

Spec: eHDSI XCA profile (class codes that may be asked for together) / IHE ITI TF-3
§4.2.2 (transform).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ncp.country_b.treatment import DocumentForm, DocumentWish, ListedDocument
from ncp.ihe.codes import FormatCode
from ncp.ihe.document_entry import DocumentEntry, EntryAuthor
from ncp.ihe.document_list import Transform
from ncp.ihe.iti38_xca_query import DocumentQuery
from ncp.store import ListedEntry
from trust.identifiers import PatientId

_FORMS = {
    FormatCode.PATIENT_SUMMARY: DocumentForm.CODED,
    FormatCode.EPRESCRIPTION: DocumentForm.CODED,
    FormatCode.PDF: DocumentForm.PDF,
    FormatCode.ORIGINAL_PDF: DocumentForm.PDF,
    FormatCode.ORIGINAL_PNG: DocumentForm.PNG,
    FormatCode.ORIGINAL_JPEG: DocumentForm.JPEG,
}
_FORM_OF = {code.lower(): form for code, form in _FORMS.items()}


def queries(patient: PatientId, wish: DocumentWish) -> Iterator[DocumentQuery]:
    """Yield a query for each kind; those of original documents go together."""
    kinds = dict.fromkeys(wish.kinds)
    originals = tuple(kind for kind in kinds if kind.is_original_clinical_document)
    for kind in kinds:
        if kind not in originals:
            yield DocumentQuery(patient, (kind,))
    if originals:
        yield DocumentQuery(
            patient,
            originals,
            created_after=wish.created_after,
            created_before=wish.created_before,
            maximum_size=wish.maximum_size,
        )


def told_list(
    entries: Sequence[tuple[ListedEntry, DocumentEntry]],
    transforms: Sequence[Transform],
) -> list[ListedDocument]:
    """Tell a list with what belongs together.

    An entry that is said to be made of itself (seen: OpenNCP, original documents) is
    made of nothing.
    """
    handles = {entry.entry_id: listed.handle for listed, entry in entries}
    coded = {
        each.source: handles.get(each.target)
        for each in transforms
        if each.source != each.target
    }
    return [
        _told(listed, entry, coded.get(entry.entry_id)) for listed, entry in entries
    ]


def _told(
    listed: ListedEntry, entry: DocumentEntry, coded_form: str | None
) -> ListedDocument:
    start = entry.service_start
    return ListedDocument(
        document=listed.handle,
        kind=listed.class_code,
        title=entry.title,
        mime_type=entry.mime_type,
        language=entry.language,
        created=entry.creation_time.isoformat() if entry.creation_time else None,
        size=entry.size,
        form=_FORM_OF.get(entry.format_code.lower(), DocumentForm.UNKNOWN),
        coded_form=coded_form,
        description=entry.description or None,
        authors=tuple(_name(author) for author in entry.authors),
        service_start=start.isoformat() if start else None,
    )


def _name(author: EntryAuthor) -> str:
    return " ".join(part for part in (author.given, author.family) if part)

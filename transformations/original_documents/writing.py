"""Puts a national PDF or image into a CDA that any country can read the header of.

The facts of the header come from a FHIR document, be it the whole report or a cover
(Composition, Patient, authors) made of what an index knows. The bytes are carried as
they are.

Spec: eHDSI OrCD and L1 templates (EH.1.7 to EH.1.11, Wave 8): nonXMLBody with one text
in base64.
"""

from __future__ import annotations

import base64

from transformations.cda import CdaNode, root_node
from transformations.fhir import FhirDocument
from transformations.header import DocumentHeader, write_header
from transformations.inspection.media_types import MediaType, are_carried
from transformations.inspection.refusal import OriginalRefused
from transformations.mapping import Context, Policy
from transformations.transformed import Transformed, write_cda


def original_to_cda(
    facts: FhirDocument,
    header: DocumentHeader,
    media_type: MediaType,
    content: bytes,
    *,
    is_literal: bool = False,
    is_strict: bool = False,
) -> Transformed:
    """Write an original document, or the PDF of a patient summary, as a CDA.

    Parameters
    ----------
    header
        Its type says which template is written.
    is_literal
        Name an image as the template's text does (``application/png``), instead of by
        its media type.

    Raises
    ------
    OriginalRefused
        A document of this type does not come in this media type.
    MalformedSource
        Part of the facts is no FHIR; the text names the place and no value.
    """
    if media_type not in are_carried(header.type):
        raise OriginalRefused(
            "media-type-not-of-this-document",
            f"a {header.type.name.replace('-', ' ')} is not carried as {media_type}",
        )

    def build(header: DocumentHeader, cx: Context) -> CdaNode:
        document = root_node()
        write_header(document, header, cx)
        write_embedded(document, _spelling(media_type, is_literal=is_literal), content)
        return document

    policy = Policy(header.language, header.country, is_strict)
    return write_cda(facts, header, policy, build)


def _spelling(media_type: MediaType, *, is_literal: bool) -> str:
    if is_literal and media_type is not MediaType.PDF:
        return media_type.value.replace("image/", "application/")
    return media_type.value


def write_embedded(document: CdaNode, media_type: str, content: bytes) -> None:
    """Write a file as the body of a document."""
    body = document.add("component").add(
        "nonXMLBody", classCode="DOCBODY", moodCode="EVN"
    )
    text = base64.b64encode(content).decode("ascii")
    body.add("text", text, mediaType=media_type, representation="B64")

"""Whatever is done to a document: a verdict, never a crash, never a danger shown."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transformations.inspection.test_looking import STRIPPABLE
from tests.transformations.original_documents.originals import image_bytes, pdf_bytes
from transformations.inspection import (
    STRIPPING,
    MediaType,
    OriginalRefused,
    inspect,
)
from transformations.original_documents import LABORATORY_RESULT, MEDICAL_IMAGE

PDFS = [pdf_bytes(), *(pdf_bytes(make()) for make, _ in STRIPPABLE.values())]
IMAGES = [(image_bytes(each), MediaType[each]) for each in ("PNG", "JPEG")]
CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=6)), max_size=5
)


def changed(content: bytes, changes: list[tuple[float, bytes]]) -> bytes:
    data = bytearray(content)
    for place, new in changes:
        start = int(place * len(data))
        data[start : start + len(new)] = new
    return bytes(data)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PDFS), CHANGES)
def test_a_mutated_pdf_is_refused_or_shown_without_dangers(content, changes):
    try:
        found = inspect(
            changed(content, changes), MediaType.PDF, LABORATORY_RESULT, STRIPPING
        )
    except OriginalRefused:
        return
    again = inspect(found.content, MediaType.PDF, LABORATORY_RESULT, STRIPPING)
    assert again.findings == ()
    assert not again.is_stripped


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(IMAGES), CHANGES)
def test_a_mutated_image_is_refused_or_is_one(image, changes):
    content, declared = image
    try:
        found = inspect(changed(content, changes), declared, MEDICAL_IMAGE, STRIPPING)
    except OriginalRefused:
        return
    assert found.media_type is declared
    assert inspect(found.content, declared, MEDICAL_IMAGE, STRIPPING).findings == ()

"""The source's own words, carried as such into the text of a section.

Spec: FHIR R4 Narrative / eHDSI sections: ``text`` mandatory, not translated.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.source_text import NotReadable, source_words
from transformations.mapping import Context, Severity
from transformations.sections.labels import LABELS

MARKER = "In the words of the source, not coded"
_HEADINGS = frozenset(
    f"{heading}:"
    for heading in (MARKER, *(one.get(MARKER, MARKER) for one in LABELS.values()))
)


def quote_source(source: Any, cx: Context) -> bool:
    """Quote the narrative of a section; whether there were words.

    Words that cannot be read, or a picture where there are no words, are a critical
    finding: what is written instead would say less than the source, unmarked. A source
    that was made of a document of ours has our heading, and the lines of its entries:
    what is said already is not said again.
    """
    text = source.get("text")
    if not isinstance(text, dict):
        return False
    div = text.get("div")
    try:
        words = source_words(div) if isinstance(div, str) else None
    except NotReadable:
        return _refuse(source, "the text of a section cannot be read", cx)
    if words is None or not (words.lines or words.has_image):
        cx.lose(source, "text", "the text is empty", Severity.INFORMATION)
        return False
    if not words.lines:
        return _refuse(source, "the text of a section is a picture only", cx)
    said = _HEADINGS | cx.narrative.said()
    lines = [line for line in words.lines if " ".join(line.split()) not in said]
    if lines:
        cx.narrative.quote(MARKER, lines)
    cx.tell(text, "div")
    cx.settle(text, "status")
    cx.settle(text, "id")
    if words.has_image:
        sentence = "a picture in the text of a section is not carried, its words are"
        cx.find(Severity.WARNING, "narrative-picture-lost", sentence)
    return True


def _refuse(source: Any, sentence: str, cx: Context) -> bool:
    cx.find(Severity.CRITICAL, "narrative-not-carried", sentence)
    cx.lose(source, "text", sentence, Severity.CRITICAL)
    return False

"""Our own words in the language of the document.

Spec: eHDSI: the narrative is in the document's language; it is not translated later.
"""

from __future__ import annotations

from transformations.mapping import Context, Severity
from transformations.sections.labels import LABELS

_WRITTEN_IN = "en"


class Wording:
    """Translates words of ours; what it has no words for stays English.

    Parameters
    ----------
    language
        Language of the document, ``xx-YY``.
    """

    __slots__ = ("_labels", "is_incomplete")

    def __init__(self, language: str) -> None:
        name = language.partition("-")[0]
        self._labels = None if name == _WRITTEN_IN else LABELS.get(name, {})
        self.is_incomplete = False

    def __call__(self, words: str) -> str:
        if self._labels is None or not words:
            return words
        found = self._labels.get(words)
        if found is None:
            self.is_incomplete = True
            return words
        return found

    def report(self, cx: Context) -> None:
        """Say once that part of the narrative is in English."""
        if self.is_incomplete:
            cx.find(
                Severity.INFORMATION,
                "narrative-in-english",
                "labels of the narrative are in English where the gateway has no "
                "words in the language of the document",
            )

"""The one refusal of this room."""

from __future__ import annotations


class OriginalRefused(ValueError):  # noqa: N818 - the field's word for it
    """A document that cannot be carried or shown.

    Attributes
    ----------
    rule
        A stable name such as ``media-type-other-than-declared``.
    sentence
        Why, and what would mend it; it repeats nothing of the document.
    """

    def __init__(self, rule: str, sentence: str) -> None:
        super().__init__(sentence)
        self.rule = rule
        self.sentence = sentence

"""The one refusal of this room: what was sent is no FHIR document."""

from __future__ import annotations


class NotFhir(ValueError):  # noqa: N818 - a refusal is a verdict, not a fault
    """The bytes are no FHIR R4 document Bundle.

    ``sentence`` says what they are instead and what to send; it names places and
    kinds, never a value of the document.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

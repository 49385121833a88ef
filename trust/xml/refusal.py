"""Why XML from outside was refused.

Spec: OWASP XML Security / SOAP 1.2 Part 1 §5.
"""

from __future__ import annotations

from enum import StrEnum


class XmlRefusal(StrEnum):
    """Why XML was refused."""

    MALFORMED = "malformed"
    ENCODING = "encoding"
    DTD = "dtd"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    TOO_MANY_NODES = "too-many-nodes"
    PROCESSING_INSTRUCTION = "processing-instruction"


class XmlRefused(ValueError):  # noqa: N818 - a refusal is a verdict, not a fault
    """XML was refused; ``reason`` says by which rule, the text where and what to do."""

    def __init__(self, reason: XmlRefusal, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason

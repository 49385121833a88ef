"""One rule: where it is asked, what must hold there, who says so, what to do.

Rules are data (``data/*.toml``); the notation is XPath 1.0 with the words of
:mod:`conformance.rules.words`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from lxml import etree

from conformance.rules.kinds import MessageKind


class Level(StrEnum):
    """How much it matters.

    A warning is about what a text only advises, or what known programs trip over.
    """

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold of one kind of message.

    Attributes
    ----------
    id
        Group and name, such as ``xcpd-answer.one-patient-id``.
    source
        The text or program that says so.
    on
        The kinds of message it is asked of, see :meth:`MessageKind.is_named_by`.
    at, holds
        Where it is asked (from the element in the Body, or from the envelope), and
        what must be true there.
    wrong, remedy
        What is wrong where it does not hold, and what to do.
    conflict
        Where another text or program asks for something else: which, and how we chose.
    """

    id: str
    source: str
    on: tuple[str, ...]
    at: str
    holds: str
    wrong: str
    remedy: str
    level: Level
    conflict: str
    places: etree.XPath = field(repr=False, compare=False)
    is_kept: etree.XPath = field(repr=False, compare=False)

    def is_asked_of(self, kind: MessageKind) -> bool:
        """Tell whether it is asked of a kind of message."""
        return any(kind.is_named_by(name) for name in self.on)

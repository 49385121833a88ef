"""What became of each coded element, and what is to be said about it.

Findings name a place and never a value: they stand in records and logs.

Spec: the numbers of eHDSI's Transformation Manager and of its terminology access use
the same digits with different meanings, so each is told with its origin.
Seen: OpenNCP 9 TMError and TSAMError.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from lxml import etree

from transformations.findings import Severity


class CodeFate(StrEnum):
    """What became of a coded element."""

    TRANSLATED = "translated"  # the display is in a language asked for
    TRANSCODED = "transcoded"  # another code stands there, the old one beside it
    KEPT = "kept"  # as it was
    MISSING = "missing"  # no code, or one that had to be taken out


class Origin(StrEnum):
    """Whose numbers a finding's code is of."""

    TM = "TM"  # Transformation Manager: the document
    TSAM = "TSAM"  # terminology access: the catalogue


class TermRule(StrEnum):
    """What a finding is about; the value is the number the field knows it by."""

    PROCESSING = "4500"
    REQUIRED_NOT_TRANSCODED = "4505"
    DOCUMENT_CODE_MISSING = "4509"
    DOCUMENT_CODE_UNKNOWN = "4510"
    REQUIRED_MISSING = "4511"
    REQUIRED_NOT_TRANSLATED = "4512"
    NOT_TRANSCODED = "2502"
    NOT_TRANSLATED = "2504"
    VALUE_SET_ABSENT = "2507"
    ATTRIBUTES_MISSING = "2508"
    NOT_CURRENT = "2509"


_ORIGIN = {
    TermRule.VALUE_SET_ABSENT: Origin.TSAM,
    TermRule.NOT_CURRENT: Origin.TSAM,
}


class TermFinding(NamedTuple):
    """One statement about a coded element, or about the document.

    Attributes
    ----------
    place
        The element, or its path where there is none.
    """

    rule: TermRule
    severity: Severity
    place: etree._Element | str
    sentence: str

    @property
    def where(self) -> str:
        """Path in the document; no value stands in it."""
        return self.place if isinstance(self.place, str) else path_of(self.place)

    @property
    def origin(self) -> Origin:
        """Whose number the code of the rule is."""
        return _ORIGIN.get(self.rule, Origin.TM)

    @property
    def is_error(self) -> bool:
        """Whether the document must not leave."""
        return self.severity is Severity.CRITICAL

    def to_json(self) -> dict[str, str]:
        """Write it for records."""
        return {
            "code": self.rule.value,
            "origin": self.origin.value,
            "severity": self.severity.value,
            "where": self.where,
            "sentence": self.sentence,
        }


class CodedPlace(NamedTuple):
    """A coded element with its fate.

    Attributes
    ----------
    element
        The element of the tree, or the object of the JSON.
    name
        Name of its row in the table of coded elements; empty where it is not bound,
        and after a translation, which binds nothing.
    language
        Of the display that stands there now; empty where the catalogue has none.
    """

    element: Any
    fate: CodeFate
    name: str
    language: str
    reason: str


@dataclass(slots=True)
class Account:
    """All coded elements of one document, in order, each once."""

    rows: list[tuple[Any, CodeFate, str, str, str]] = field(default_factory=list)
    units: int = 0
    release: str = ""
    later: Callable[[], list[TermFinding]] | None = None
    _findings: list[TermFinding] = field(default_factory=list)

    @property
    def findings(self) -> list[TermFinding]:
        """What is to be said; looked into when first asked for."""
        if self.later is not None:
            later, self.later = self.later, None
            self._findings += later()
        return self._findings

    def book(
        self,
        element: Any,
        fate: CodeFate,
        name: str = "",
        language: str = "",
        reason: str = "",
    ) -> None:
        """Note the fate of one element."""
        self.rows.append((element, fate, name, language, reason))

    @property
    def places(self) -> list[CodedPlace]:
        """The rows with names on their fields."""
        return [CodedPlace(*row) for row in self.rows]

    def counts(self) -> dict[str, int]:
        """Return how many elements had which fate."""
        found = Counter(row[1] for row in self.rows)
        return {fate.value: found[fate] for fate in CodeFate}

    def languages(self) -> dict[str, int]:
        """Return how many displays are in which language."""
        return dict(Counter(row[3] for row in self.rows if row[3]))

    @property
    def errors(self) -> list[TermFinding]:
        """The findings with which the document must not leave."""
        return [finding for finding in self.findings if finding.is_error]

    def summary(self) -> dict[str, Any]:
        """Return counts and findings, without a value of the document."""
        return {
            "release": self.release,
            "fates": self.counts(),
            "languages": self.languages(),
            "units": self.units,
            "findings": [finding.to_json() for finding in self.findings],
        }


_NAMESPACE = re.compile(r"\{[^}]*\}")


def path_of(element: etree._Element) -> str:
    """Return the place of an element: local names, with a number among equals."""
    tree = element.getroottree()
    root = etree.QName(tree.getroot()).localname
    path = tree.getelementpath(element)
    return f"/{root}" if path == "." else f"/{root}/{_NAMESPACE.sub('', path)}"

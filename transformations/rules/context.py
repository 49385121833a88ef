"""What is gathered while a document is judged: findings, and what was not judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from transformations.rules.constraint import Node
from transformations.rules.datatypes import Check, Datatype
from transformations.rules.findings import RuleFinding, Severity
from transformations.rules.place import Place
from transformations.rules.vocabulary import CLOSED
from transformations.terminology.port import ValueSets

T = TypeVar("T")


class Asking(Protocol):
    """What a finding tells of the line it comes from."""

    node: Node
    template: str
    rule: str


# More say nothing more; a hostile document must not fill the memory with them.
MOST_FINDINGS = 5000


@dataclass(slots=True)
class Judging:
    """One document being judged."""

    value_sets: ValueSets | None
    root: Place
    findings: dict[tuple[str, str], RuleFinding] = field(default_factory=dict)
    unjudged: set[str] = field(default_factory=set)
    omitted: int = 0
    _answers: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    _made: dict[str, Any] = field(default_factory=dict)

    def add(
        self, line: Asking, place: Place, kind: str, message: str, remedy: str
    ) -> None:
        """Note that a line is not kept."""
        severity = Severity.WARNING if line.node.is_advice else Severity.ERROR
        hints = " ".join(line.node.hints)
        self.put(
            RuleFinding(
                f"{line.rule}#{kind}",
                severity,
                place.path(),
                message,
                f"{hints} {remedy}".strip() if hints else remedy,
                line.template,
            )
        )

    def add_datatype(
        self,
        line: Asking,
        place: Place,
        datatype: Datatype,
        check: Check,
        *,
        is_advice: bool = False,
    ) -> None:
        """Note that an element is not of its datatype."""
        is_warning = is_advice or line.node.is_advice
        self.put(
            RuleFinding(
                f"{datatype.name}#{check.name}",
                Severity.WARNING if is_warning else Severity.ERROR,
                place.path(),
                f"{place.name} is no good {datatype.name}: {check.message}.",
                check.remedy,
                line.template,
            )
        )

    def holds(self, oid: str, name: str, code: str, system: str) -> bool:
        """Say whether a value set holds a code; what is not known counts as held."""
        key = (oid, code, system)
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = self._asked(oid, name, code, system)
        return known

    def _asked(self, oid: str, name: str, code: str, system: str) -> bool:
        answer = self.value_sets.has(oid, code, system) if self.value_sets else None
        if answer is not None:
            return answer
        closed = CLOSED.get(oid)
        if closed is not None:
            return closed.holds(code, system)
        self.unjudged.add(name)
        return True

    def once(self, name: str, make: Callable[[Place], T]) -> T:
        """Return what is made of the document when it is first asked for."""
        if name not in self._made:
            self._made[name] = make(self.root)
        made: T = self._made[name]
        return made

    def put(self, finding: RuleFinding) -> None:
        """Take a finding, unless there are too many of them already."""
        if len(self.findings) >= MOST_FINDINGS:
            self.omitted += 1
            return
        # The same element may be asked by several templates.
        key = (finding.rule, finding.location)
        if key not in self.findings:
            self.findings[key] = finding
        elif self.findings[key].template != finding.template:
            self.findings[f"{finding.rule}|{finding.template}", finding.location] = (
                finding
            )

"""What ``ncp transform`` says: what was read, written, found and lost.

Sentences name places in the source and never a value: a patient's data stand in the
document and in the ledger, nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from transformations.mapping import Fate, Severity
from transformations.transformed import Transformed

_TOLD = (Severity.CRITICAL, Severity.WARNING)
_ENTRY = re.compile(r".*?/entry(?:\[\d+\])?(?=/)")
_MARGIN = " " * 11


class TransformReport:
    """Says line by line how a translation went.

    Parameters
    ----------
    say
        Prints one line to the user.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    @staticmethod
    def is_critical(made: Transformed) -> bool:
        """Whether something was found or lost that changes the clinical meaning."""
        return bool(made.ledger.severities[Severity.CRITICAL]) or any(
            finding.severity is Severity.CRITICAL for finding in made.findings
        )

    def read(self, source: str, size: int) -> None:
        """Say what was read."""
        name = "standard input" if source == "-" else source
        self._say(f"Read {name}: {size:,} bytes.")

    def written(self, output: Path | None, made: Transformed) -> None:
        """Say what was written, and where."""
        about = dict(made.ledger.about_target)
        identity = about.pop("id", None)
        parts = [" ".join(about.values()), f"{len(made.document):,} bytes"]
        if identity is not None:
            parts.append(f"id {identity}")
        where = "standard output" if output is None else str(output)
        self._say(f"Wrote {where}: {', '.join(parts)}.")

    def refused(self, made: Transformed) -> None:
        """Say that no document was written, and why."""
        form = made.ledger.about_target["format"]
        self._say(f"Wrote no {form} (--strict): something critical stands below.")

    def account(self, made: Transformed, ledger: Path | None) -> None:
        """Say what became of the leaves, what was found, and what is lost."""
        self._fates(made)
        self._findings(made)
        self._losses(made)
        if ledger is not None:
            self._say(f"The ledger of every leaf: {ledger}")

    def _fates(self, made: Transformed) -> None:
        counts = made.ledger.counts()
        width = len(str(made.ledger.leaves))
        self._say(f"The source has {made.ledger.leaves} leaves:")
        for fate, number in counts.items():
            self._say(f"  {number:>{width}} {fate:<10}  {fate.meaning}")

    def _findings(self, made: Transformed) -> None:
        """Say each sentence once, with every place it is about."""
        for severity in _TOLD:
            places: dict[str, list[str]] = {}
            for finding in made.findings:
                if finding.severity is severity:
                    places.setdefault(finding.sentence, []).append(finding.where)
            for sentence, found in places.items():
                self._statement(severity, sentence, found)

    def _losses(self, made: Transformed) -> None:
        """Say each reason of a loss that matters once, with every part it is about."""
        lost: dict[tuple[Severity, str], dict[str, int]] = {}
        for entry in made.ledger.entries():
            mark = entry.mark
            if mark.fate is Fate.LOST and mark.severity in _TOLD:
                parts = lost.setdefault((mark.severity, mark.reason), {})
                part = _part(entry.path)
                parts[part] = parts.get(part, 0) + 1
        for severity in _TOLD:
            for (its, reason), parts in lost.items():
                if its is severity:
                    found = [
                        path if number == 1 else f"{path} ({number} leaves)"
                        for path, number in parts.items()
                    ]
                    self._statement(severity, f"lost: {reason}", found)

    def _statement(
        self, severity: Severity, sentence: str, places: Iterable[str]
    ) -> None:
        self._say(f"{severity.upper():<9}  {sentence}")
        for place in places:
            self._say(f"{_MARGIN}{place}")


def _part(path: str) -> str:
    """Return where a leaf stands: an element of a resource, or an entry of CDA."""
    if path.startswith("/"):
        entry = _ENTRY.match(path)
        return entry[0] if entry else path.rpartition("/")[0]
    head, dot, tail = path.partition(".resource.")
    return f"{head}{dot}{tail.split('.', 1)[0]}" if dot else path

"""Read the exchanges that a gateway kept: what it decided, how long the stages took.

The gateway writes one folder for each exchange (``ncp.evidence``); the demo tells its
story from them, because they are what an operator would look at too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FATES = ("mapped", "derived", "narrative", "structural", "lost")


@dataclass(frozen=True, slots=True)
class Belief:
    """One decision of trust, as it was kept."""

    subject: str
    verdict: str
    sentence: str


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """One finding about a document, as it was kept."""

    severity: str
    where: str
    sentence: str


@dataclass(frozen=True, slots=True)
class LedgerSummary:
    """How many leaves met which fate, and why the lost ones were lost."""

    leaves: int
    fates: Mapping[str, int]
    lost_reasons: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class KeptExchange:
    """One folder of an exchange."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name, which begins with the time."""
        return self.folder.name

    def beliefs(self) -> list[Belief]:
        """Return what was decided, in order."""
        decisions = self._json("decision.json").get("decisions", [])
        return [
            Belief(each["subject"], each["verdict"], each["sentence"])
            for each in decisions
        ]

    def refusal(self) -> tuple[str, str] | None:
        """Return why the request was refused: the closed reason and its sentence."""
        decision = self._json("decision.json")
        condition = decision.get("condition")
        return condition and (str(condition), str(decision.get("sentence") or ""))

    def stages(self) -> dict[str, float]:
        """Return stage to milliseconds, in order."""
        return dict(self._json("stages.json"))

    def ledger(self) -> LedgerSummary | None:
        """Return the sums of the ledger, if a document was made."""
        content = self._json("ledger.json")
        return _summarise(content) if content else None

    def findings(self) -> list[KeptFinding]:
        """Return what the document lacks or breaks."""
        found = self._json("findings.json").get("findings", [])
        return [
            KeptFinding(each["severity"], each["where"], each["sentence"])
            for each in found
        ]

    def file(self, name: str) -> bytes | None:
        """Return a file of the exchange, or None."""
        path = self.folder / name
        return path.read_bytes() if path.exists() else None

    def _json(self, name: str) -> Mapping[str, Any]:
        data = self.file(name)
        content: Any = {} if data is None else json.loads(data)
        return content if isinstance(content, Mapping) else {}


def kept_exchanges(root: Path) -> list[KeptExchange]:
    """Return the exchanges of a gateway, oldest first."""
    if not root.exists():
        return []
    folders = sorted(path for path in root.iterdir() if path.is_dir())
    return [KeptExchange(folder) for folder in folders]


def newest(root: Path, transaction: str) -> KeptExchange | None:
    """Return the newest exchange of one transaction, or None."""
    named = [each for each in kept_exchanges(root) if f"-{transaction}-" in each.name]
    return named[-1] if named else None


def _summarise(ledger: Mapping[str, Any]) -> LedgerSummary:
    entries = ledger["entries"]
    fates = Counter(entry["fate"] for entry in entries)
    lost = Counter(entry["reason"] for entry in entries if entry["fate"] == "lost")
    return LedgerSummary(
        leaves=ledger["leaves"],
        fates={fate: fates[fate] for fate in FATES},
        lost_reasons=lost.most_common(),
    )

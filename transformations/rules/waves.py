"""Waves as profiles: what an older wave did not ask yet is told, and is no error.

Spec: wave history of the eHDSI CDA implementation guides (releases 5.0.2 to 8.0.0).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from transformations.rules.findings import RuleFinding, Severity


@dataclass(frozen=True, slots=True)
class Wave:
    """A wave of the guides.

    Parameters
    ----------
    number
        8 is the one the rules are written for.
    later
        Patterns of rule ids that came later, each with the wave that brought it.
    """

    number: int
    later: Mapping[str, int] = field(default_factory=dict)

    def told(self, finding: RuleFinding) -> RuleFinding:
        """Tell a finding as this wave sees it."""
        if finding.severity is not Severity.ERROR:
            return finding
        for pattern, wave in self.later.items():
            if wave > self.number and re.fullmatch(pattern, finding.rule):
                return replace(
                    finding,
                    severity=Severity.WARNING,
                    message=f"{finding.message} (asked from wave {wave})",
                )
        return finding


WAVE_8 = Wave(8)


@cache
def waves() -> Mapping[int, Wave]:
    """Return the waves that can be asked for."""
    text = files("transformations.rules").joinpath("waves.toml").read_text("utf-8")
    later = {row["rule"]: row["wave"] for row in tomllib.loads(text)["later"]}
    return {number: Wave(number, later) for number in range(5, 8)} | {8: WAVE_8}

"""The value sets the rules name, and those of them that are small and closed.

Spec: eHDSI Master Value Set Catalogue; HL7 v3 vocabulary.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class ValueSet:
    """A value set by name; ``codes`` only where it is closed.

    Parameters
    ----------
    system
        OID of the one system its codes come from.
    """

    name: str
    oid: str
    system: str = ""
    codes: frozenset[str] = frozenset()

    def holds(self, code: str, code_system: str) -> bool:
        """Whether it holds a code; without a system, under its own."""
        return code in self.codes and code_system in {"", self.system}


def _read() -> dict[str, ValueSet]:
    text = files("transformations.rules.wave8").joinpath("value_sets.toml")
    listed = tomllib.loads(text.read_text("utf-8"))
    return {
        name: ValueSet(
            name, row["oid"], row.get("system", ""), frozenset(row.get("codes", ()))
        )
        for name, row in listed.items()
    }


VALUE_SETS = _read()
OIDS = {name: each.oid for name, each in VALUE_SETS.items()}
CLOSED = {each.oid: each for each in VALUE_SETS.values() if each.codes}

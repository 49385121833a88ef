"""Every condition asked by every family, and the message that is expected.

A message stands once where a dialect answers as we do: ``<condition>.xml`` is ours,
``<condition>.<dialect>.xml`` that of a dialect which differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conformance.simulators.dialect import Dialect as Family
from ncp.answers import Dialect
from ncp.national.ports import PatientRecord
from ncp.restraint import RuleSet
from tests.families.asking import Asking, CountedIds, Exchanged
from tests.families.conditions import Condition, rows
from tests.ncp.country_a.scene import DENMARK, CountryA, Nation
from trust.identifiers import PatientId

GOLDEN = Path(__file__).parent / "golden"
MEANINGS = GOLDEN / "meanings"
SPOKEN = {
    Family.OPENNCP_OLD: Dialect.OPENNCP_OLD,
    Family.OPENNCP_NEW: Dialect.OPENNCP_NEW,
    Family.GEMATIK: Dialect.GEMATIK,
}


@dataclass(frozen=True)
class Row:
    """A condition, who asks, and in which dialect it is answered."""

    transaction: str
    condition: Condition
    family: Family
    dialect: Dialect

    def __str__(self) -> str:
        return f"{self.transaction}-{self.condition.name}-{self.family}-{self.dialect}"

    @property
    def expected(self) -> Path:
        """The file of the message that is expected."""
        own = self.file(self.dialect)
        return own if own.exists() else self.file(Dialect.OURS)

    def file(self, dialect: Dialect) -> Path:
        """Name the file of a dialect's own message."""
        mark = "" if dialect is Dialect.OURS else f".{dialect}"
        return GOLDEN / self.transaction / f"{self.condition.name}{mark}.xml"


def table() -> list[Row]:
    """Return all rows: each family is answered in our way, and in its own."""
    return [
        Row(transaction, condition, family, dialect)
        for transaction, condition in rows()
        for family in condition.families
        for dialect in (Dialect.OURS, SPOKEN[family])
    ]


class Index(Nation):
    """A national side that knows of Eva where she lives, and looks at every trait."""

    def __init__(self) -> None:
        super().__init__()
        eva, luc = self.people
        self.people = [replace(eva, postal_code="L-4001"), luc]

    def find(self, ids: Sequence[PatientId], **traits: Any) -> list[PatientRecord]:
        wanted = {name: traits.get(name) for name in ("birth_date", "gender")}
        return [
            who
            for who in super().find(ids)
            if all(
                value in {None, getattr(who, name)} for name, value in wanted.items()
            )
        ]


class Answering:
    """One country A that answers every row, each as if it were the first."""

    def __init__(self, folder: Path) -> None:
        # What one row guesses wrong is not held against the next one.
        self._country = CountryA(folder, restraint=RuleSet(()))
        self._own = self._country.services

    def close(self) -> None:
        self._country.store.close()

    def told(self, row: Row) -> str:
        """Ask, and return the whole answer in canonical form."""
        return self.exchanged(row).told()

    def exchanged(self, row: Row) -> Exchanged:
        """Ask, and return the last question with its answer."""
        country = self._country
        country.nation = nation = Index()
        country.serve_by(
            replace(
                self._own,
                patients=nation,
                documents=nation,
                consents=nation,
                fresh_ids=CountedIds(),
                dialects={DENMARK: row.dialect},
            )
        )
        asking = Asking(country, row.family, **row.condition.who)
        row.condition.ask(asking)
        return asking.exchanged[-1]


def answers(folder: Path) -> dict[Row, str]:
    """Return the answer to every row."""
    with closing(Answering(folder)) as answering:
        return {row: answering.told(row) for row in table()}

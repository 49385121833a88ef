"""The section of the settings about abuse: how much is borne, and what becomes of more.

Spec: eHDSI CP-059 / fact sheet 06 4.3, 6.2 (rate limits), 6.3 item 4 (enumeration).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from ncp.audit import Side
from ncp.ihe.codes import Transaction
from ncp.restraint import STANDARD, Action, Counted, Per, Rule, RuleSet
from ncp.settings.section import Seconds, Section

RuleName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class RestraintRuleSettings(Section):
    """One rule; ``lasts_s`` is of a block: left out, until an operator lifts it."""

    name: RuleName
    sides: tuple[Side, ...] = Field(default=(Side.A,), min_length=1)
    counts: Counted
    per: Per
    most: int = Field(ge=1, le=100_000)
    window_s: Seconds = 900.0
    action: Action = Action.ALERT
    transactions: tuple[Transaction, ...] = Field(
        default=tuple(Transaction), min_length=1
    )
    lasts_s: Seconds | None = None

    @model_validator(mode="after")
    def _can_happen(self) -> Self:
        if not self.counts.transactions & set(self.transactions):
            raise ValueError(
                f"{self.counts.value} do not happen in the transactions of this rule"
            )
        if not self.counts.sides.issuperset(self.sides):
            raise ValueError(f"{self.counts.value} can be counted on side A only")
        if self.lasts_s is not None and self.action is not Action.BLOCK:
            raise ValueError("lasts_s is of a block")
        return self

    @property
    def rule(self) -> Rule:
        """The rule as the gateway keeps it."""
        return Rule(
            self.name,
            frozenset(self.sides),
            self.counts,
            self.per,
            self.most,
            timedelta(seconds=self.window_s),
            self.action,
            frozenset(self.transactions),
            None if self.lasts_s is None else timedelta(seconds=self.lasts_s),
        )


class RestraintSettings(Section):
    """Rules against abuse, beside or in place of the standard ones of the same name.

    ``without`` names standard rules that do not hold.
    """

    without: tuple[RuleName, ...] = ()
    rules: tuple[RestraintRuleSettings, ...] = ()

    @model_validator(mode="after")
    def _are_known(self) -> Self:
        unknown = set(self.without) - {rule.name for rule in STANDARD}
        if unknown:
            raise ValueError(f"there is no standard rule {min(unknown)!r}")
        names = [rule.name for rule in self.rules]
        if len(set(names)) < len(names):
            raise ValueError("two rules have one name")
        return self

    @property
    def rule_set(self) -> RuleSet:
        """The rules in force."""
        return STANDARD.changed((rule.rule for rule in self.rules), self.without)

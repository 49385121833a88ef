"""Abuse is noticed: rules about who asks how much, and what becomes of who does."""

from ncp.restraint.rules import (
    CODES,
    STANDARD,
    Action,
    Counted,
    Per,
    Rule,
    RuleSet,
)
from ncp.restraint.seen import Asker, Seen
from ncp.restraint.watch import HeldBack, Noticed, Watch, count_nothing

__all__ = [
    "CODES",
    "STANDARD",
    "Action",
    "Asker",
    "Counted",
    "HeldBack",
    "Noticed",
    "Per",
    "Rule",
    "RuleSet",
    "Seen",
    "Watch",
    "count_nothing",
]

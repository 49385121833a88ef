"""What must hold of a message between two countries, as data, and who judges by it."""

from conformance.rules.catalogue import Group, groups, rules
from conformance.rules.judge import judge
from conformance.rules.kinds import MessageKind
from conformance.rules.message_file import read_message_file
from conformance.rules.rule import Level, Rule
from conformance.rules.verdict import Finding, Verdict

__all__ = [
    "Finding",
    "Group",
    "Level",
    "MessageKind",
    "Rule",
    "Verdict",
    "groups",
    "judge",
    "read_message_file",
    "rules",
]

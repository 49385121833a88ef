"""What an attack is: a named mutation of a good message, with what should become of it.

Spec: fact sheet 11 2.9, 2.10 (case ids), 5.2 (stages), 8.2 (reason families).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from conformance.attacks.message import Message, Transaction

Mutation: TypeAlias = Callable[[Message], Message]

EVERYWHERE: Final = tuple(Transaction)


class Stage(StrEnum):
    """Where in the making of a message the mutation takes hold."""

    BEFORE_SIGNING = "before signing"
    AFTER_SIGNING = "after signing"
    ENVELOPE = "envelope"
    BYTES = "bytes"
    CONNECTION = "connection"


class Family(StrEnum):
    """For which kind of reason a gateway should refuse; SERVED is a false alarm.

    A message that only looks hostile must be served: a gateway that refuses everything
    would pass every other test.
    """

    AUTHENTICATION = "authentication"
    RIGHTS = "rights"
    PATIENT_BINDING = "patient-binding"
    FORMAT = "format"
    INTEGRITY = "integrity"
    TRANSPORT = "transport"
    SERVED = "served"


@dataclass(frozen=True, slots=True)
class Attack:
    """One named mutation.

    Attributes
    ----------
    breaks
        The rule the hostile message breaks, or the mistake it hopes for.
    source
        Where the rule, or the attack, is described.
    rows
        The rows of the attack catalogue it belongs to.
    on
        The transactions it applies to.
    kit
        The conformance case it is a stimulus of, where there is one.
    """

    id: str
    title: str
    breaks: str
    source: str
    rows: tuple[str, ...]
    stage: Stage
    family: Family
    mutate: Mutation = field(repr=False)
    on: tuple[Transaction, ...] = EVERYWHERE
    kit: str | None = None

    @property
    def is_refused(self) -> bool:
        """Whether the message has to be refused."""
        return self.family is not Family.SERVED

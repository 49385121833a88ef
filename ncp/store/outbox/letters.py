"""The values of the outbox: letters, where they go, and what became of them.

A letter is written in the unit of work of what it tells, once for each destination. It
stays until its destination has proven to have it, so that it arrives at least once;
its id lets the destination count it once.

Spec: sheet 06 §1.6 (delivery of audit records) / sheet 06 §5.4 (dispensation register).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ncp.audit import Auditable

DESTINATION_LENGTH: Final = 24


def every_event(_event: Auditable) -> bool:
    """Want to be told of everything that is recorded."""
    return True


@dataclass(frozen=True, slots=True)
class Destination:
    """Where letters go, and how long that is tried.

    Attributes
    ----------
    name
        At most 24 characters; it names a lease and stands in figures.
    tried_for
        After this long a letter is dead.
    kept_for
        After this long a dead letter is deleted; longer than ``tried_for``.
    wants
        Of which audit events it is told, where it is told of audit events.
    """

    name: str
    tried_for: timedelta = timedelta(days=14)
    kept_for: timedelta = timedelta(days=60)
    wants: Callable[[Auditable], bool] = every_event

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= DESTINATION_LENGTH:
            raise ValueError(f"a destination's name has 1 to {DESTINATION_LENGTH}")
        if self.kept_for <= self.tried_for:
            raise ValueError("a letter is kept longer than it is tried")


@dataclass(frozen=True, slots=True)
class Letter:
    """Something to tell, byte for byte the same at every attempt.

    Attributes
    ----------
    id
        At most 64 characters; the destination tells by it what it has already.
    kind
        A word for whoever looks at the outbox; nothing personal.
    """

    id: str
    kind: str
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Batch:
    """The first letters of one node to one destination, in their order.

    Attributes
    ----------
    sequences
        Where each of them stands in the outbox.
    attempts
        How often the first of them was tried in vain.
    """

    destination: str
    node: str
    letters: tuple[Letter, ...]
    sequences: tuple[int, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A letter that did not arrive and is not tried any more, and why."""

    letter: Letter
    destination: str
    node: str
    written_at: datetime
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a destination has not got yet.

    Attributes
    ----------
    oldest
        When the oldest letter that waits was written; None where none does.
    """

    destination: str
    waiting: int
    dead: int
    oldest: datetime | None


class NotDelivered(Exception):  # noqa: N818 - what happened, told to whoever sent it
    """A letter was not taken, or it is not known that it was.

    Attributes
    ----------
    sentence
        Why, for the operator; no patient data.
    proven
        How many letters of the batch, from the first, have arrived for certain.
    is_final
        Whether the letter after those will never be taken as it is.
    """

    def __init__(
        self, sentence: str, *, proven: int = 0, is_final: bool = False
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.proven = proven
        self.is_final = is_final

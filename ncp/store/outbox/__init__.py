"""What the gateway owes to others: written with what it tells, kept until proven."""

from ncp.store.outbox.letters import (
    Backlog,
    Batch,
    DeadLetter,
    Destination,
    Letter,
    NotDelivered,
)
from ncp.store.outbox.outbox import LEASE_LASTS, Outbox
from ncp.store.outbox.statements import Setback

__all__ = [
    "LEASE_LASTS",
    "Backlog",
    "Batch",
    "DeadLetter",
    "Destination",
    "Letter",
    "NotDelivered",
    "Outbox",
    "Setback",
]

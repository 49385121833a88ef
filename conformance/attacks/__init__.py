"""Named mutations that make hostile messages out of good ones."""

from conformance.attacks.attack import Attack, Family, Mutation, Stage
from conformance.attacks.catalogue import Group, Row, attacks, groups, rows
from conformance.attacks.http import write_http
from conformance.attacks.message import (
    Client,
    Delivery,
    Ground,
    Message,
    Seal,
    Transaction,
)

__all__ = [
    "Attack",
    "Client",
    "Delivery",
    "Family",
    "Ground",
    "Group",
    "Message",
    "Mutation",
    "Row",
    "Seal",
    "Stage",
    "Transaction",
    "attacks",
    "groups",
    "rows",
    "write_http",
]

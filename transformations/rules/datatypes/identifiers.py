"""Identifiers: II.

Spec: HL7 v3 datatypes, release 1, as eHDSI narrows them (``.EPSOS``).
"""

from __future__ import annotations

import re

from transformations.rules.datatypes.anything import ANY
from transformations.rules.datatypes.check import Check
from transformations.rules.datatypes.conditions import ONE_OF_BOTH, null_and
from transformations.rules.place import Place

_OID = re.compile(r"[0-2](\.(0|[1-9]\d*))*")
_UUID = re.compile(r"[A-Fa-f\d]{8}(-[A-Fa-f\d]{4}){3}-[A-Fa-f\d]{12}")


def _root(place: Place) -> str | None:
    return place.attributes.get("root")


def _identity(place: Place) -> tuple[str | None, str | None]:
    return place.attributes.get("root"), place.attributes.get("extension")


def _id_repeats(place: Place) -> bool:
    """Say whether it stands twice; a root alone is that of any extension."""
    if "root" not in place.attributes:
        return False
    if "extension" not in place.attributes:
        return place.times("root", _root) > 1
    return place.times("identity", _identity) > 1


def _bad_root(place: Place) -> bool:
    root = place.attributes.get("root")
    return root is not None and not (_OID.fullmatch(root) or _UUID.fullmatch(root))


II = (
    *ANY,
    Check(
        "no-root",
        lambda place: not place.is_null and "root" not in place.attributes,
        "there is neither root nor nullFlavor",
        "Add the OID of the identifier as root.",
    ),
    Check(
        "null-and-root",
        null_and(
            "root",
            "identifierName",
            "displayable",
            "reliability",
            "assigningAuthorityName",
        ),
        "nullFlavor stands together with the identifier",
        ONE_OF_BOTH,
    ),
    Check(
        "root-form",
        _bad_root,
        "root is neither an OID nor a UUID",
        "Use the OID under which the identifier is registered.",
    ),
    Check(
        "repeated-id",
        _id_repeats,
        "the same identifier stands twice",
        "Leave the second out.",
    ),
)


II_EPSOS = (
    *II,
    Check(
        "long-root",
        lambda place: len(place.attributes.get("root", "")) > 64,
        "root has more than 64 characters",
        "Use a shorter OID.",
    ),
)

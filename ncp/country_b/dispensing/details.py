"""What is kept of a dispensation beside its state, and read back: JSON with a version.

What an older release wrote is still read: a field that is new has a value for before.

Spec: sheet 06 §7.4 (version every payload that outlives a release).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from ncp.country_b.dispensing.values import (
    DispensedProduct,
    Finding,
    Severity,
    Step,
)
from ncp.store import DispensationState, ForeignDispensation

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Person:
    """A pharmacist and the pharmacy, as the national door knows them."""

    identifier: str = field(repr=False)
    name: str = field(repr=False)
    role: str
    organization: str
    organization_id: str | None


@dataclass(frozen=True, slots=True)
class Details:
    """What a dispensation is about, and how it came to its state.

    Attributes
    ----------
    treatment
        The handle under which it was prepared.
    listed_as
        The unique id of the prescription's document in the country's list.
    dispensed_at
        When the other country took it.
    """

    treatment: str
    listed_as: str = field(repr=False)
    document_id: str
    prescription_id: str = field(repr=False)
    item_id: str = field(repr=False)
    patient_name: str = field(repr=False)
    birth_date: str = field(repr=False)
    prescribed: str = field(repr=False)
    product: DispensedProduct
    atc: str
    packages: int
    is_substituted: bool
    remark: str = field(repr=False)
    handed_over: datetime
    pharmacist: Person
    findings: tuple[Finding, ...] = ()
    steps: tuple[Step, ...] = ()
    dispensed_at: datetime | None = None

    def with_step(self, step: Step) -> Details:
        """Return the same with one more step."""
        return replace(self, steps=(*self.steps, step))


def write_details(details: Details) -> bytes:
    """Write the details as they are kept."""
    told = {"version": VERSION, **asdict(details)}
    return json.dumps(told, ensure_ascii=False, default=_written).encode()


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def read_details(kept: ForeignDispensation) -> Details:
    """Read the details of a kept dispensation."""
    told: dict[str, Any] = json.loads(kept.details)
    told.pop("version")
    return Details(
        **{
            **told,
            "product": DispensedProduct(**told["product"]),
            "handed_over": datetime.fromisoformat(told["handed_over"]),
            "pharmacist": Person(**told["pharmacist"]),
            "findings": tuple(map(_finding, told["findings"])),
            "steps": tuple(map(_step, told["steps"])),
            "dispensed_at": _moment(told["dispensed_at"]),
        }
    )


def _finding(told: Mapping[str, Any]) -> Finding:
    return Finding(**{**told, "severity": Severity(told["severity"])})


def _step(told: Mapping[str, Any]) -> Step:
    state = DispensationState(told["state"])
    return Step(**{**told, "state": state, "moment": _moment(told["moment"])})


def _moment(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)

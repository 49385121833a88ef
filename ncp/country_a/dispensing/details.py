"""What a deed must remember to be gone on with, as JSON and back.

Spec: ARCHITECTURE "Personal data at rest": it is kept encrypted with its row.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from ncp.errors import InternalError, Refusal
from ncp.national.dispensations import DispensationOrder, Dispenser
from ncp.national.dispensing import (
    NationalDispensation,
    PrescriptionVersion,
    Receipt,
)
from ncp.national.ports import PatientRecord
from ncp.national.prescriptions import Prescription
from ncp.store import Deed, DeedState
from transformations.edispensation import DispensationFacts
from trust.identifiers import Oid, PatientId

# Ours: keys of the register follow from peer and document, at every node alike.
_KEYS = uuid.UUID("0d4c8f5e-9a0b-5f6e-8f1d-3c1a7f1b9e20")


def new_deed(order: DispensationOrder, deed_id: str, now: datetime) -> Deed:
    """Make the deed of an order."""
    return Deed(
        id=deed_id,
        peer=order.peer,
        operation=order.operation.value,
        document_unique_id=order.document_unique_id,
        content_hash=order.content_hash,
        state=DeedState.RECEIVED,
        received_at=now,
        changed_at=now,
        details={
            "submission_set": order.submission_set_id,
            "patient": _patient_as_json(order.patient),
            "dispenser": asdict(order.dispenser),
            "moment": order.moment.isoformat(),
        },
        content=order.content,
    )


def register_key(deed: Deed) -> str:
    """Return our identifier of the dispensation in the national register."""
    name = hashlib.sha256(
        f"{deed.peer}\x1f{deed.document_unique_id}".encode()
    ).hexdigest()
    return uuid.uuid5(_KEYS, name).urn


def patient_of(deed: Deed) -> PatientRecord:
    """Return the patient, as far as the register needs them."""
    told = deed.details["patient"]
    ids = tuple(PatientId(Oid(root), value) for root, value in told["identifiers"])
    return PatientRecord(id=ids[0], identifiers=ids, source=told["source"])


def is_same_organization(one: Deed, other: Deed) -> bool:
    """Whether two deeds are of one organization, as far as it can be told at all.

    By its identifier, else its name, else the professional who stands alone.
    """
    name = _organization_of(one)
    return name is not None and name == _organization_of(other)


def _organization_of(deed: Deed) -> str | None:
    told = deed.details["dispenser"]
    for kind in ("organization_id", "organization", "identifier"):
        if told.get(kind):
            return f"{kind}:{' '.join(str(told[kind]).split()).casefold()}"
    return None


def with_version(deed: Deed, prescription: Prescription) -> Deed:
    """Remember in which version a prescription was judged."""
    named = PrescriptionVersion(
        prescription.source_id, prescription.version, prescription.identifier
    )
    return replace(
        deed,
        prescription=prescription.identifier,
        details={**deed.details, "version": asdict(named)},
    )


def with_receipt(deed: Deed, receipt: Receipt) -> Deed:
    """Remember what the register calls it: the keys by which it is taken back."""
    return replace(deed, details={**deed.details, "receipt": asdict(receipt)})


def receipt_of(deed: Deed) -> Receipt:
    """Return the keys by which a recorded dispensation is taken back."""
    return Receipt(**_present(deed.details, "receipt"))


def national_dispensation(deed: Deed, facts: DispensationFacts) -> NationalDispensation:
    """Return what the register is to hold of a deed whose intent is on disk."""
    return NationalDispensation(
        key=register_key(deed),
        prescription=PrescriptionVersion(**_present(deed.details, "version")),
        patient=patient_of(deed),
        country=deed.peer,
        dispenser=Dispenser(**deed.details["dispenser"]),
        facts=facts,
        moment=datetime.fromisoformat(deed.details["moment"]),
    )


def _present(details: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] | None = details.get(name)
    if found is None:
        raise InternalError(Refusal.INTERNAL, f"a deed lacks its {name}")
    return found


def _patient_as_json(patient: PatientRecord) -> dict[str, Any]:
    ids = dict.fromkeys((patient.id, *patient.identifiers))
    return {
        "identifiers": [[each.root, each.extension] for each in ids],
        "source": patient.source,
    }

"""What the national register is told of dispensations on foreign prescriptions.

A letter goes into the outbox in the commit that says so; it is about one act, and its
id lets the register count it once.

Spec: sheet 06 §7.2 (steps after the record are jobs of the outbox), §7.4 (version every
payload).
"""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from ncp.country_b.dispensing.details import Details
from ncp.store import Destination, ForeignDispensation, Letter

REGISTER: Final = Destination("dispensation-register")
VERSION: Final = 1


class Act(StrEnum):
    """What was done."""

    DISPENSED = "dispensed"
    DISCARDED = "discarded"


def register_letter(
    act: Act, kept: ForeignDispensation, details: Details, moment: datetime
) -> Letter:
    """Make the letter that tells the register of an act."""
    told: dict[str, Any] = {
        "version": VERSION,
        "act": act.value,
        "dispensation": kept.handle,
        "moment": moment.isoformat(),
        "country": kept.country,
        "document": details.document_id,
        "prescription": details.prescription_id,
        "item": details.item_id,
        "patient": {
            "id": f"{kept.patient.root}^{kept.patient.extension}",
            "name": details.patient_name,
            "birthDate": details.birth_date,
        },
        "prescribed": details.prescribed,
        "product": {
            "code": details.product.code,
            "name": details.product.name,
            "atc": details.atc,
        },
        "packages": details.packages,
        "substituted": details.is_substituted,
        "handedOver": details.handed_over.isoformat(),
        "pharmacist": {
            "id": details.pharmacist.identifier,
            "name": details.pharmacist.name,
            "pharmacy": details.pharmacist.organization,
            "pharmacyId": details.pharmacist.organization_id,
        },
    }
    payload = json.dumps(told, ensure_ascii=False).encode()
    return Letter(f"{kept.handle}-{act}", act.value, payload)

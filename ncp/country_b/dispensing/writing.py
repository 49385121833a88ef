"""What the eDispensation is made of, and who makes it.

Spec: eHDSI eDispensation EH.1.2 (Wave 8).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ncp.identity import GatewayIdentity
from ncp.national.products import NationalProduct
from ncp.terminology.desk import Processed
from transformations.eprescription.facts import PrescriptionFacts
from trust.assertions import HealthProfessional


@dataclass(frozen=True, slots=True)
class Dispensing:
    """What is handed over, on what, by whom.

    Attributes
    ----------
    document_id
        Of the eDispensation: ``2.25.<UUID as decimal>``.
    prescription
        The coded ePrescription, byte for byte as it came.
    """

    document_id: str
    prescription: bytes = field(repr=False)
    facts: PrescriptionFacts
    product: NationalProduct
    packages: int
    is_substituted: bool
    remark: str = field(repr=False)
    pharmacist: HealthProfessional
    handed_over: datetime
    made: datetime
    identity: GatewayIdentity


@dataclass(frozen=True, slots=True)
class WrittenDispensation:
    """The document, and what became of its codes where a catalogue is named."""

    document: bytes = field(repr=False)
    pivoted: Processed | None = field(default=None, repr=False)


class EdispensationWriter(Protocol):
    """Makes the document that tells a country what was dispensed on its prescription.

    It raises :class:`~ncp.errors.SemanticError` where the document would lack what the
    rules make mandatory; what it gives out is fit to be sent.
    """

    def write(self, dispensing: Dispensing) -> WrittenDispensation:
        """Return the document; the same values give the same bytes."""
        ...

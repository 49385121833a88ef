"""What dispensing is made of; put together once, at the start."""

from __future__ import annotations

from dataclasses import dataclass, field

from ncp.country_b.dispensing.values import DispensingPolicy
from ncp.country_b.dispensing.writing import EdispensationWriter
from ncp.country_b.initiating_gateway import TreatmentGateway
from ncp.country_b.services import InitiatingServices
from ncp.national.products import ProductCatalogue
from ncp.store import Destination


@dataclass(frozen=True, slots=True)
class PharmacyServices:
    """The ports and values that the use cases of a pharmacy share.

    Attributes
    ----------
    register
        Where the national register of dispensations is told; None where none is named.
    """

    treatment: TreatmentGateway
    products: ProductCatalogue
    writer: EdispensationWriter
    policy: DispensingPolicy = field(default_factory=DispensingPolicy)
    register: Destination | None = None

    @property
    def initiating(self) -> InitiatingServices:
        """The ports of the asking side."""
        return self.treatment.services

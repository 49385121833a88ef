"""A pharmacy of this country dispenses a prescription from abroad, exactly once."""

from ncp.country_b.dispensing.pharmacy import Pharmacy
from ncp.country_b.dispensing.services import PharmacyServices
from ncp.country_b.dispensing.values import (
    DiscardReason,
    DispensationView,
    DispensedProduct,
    DispenseWish,
    DispensingPolicy,
    Finding,
    ListedPrescription,
    OpenedPrescription,
    Prepared,
    PrescriptionList,
    Severity,
    Step,
)
from ncp.country_b.dispensing.writing import (
    Dispensing,
    EdispensationWriter,
    WrittenDispensation,
)

__all__ = [
    "DiscardReason",
    "DispensationView",
    "DispenseWish",
    "DispensedProduct",
    "Dispensing",
    "DispensingPolicy",
    "EdispensationWriter",
    "Finding",
    "ListedPrescription",
    "OpenedPrescription",
    "Pharmacy",
    "PharmacyServices",
    "Prepared",
    "PrescriptionList",
    "Severity",
    "Step",
    "WrittenDispensation",
]

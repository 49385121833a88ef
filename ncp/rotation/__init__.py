"""Keys, pins and anchors that change while the gateway runs."""

from ncp.rotation.current import Current, CurrentSoapService, CurrentTreatmentGateway
from ncp.rotation.inventory import Holding, days_left, inventory, soonest_ends
from ncp.rotation.material import (
    MaterialLoader,
    TrustMaterial,
    take_over,
    watched_files,
)
from ncp.rotation.rotation import Rotation

__all__ = [
    "Current",
    "CurrentSoapService",
    "CurrentTreatmentGateway",
    "Holding",
    "MaterialLoader",
    "Rotation",
    "TrustMaterial",
    "days_left",
    "inventory",
    "soonest_ends",
    "take_over",
    "watched_files",
]

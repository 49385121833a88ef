"""The section of the settings about pharmacies that dispense foreign prescriptions.

Spec: sheet 09 §4.9 (one block of adapter settings per service), §5.3 (undo window).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ncp.settings.fhir_server import FhirServerSettings
from ncp.settings.section import Section
from ncp.settings.types import OidText, SettingsPath
from trust.identifiers import Oid

Hours = Annotated[float, Field(gt=0, le=720)]


class DispensingSettings(Section):
    """What a pharmacy needs: the national products, and the national register.

    ``products``: where a product is looked for; "none" closes the door to pharmacies.
    ``register_name``: who is told what was dispensed and discarded.
    ``product_resource``: as what the server keeps products. ``product_system``: their
    code system. ``server`` has the products, or takes what was dispensed, or both. The
    windows are those of this country; the other one decides in the
    end.
    """

    products: Literal["none", "sample", "fhir-server"] = "none"
    product_resource: Literal["Medication", "MedicationKnowledge"] = "Medication"
    product_system: OidText = Oid("1.3.182.5.48")
    register_name: Literal["none", "sample", "fhir-server"] = "none"
    register_file: SettingsPath | None = None
    server: FhirServerSettings | None = None
    undo_window_h: Hours = 24.0
    back_dating_h: Hours = 24.0

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if "fhir-server" in {self.products, self.register_name} and not self.server:
            raise ValueError("`fhir-server` needs a [dispensing.server] section")
        if self.register_name == "sample" and self.register_file is None:
            raise ValueError("the sample register needs a `register_file`")
        return self

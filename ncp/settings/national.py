"""The national infrastructure: its server, and what holds for its patients."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from ncp.settings.section import MEBIBYTE, Bytes, Seconds, Section
from ncp.settings.types import HttpUrl, OidText, SettingsPath


class ConsentSettings(Section):
    """What holds for a patient of whom no consent is registered."""

    default: Literal["deny", "permit"] = "deny"


class PatientIdentifierSettings(Section):
    """The national patient identifier: its OID, and the check of its digits."""

    root: OidText
    check: Literal["none", "luxembourg-matricule"] = "none"
    on_failure: Literal["warn", "refuse"] = "refuse"


class IdentificationSettings(Section):
    """By what a patient may be found.

    ``demographics``: "optional" besides an identifier, "required" besides one, or
    "alone" enough without one. ``authorities``: whose identifiers are looked for; none
    for any.
    """

    demographics: Literal["optional", "required", "alone"] = "optional"
    authorities: tuple[OidText, ...] = ()


class DispensationSettings(Section):
    """The register of what is dispensed abroad; ``fhir`` is the national server."""

    register_name: Literal["none", "fhir"] = "none"


class LuxembourgSettings(Section):
    """How prescriptions are written on a server with the profiles of Luxembourg.

    ``header`` is what holds the lines of a prescription together; its profile is not
    published, so a ``care-plan`` is an assumption to be confirmed.
    """

    profiles: bool = False
    header: Literal["none", "care-plan"] = "none"
    base_of_profiles: HttpUrl | None = None

    @model_validator(mode="after")
    def _spoken(self) -> Self:
        if self.header != "none" and not self.profiles:
            raise ValueError("a `header` is read only with `profiles = true`")
        return self


class NationalSettings(Section):
    """The national infrastructure behind country A."""

    adapter: Literal["fhir-server"] = "fhir-server"
    base_url: HttpUrl
    token_file: SettingsPath | None = None
    tls_authorities: tuple[SettingsPath, ...] = ()
    connect_timeout_s: Seconds = 5.0
    read_timeout_s: Seconds = 30.0
    max_response_bytes: Bytes = 32 * MEBIBYTE
    summary_fallback: bool = False
    consent: ConsentSettings = ConsentSettings()
    patient_identifier: PatientIdentifierSettings
    identification: IdentificationSettings = IdentificationSettings()
    dispensations: DispensationSettings = DispensationSettings()
    luxembourg: LuxembourgSettings = LuxembourgSettings()

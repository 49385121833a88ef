"""The section of the settings about telling people who had access to their data.

Spec: GDPR Art. 15 / Regulation (EU) 2025/327 (EHDS) Art. 9 / sheet 06 §6.2.
"""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from ncp.settings.fhir_server import FhirServerSettings
from ncp.settings.section import Seconds, Section, Text


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        raise ValueError(
            "no time zone of this name is known, such as Europe/Luxembourg"
        ) from None
    return name


class AccessLogSettings(Section):
    """The national access log, which is told of accesses through the outbox.

    ``told``: of what went abroad and of each submission ("disclosures"), or of what was
    asked for in vain as well ("every-access"). ``server`` left out, it is the national
    server itself.
    """

    told: Literal["nothing", "disclosures", "every-access"] = "nothing"
    server: FhirServerSettings | None = None
    period_s: Seconds = 2.0
    tried_for_days: int = Field(default=365, ge=1, le=3_600)


class AccessesSettings(Section):
    """How people are told who had access to their data.

    ``name_professionals``: whether the report of a patient names persons, or only where
    they work and as what. ``time_zone`` is that of the report; ``contact`` is whom to
    write to about it.
    """

    time_zone: Annotated[str, AfterValidator(_time_zone)] = "Europe/Luxembourg"
    name_professionals: bool = True
    contact: Text | None = None
    national_log: AccessLogSettings = AccessLogSettings()

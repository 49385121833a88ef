"""The section of the settings about terminology.

Spec: eHDSI terminology services: a central server, a local copy, national additions.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ncp.settings.section import Seconds, Section, Text
from ncp.settings.types import HttpUrl, SettingsPath

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]


class CentralServerSettings(Section):
    """The central terminology server, from which releases are fetched."""

    url: HttpUrl
    user: Text
    password_file: SettingsPath
    tls_authorities: tuple[SettingsPath, ...] = ()
    page_size: int = Field(default=250, ge=1, le=10_000)
    timeout_s: Seconds = 60.0


class TerminologySettings(Section):
    """Where the catalogue is, into which languages, and what is done without a code.

    Without ``folder`` nothing is pivoted or translated, and every record says so.
    """

    folder: SettingsPath | None = None
    languages: tuple[Language, ...] = ()
    unmapped: Literal["null-flavor", "refuse"] = "null-flavor"
    central_server: CentralServerSettings | None = None

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if self.central_server is not None and self.folder is None:
            raise ValueError("`central_server` needs `folder`, where releases are kept")
        return self

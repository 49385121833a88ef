"""The section of the settings about audit repositories.

Spec: IHE ITI TF-2 3.20 (Record Audit Event) / sheet 06 §2.1, §2.2.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ncp.settings.section import Port, Seconds, Section, Text
from ncp.settings.types import SettingsPath


class AuditRepositorySettings(Section):
    """A repository that is told of every audit event, by syslog over TLS.

    ``authorities`` are PEM files: whoever issued its certificate, or that very one.
    ``proof`` says how it shows that it has read what it was sent: by the farewell that
    ends a TLS connection in order, or by silence of ``silence_s``.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,17}$")]
    host: Text
    port: Port = 6514
    authorities: tuple[SettingsPath, ...] = Field(min_length=1)
    form: Literal["dicom", "rfc-3881"] = "dicom"
    signed: bool = True
    proof: Literal["farewell", "silence"] = "farewell"
    silence_s: Seconds = 2.0
    timeout_s: Seconds = 10.0
    tried_for_days: int = Field(default=365, ge=1, le=3_600)

    @property
    def destination(self) -> str:
        """Its name in the outbox."""
        return f"audit-{self.name}"


class AuditSettings(Section):
    """Who is told of audit events, and as whom this node speaks.

    ``application`` stands in the header of every message.
    """

    application: Text = "lu-ncpeh"
    period_s: Seconds = 1.0
    repositories: tuple[AuditRepositorySettings, ...] = ()

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [each.name for each in self.repositories]
        if len(set(names)) != len(names):
            raise ValueError(
                "two [[audit.repositories]] have the same `name`: the outbox tells "
                "them apart by it"
            )
        return self

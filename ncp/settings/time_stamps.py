"""The settings of time stamps on the heads of the log.

Spec: RFC 3161 / sheet 06 §3.4 (one time stamp on a signed tree head).
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from ncp.settings.section import Seconds, Section, Text
from ncp.settings.types import HttpUrl, OidText, SettingsPath


class TimeStampSettings(Section):
    """An authority that stamps the newest head of the log.

    ``authorities`` are PEM files: at which the path of its certificate has to end.
    ``period_s``: how far apart stamps are, while records come. Without
    ``tls_authorities`` an https address is believed by those of the machine.
    """

    url: HttpUrl
    authorities: tuple[SettingsPath, ...] = Field(min_length=1)
    policy: OidText | None = None
    user: Text | None = None
    password_file: SettingsPath | None = None
    tls_authorities: tuple[SettingsPath, ...] = ()
    period_s: Seconds = 3600.0
    timeout_s: Seconds = 5.0

    @model_validator(mode="after")
    def _with_its_password(self) -> Self:
        if (self.user is None) is not (self.password_file is None):
            raise ValueError("`user` and `password_file` go together")
        return self

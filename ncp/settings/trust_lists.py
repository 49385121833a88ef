"""The sections of the settings about trust lists, and whom they vouch for.

Spec: ETSI TS 119 612 / fact sheet 02 §5.2.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ncp.settings.directory import LongSeconds, Network
from ncp.settings.section import Port, Seconds, Section, Text
from ncp.settings.trust_model import SubjectRuleTable
from ncp.settings.types import Country, HttpsUrl, SettingsPath


class TrustListSourceSettings(Section):
    """A list that is trusted from the start, by its signers, and followed.

    ``territories`` are the countries whose lists are fetched; left out, only the list
    itself is.
    """

    name: Text
    location: HttpsUrl
    signers: Annotated[tuple[SettingsPath, ...], Field(min_length=1)]
    territories: tuple[Country, ...] = ()


class TrustListsSettings(Section):
    """The trust lists that may vouch for authorities of peers.

    The last good copies are kept in ``folder``, so that an older list is not believed
    and a restart needs no network.
    """

    sources: tuple[TrustListSourceSettings, ...] = ()
    folder: SettingsPath | None = None
    refresh_s: LongSeconds = 21_600.0
    timeout_s: Seconds = 30.0
    tls_authorities: tuple[SettingsPath, ...] = ()
    ports: tuple[Port, ...] = (443,)
    networks: tuple[Network, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [each.name for each in self.sources]
        if len(set(names)) != len(names):
            raise ValueError("two `sources` have the same name: each needs its own")
        if self.sources and self.folder is None:
            raise ValueError("name a `folder` for the last good copies of the lists")
        return self


class ListedAuthoritySettings(Section):
    """Authorities that a trust list vouches for, and whom they vouch for in turn.

    A certificate is believed that one of them issued to exactly this subject, while the
    list says so. ``territory`` is whose list it is; left out, the peer's own.
    """

    purposes: tuple[Literal["tls-client", "tls-server", "seal"], ...] = Field(
        min_length=1
    )
    source: Text
    territory: Country | None = None
    service: Literal["CA/QC", "CA/PKC"] = "CA/QC"
    subject: SubjectRuleTable

"""The settings of a gateway, as one frozen tree.

Every section of the TOML file is a class here and every key a field; the file
``docs/reference/luxembourg.toml`` explains them one by one with Luxembourg's values.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ncp.settings.accesses import AccessesSettings
from ncp.settings.audit import AuditSettings
from ncp.settings.directory import DirectorySettings
from ncp.settings.dispensing import DispensingSettings
from ncp.settings.doors import DoorsSettings
from ncp.settings.figures import FiguresSettings
from ncp.settings.national import NationalSettings
from ncp.settings.peers import PeerSettings
from ncp.settings.people import OperatorSettings, ProfessionalSettings
from ncp.settings.prescriptions import PrescriptionsSettings
from ncp.settings.restraint import RestraintSettings
from ncp.settings.rules import RulesSettings
from ncp.settings.section import MEBIBYTE, Bytes, Seconds, Section, Text
from ncp.settings.terminology import Language, TerminologySettings
from ncp.settings.time_stamps import TimeStampSettings
from ncp.settings.trust_lists import TrustListsSettings
from ncp.settings.trust_model import (
    KeyPairSettings,
    RevocationSettings,
    RotationSettings,
    SealKeySettings,
)
from ncp.settings.types import (
    Country,
    HomeCommunity,
    OidText,
    SettingsPath,
)
from trust.certificates import Purpose, RevocationPolicy


class Environment(StrEnum):
    """Which world the gateway lives in; worlds never share keys or peers."""

    DEVELOPMENT = "development"
    INTEGRATION = "integration"
    PRE_PRODUCTION = "pre-production"
    PRODUCTION = "production"
    DEMO = "demo"


class Role(StrEnum):
    """Which side of the border the gateway plays."""

    A = "A"  # country of affiliation: answers
    B = "B"  # country of treatment: asks


class GatewaySettings(Section):
    """Who this gateway is."""

    country: Country
    country_name: Text
    organization: Text
    roles: tuple[Role, ...] = Field(min_length=1)
    home_community_id: HomeCommunity
    repository_unique_id: OidText
    environment: Environment
    languages: tuple[Language, ...] = Field(min_length=1)
    audit_source: Text

    @property
    def is_production(self) -> bool:
        """Whether the rules of production hold."""
        return self.environment is Environment.PRODUCTION


class KeySettings(Section):
    """The gateway's keys and secrets; every secret lives in a file of its own."""

    tls_server: KeyPairSettings
    tls_client: KeyPairSettings
    seal: SealKeySettings
    document_id_secret_file: SettingsPath
    data_key_file: SettingsPath
    retired_data_key_files: tuple[SettingsPath, ...] = ()


class StoreSettings(Section):
    """Where the records are kept."""

    url: Annotated[str, Field(pattern=r"^(sqlite:///|postgresql\+psycopg://)")]


class RecordSettings(Section):
    """The log over all records: how often it is carried on and signed.

    ``heads_folder`` receives every signed head, to be carried elsewhere;
    ``time_stamps`` is who stamps the heads.
    """

    sequence_s: Seconds = 1.0
    head_s: Seconds = 60.0
    heads_folder: SettingsPath | None = None
    time_stamps: TimeStampSettings | None = None


class DocumentsSettings(Section):
    """In which forms documents leave, and what may be inside those that come."""

    summary_as_pdf: bool = True
    literal_image_types: bool = False
    most_bytes: Bytes = 10 * MEBIBYTE
    most_image_bytes: Bytes = 20 * MEBIBYTE
    active_content_from_abroad: Literal["strip", "refuse"] = "strip"
    inspect_in_child: bool = True


class AssertionSettings(Section):
    """How assertions are judged and how long ours live."""

    skew_s: Annotated[float, Field(ge=0, le=300)] = 60.0
    hcp_lifetime_s: Annotated[float, Field(gt=0, le=14_400)] = 14_400.0
    trc_lifetime_s: Annotated[float, Field(gt=0, le=7_200)] = 7_200.0
    nok_lifetime_s: Annotated[float, Field(gt=0, le=14_400)] = 7_200.0
    accept_absent_audience: bool = True
    require_trc_within_hcp: bool = False
    require_issuer_country: bool = True
    accepted_authentication: tuple[Text, ...] | None = None
    accept_next_of_kin: bool = False
    accept_old_forms: bool = False


class StsSettings(Section):
    """The token service: who vouches for whom it serves, and how often it serves."""

    soap: bool = True
    identity_providers: tuple[SettingsPath, ...] = ()
    most_per_professional: int = Field(default=120, ge=1, le=100_000)
    window_s: Seconds = 3_600.0


class ExchangeSettings(Section):
    """Keeps every message in a private folder; for tests and demonstrations."""

    folder: SettingsPath | None = None
    allow_in_production: bool = False


class DemoSettings(Section):
    """What only a demonstration may do."""

    allow_missing_mandatory: bool = False


class TelemetrySettings(Section):
    """How much the log says, and in what form."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    form: Literal["json", "console"] = "json"


class Settings(BaseSettings):
    """Everything a gateway needs to know before it opens its doors."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="NCP_",
        env_nested_delimiter="__",
    )

    gateway: GatewaySettings
    keys: KeySettings
    doors: DoorsSettings = DoorsSettings()
    revocation: RevocationSettings = RevocationSettings()
    rotation: RotationSettings = RotationSettings()
    store: StoreSettings
    record: RecordSettings = RecordSettings()
    audit: AuditSettings = AuditSettings()
    accesses: AccessesSettings = AccessesSettings()
    national: NationalSettings | None = None
    dispensing: DispensingSettings = DispensingSettings()
    documents: DocumentsSettings = DocumentsSettings()
    prescriptions: PrescriptionsSettings = PrescriptionsSettings()
    restraint: RestraintSettings = RestraintSettings()
    figures: FiguresSettings = FiguresSettings()
    assertions: AssertionSettings = AssertionSettings()
    directory: DirectorySettings = DirectorySettings()
    trust_lists: TrustListsSettings = TrustListsSettings()
    sts: StsSettings = StsSettings()
    terminology: TerminologySettings = TerminologySettings()
    rules: RulesSettings = RulesSettings()
    exchange: ExchangeSettings = ExchangeSettings()
    demo: DemoSettings = DemoSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    peers: tuple[PeerSettings, ...] = ()
    professionals: tuple[ProfessionalSettings, ...] = ()
    operators: tuple[OperatorSettings, ...] = ()

    def revocation_policy(self, purpose: Purpose) -> RevocationPolicy:
        """Return what holds where revocation cannot be established."""
        stated = self.revocation.stated(purpose)
        if stated is not None:
            return stated
        is_strict = self.gateway.environment in {
            Environment.PRODUCTION,
            Environment.PRE_PRODUCTION,
        }
        return RevocationPolicy.DENY if is_strict else RevocationPolicy.OFF

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the base class's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment stand above the file, and nothing else exist."""
        return env_settings, init_settings

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        if Role.A in self.gateway.roles and self.national is None:
            raise ValueError(
                "role A answers from the national infrastructure: add a [national] "
                "section or take A out of gateway.roles"
            )
        if Role.A not in self.gateway.roles and (
            self.accesses.national_log.told != "nothing"
        ):
            raise ValueError(
                "`accesses.national_log` tells of this country's patients, whom only "
                'role A answers for: set `told = "nothing"`'
            )
        if not self.directory.is_used and any(p.from_directory for p in self.peers):
            raise ValueError(
                "one of the [[peers]] is `from_directory`: name `zone` or `smp_url` in "
                "[directory]"
            )
        self._check_listed()
        countries = [peer.country for peer in self.peers]
        if len(set(countries)) != len(countries):
            raise ValueError(
                "two [[peers]] have the same country: keep one section per country"
            )
        if self.gateway.country in countries:
            raise ValueError(
                "one of the [[peers]] is this gateway's own country: remove it"
            )
        return self

    def _check_listed(self) -> None:
        known = {each.name for each in self.trust_lists.sources}
        for peer in self.peers:
            for listed in peer.listed_authorities:
                if listed.source not in known:
                    raise ValueError(
                        f"`listed_authorities` of {peer.country} names the source "
                        f"{listed.source!r}, which is not in [trust_lists]"
                    )

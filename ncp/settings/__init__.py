"""The settings of a gateway: one typed TOML file, validated before a door opens."""

from ncp.settings.doors import (
    DoorsSettings,
    InternationalDoorSettings,
    LoopbackDoorSettings,
)
from ncp.settings.finding import Finding, Severity
from ncp.settings.inspection import has_stop, inspect
from ncp.settings.load import SettingsError, load_settings, read_settings
from ncp.settings.model import (
    AssertionSettings,
    DemoSettings,
    Environment,
    ExchangeSettings,
    GatewaySettings,
    KeySettings,
    Role,
    Settings,
    StoreSettings,
    TelemetrySettings,
)
from ncp.settings.national import NationalSettings
from ncp.settings.peers import PeerSettings
from ncp.settings.people import OperatorSettings, ProfessionalSettings
from ncp.settings.secrets import read_secret, read_text_secret
from ncp.settings.trust_model import (
    CrossCheckSettings,
    KeyPairSettings,
    PeerAuthoritySettings,
    RevocationSettings,
    RotationSettings,
    SealKeySettings,
    TokenSettings,
)

__all__ = [
    "AssertionSettings",
    "CrossCheckSettings",
    "DemoSettings",
    "DoorsSettings",
    "Environment",
    "ExchangeSettings",
    "Finding",
    "GatewaySettings",
    "InternationalDoorSettings",
    "KeyPairSettings",
    "KeySettings",
    "LoopbackDoorSettings",
    "NationalSettings",
    "OperatorSettings",
    "PeerAuthoritySettings",
    "PeerSettings",
    "ProfessionalSettings",
    "RevocationSettings",
    "Role",
    "RotationSettings",
    "SealKeySettings",
    "Settings",
    "SettingsError",
    "Severity",
    "StoreSettings",
    "TelemetrySettings",
    "TokenSettings",
    "has_stop",
    "inspect",
    "load_settings",
    "read_secret",
    "read_settings",
    "read_text_secret",
]

"""The settings of a gateway: one typed TOML file, validated before a door opens."""

from ncp.settings.finding import Finding, Severity
from ncp.settings.inspection import has_stop, inspect
from ncp.settings.load import SettingsError, load_settings, read_settings
from ncp.settings.model import (
    AssertionSettings,
    DemoSettings,
    DoorsSettings,
    Environment,
    ExchangeSettings,
    GatewaySettings,
    InternationalDoorSettings,
    KeyPairSettings,
    KeySettings,
    LoopbackDoorSettings,
    NationalSettings,
    OperatorSettings,
    PeerSettings,
    ProfessionalSettings,
    Role,
    Settings,
    StoreSettings,
    TelemetrySettings,
)
from ncp.settings.secrets import read_key_pair, read_secret, read_text_secret

__all__ = [
    "AssertionSettings",
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
    "PeerSettings",
    "ProfessionalSettings",
    "Role",
    "Settings",
    "SettingsError",
    "Severity",
    "StoreSettings",
    "TelemetrySettings",
    "has_stop",
    "inspect",
    "load_settings",
    "read_key_pair",
    "read_secret",
    "read_settings",
    "read_text_secret",
]

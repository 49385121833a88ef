"""The doors: where they are, who serves them, how much and how long they bear."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ncp.settings.section import MEBIBYTE, Bytes, Port, Seconds, Section, Text
from ncp.settings.types import IpAddress, LoopbackHost, SettingsPath


class ProxySettings(Section):
    """A proxy that ends TLS and hands the certificate on as ``Client-Cert``."""

    addresses: tuple[IpAddress, ...] = Field(min_length=1)


class InternationalDoorSettings(Section):
    """The door to the other countries."""

    host: Text = "0.0.0.0"  # noqa: S104 - the door to the other countries
    port: Port = 8443
    path_prefix: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._-]+)*$")] = ""
    max_body_bytes: Bytes = 20 * MEBIBYTE
    max_connections: int = Field(default=512, ge=1)
    handshake_timeout_s: Seconds = 10.0
    header_timeout_s: Seconds = 20.0
    body_timeout_s: Seconds = 60.0
    keep_alive_timeout_s: Seconds = 75.0
    threads: int = Field(default=4, ge=1, le=256)
    tls_authorities: tuple[SettingsPath, ...] = ()
    proxy: ProxySettings | None = None


class LoopbackDoorSettings(Section):
    """A door for the same machine: plain HTTP, loopback, tokens."""

    host: LoopbackHost = "127.0.0.1"
    port: Port
    max_body_bytes: Bytes = MEBIBYTE
    body_timeout_s: Seconds = 30.0


class NationalDoorSettings(LoopbackDoorSettings):
    """The door for the country's own software."""

    port: Port = 8080


class OperationsDoorSettings(LoopbackDoorSettings):
    """The door for operators: health and metrics."""

    port: Port = 8081


class DoorsSettings(Section):
    """The three doors, what processes serve them, how long a stop may take."""

    international: InternationalDoorSettings = InternationalDoorSettings()
    national: NationalDoorSettings = NationalDoorSettings()
    operations: OperationsDoorSettings = OperationsDoorSettings()
    workers: int = Field(default=1, ge=1, le=64)
    own_cores: bool = False
    stop_timeout_s: Seconds = 30.0

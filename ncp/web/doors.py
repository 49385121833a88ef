"""The doors of a gateway: one process, one loop, stopped together.

Spec: ARCHITECTURE "Three doors".
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ncp.web.tls import OnRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True)
class TlsDoor:
    """How a door ends TLS; ``on_refused`` is told each handshake that failed."""

    context: ssl.SSLContext
    on_refused: OnRefused
    handshake_timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Door:
    """One address with one application behind it.

    Attributes
    ----------
    port
        0 takes any free port; the ready file tells which.
    tls
        None for plain HTTP: loopback doors, or a door behind a proxy.
    """

    name: str
    app: ASGIApp
    host: str
    port: int
    tls: TlsDoor | None = None
    max_connections: int = 512
    header_timeout_s: float = 20.0
    keep_alive_timeout_s: float = 75.0

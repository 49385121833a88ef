"""Serves a simulated country A until it is interrupted."""

from __future__ import annotations

import json
import signal
import ssl
import threading
from pathlib import Path

import typer

from conformance.simulators import pki
from conformance.simulators.country_a import CountryA
from conformance.simulators.dialect import MANNERS
from conformance.simulators.exchange import Exchange
from conformance.simulators.profile import Profile, ProfileError
from conformance.simulators.recording import Recording
from conformance.simulators.server import SimulatorServer
from conformance.simulators.tls import server_context


def serve_country_a(
    profile: Profile,
    *,
    host: str,
    port: int,
    slow_s: float,
    record: Path | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C; the first line says where, as JSON.

    Raises
    ------
    ProfileError
        A certificate cannot be read, or the port is taken.
    """
    country = CountryA(profile.dialect, profile.origin, profile.patient_root, _tell)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        answer = (
            Recording(record).answering(country.answer) if record else country.answer
        )
        server = SimulatorServer(
            answer,
            _context(profile),
            host=host,
            port=port,
            slow_s=slow_s,
            chunked=MANNERS[profile.dialect].is_chunked,
        )
    except OSError as error:
        raise ProfileError(f"{profile.country} cannot serve: {error}") from None
    server.start()
    typer.echo(json.dumps({"url": server.url, "dialect": profile.dialect}))
    stop.wait()
    server.close()


def _context(profile: Profile) -> ssl.SSLContext:
    own = pki.key_files(profile.keys, pki.TLS_SERVER)
    return server_context(own, profile.gateway.trust)


def _tell(exchange: Exchange) -> None:
    typer.echo(str(exchange))

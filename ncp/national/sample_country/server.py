"""Runs the sample country on a port of the loopback, as a process or in a thread."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from ncp.errors import ConfigurationError
from ncp.national.sample_country.app import BASE_PATH, create_app
from ncp.national.sample_country.folder import SampleData, read_folder

LOOPBACK = "127.0.0.1"
_START_TIMEOUT_S = 10.0


class _AnnouncingServer(uvicorn.Server):
    """Tells when it listens; uvicorn itself only logs it."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server in a thread; ``stop`` ends it and waits."""

    url: str
    _server: uvicorn.Server
    _thread: threading.Thread

    def stop(self) -> None:
        """End the server and wait until its thread is gone."""
        self._server.should_exit = True
        self._thread.join(_START_TIMEOUT_S)


def serve(
    folder: Path,
    *,
    host: str = LOOPBACK,
    port: int = 0,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve ``folder`` until the process is told to stop.

    One line of JSON is announced when it listens: the base URL, what is served, and
    which files were left out and why.
    """
    data = read_folder(folder)
    listener = _listen(host, port)
    line = json.dumps(_summary(data, _base_url(listener)), ensure_ascii=False)
    server = _AnnouncingServer(_config(create_app(data)), lambda: announce(line))
    with listener:
        server.run(sockets=[listener])


def start(app: Starlette, *, host: str = LOOPBACK, port: int = 0) -> RunningServer:
    """Run ``app`` in a thread of this process; return when it listens."""
    listener = _listen(host, port)
    listening = threading.Event()
    server = _AnnouncingServer(_config(app), listening.set)
    thread = threading.Thread(
        target=_run, args=(server, listener), name="sample-country", daemon=True
    )
    thread.start()
    if not listening.wait(_START_TIMEOUT_S):
        server.should_exit = True
        raise ConfigurationError(
            "the sample country did not start in time", "Look for its error above."
        )
    return RunningServer(_base_url(listener), server, thread)


def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    with listener:
        server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise ConfigurationError(
            f"the sample country cannot listen on port {port}",
            "Choose a free port, or 0 for any.",
        ) from error


def _base_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}{BASE_PATH}"


def _config(app: Starlette) -> uvicorn.Config:
    # No access log: it would repeat what a URL or a form says. No logging set-up of its
    # own either: that would let what libraries say pass our withholding handler.
    return uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        log_level="warning",
        lifespan="off",
        ws="none",
    )


def _summary(data: SampleData, url: str) -> dict[str, object]:
    return {
        "url": url,
        "patients": len(data.patients),
        "documents": len(data.documents),
        "consents": len(data.consents),
        "prescriptions": sum(1 for _ in data.prescribed.of_type("MedicationRequest")),
        "left_out": data.left_out,
    }

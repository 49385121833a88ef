"""An HTTP server on loopback, for as long as a test needs it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import TypeVar

LOOPBACK = ("127.0.0.1", 0)
_Server = TypeVar("_Server", bound=ThreadingHTTPServer)


@contextmanager
def serving(
    server: _Server, context: ssl.SSLContext | None = None
) -> Iterator[_Server]:
    """Serve in a thread of its own; with a context, over TLS."""
    if context is not None:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

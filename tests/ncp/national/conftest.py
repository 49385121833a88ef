"""Servers on the loopback for the tests of the national side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ncp.national.fake_server import FakeServer, running


@pytest.fixture(scope="session")
def running_server() -> Iterator[FakeServer]:
    with running() as fake:
        yield fake


@pytest.fixture
def server(running_server: FakeServer) -> FakeServer:
    running_server.reset()
    return running_server

from __future__ import annotations

import pytest

from ncp.web.doors import Door
from ncp.web.national import national_app
from ncp.web.tokens import TokenRing
from tests.ncp.web.national.scene import ANA, RUI, TOKEN, Gateway
from tests.ncp.web.running import running


@pytest.fixture(scope="session")
def _gateway() -> Gateway:
    return Gateway()


@pytest.fixture
def gateway(_gateway) -> Gateway:
    _gateway.asked.clear()
    _gateway.error = None
    return _gateway


@pytest.fixture(scope="session")
def port(_gateway):
    app = national_app(
        _gateway,
        TokenRing([(TOKEN, ANA), ("u" * 40, RUI)]),
        max_body_bytes=5_000,
        body_timeout_s=2,
    )
    with running(Door("national", app, "127.0.0.1", 0)) as doors:
        yield doors.port("national")

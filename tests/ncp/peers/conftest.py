from __future__ import annotations

import pytest

from tests.ncp.web.pki import Pki, make_pki


@pytest.fixture(scope="session")
def pki(tmp_path_factory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("edge-pki"))

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ncp.demo.pki import CountryPki, make_pki
from trust.identifiers import CountryCode


@pytest.fixture(scope="session")
def luxembourg(tmp_path_factory) -> CountryPki:
    folder = tmp_path_factory.mktemp("repository-pki")
    (pki,) = make_pki(folder, [CountryCode("LU")], datetime.now(UTC))
    return pki

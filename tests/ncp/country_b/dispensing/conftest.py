from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ncp.country_b.dispensing.scene import PharmacyScene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[PharmacyScene]:
    scene = PharmacyScene(tmp_path)
    yield scene
    scene.close()

import pytest

from tests.transformations.terminology.catalogue.samples import build


@pytest.fixture
def release(tmp_path):
    return build(tmp_path / "release.sqlite")

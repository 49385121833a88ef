"""Registry objects as all transactions share them."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncp.ihe.ebxml import derived_urn


@pytest.mark.spec("RFC 9562 5.5")
@given(st.uuids(), st.text(st.characters(exclude_categories=("Cs",))))
def test_an_id_that_follows_from_an_entry_is_a_uuid_of_version_5(
    entry: uuid.UUID, name: str
) -> None:
    assert derived_urn(entry, name) == uuid.uuid5(entry, name).urn

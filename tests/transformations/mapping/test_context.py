"""What every term shares: ids by name."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformations.mapping.context import uuid_of_name


@pytest.mark.spec("RFC 4122 4.3")
@given(st.uuids(), st.text())
def test_the_id_of_a_name_is_that_of_the_library(namespace, name):
    assert uuid_of_name(namespace, name) == str(uuid.uuid5(namespace, name))

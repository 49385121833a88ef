from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncp.store.keyed_digest import KeyedDigest


@pytest.mark.spec("RFC 2104 2")
@given(st.binary(max_size=64), st.text())
def test_a_digest_is_the_hmac_of_the_standard_library(key, text):
    digest = KeyedDigest(key)
    for _ in range(2):
        expected = hmac.digest(key, text.encode(), hashlib.sha256).hex()
        assert digest.hex(text) == expected


def test_a_key_longer_than_a_block_is_refused_and_none_is_shown():
    with pytest.raises(ValueError, match="65 bytes"):
        KeyedDigest(b"k" * 65)
    assert "6b" not in repr(KeyedDigest(b"k" * 32))

from __future__ import annotations

import pytest

from ncp.errors import ConfigurationError
from ncp.store import DataKey, StoreUnavailable
from ncp.store.sealing import KeyRing, Place

KEY, OTHER = DataKey(b"k" * 32), DataKey(b"o" * 32)
HERE = Place("treatments", "row-1")


def test_a_sealed_value_opens_where_it_was_sealed():
    keys = KeyRing(KEY)
    sealed = keys.seal(HERE, "patient", b"CANARY")
    assert b"CANARY" not in sealed
    assert keys.unseal(HERE, "patient", KEY.id, sealed) == b"CANARY"


@pytest.mark.spec("NIST SP 800-38D 7")
@pytest.mark.parametrize(
    ("place", "column"),
    [
        (Place("treatments", "row-2"), "patient"),
        (Place("treatments", "row-1"), "professional_id"),
        (Place("issued_documents", "row-1"), "patient"),
    ],
)
def test_a_sealed_value_opens_in_no_other_row_column_or_table(place, column):
    keys = KeyRing(KEY)
    sealed = keys.seal(HERE, "patient", b"CANARY")
    with pytest.raises(StoreUnavailable, match="is not what was written there"):
        keys.unseal(place, column, KEY.id, sealed)


@pytest.mark.parametrize("position", [0, 11, 12, -1])
def test_a_changed_byte_is_found(position):
    keys = KeyRing(KEY)
    sealed = bytearray(keys.seal(HERE, "patient", b"CANARY"))
    sealed[position] ^= 1
    with pytest.raises(StoreUnavailable):
        keys.unseal(HERE, "patient", KEY.id, bytes(sealed))


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_a_value_cut_short_is_found(length):
    keys = KeyRing(KEY)
    sealed = keys.seal(HERE, "patient", b"CANARY")[:length]
    with pytest.raises(StoreUnavailable):
        keys.unseal(HERE, "patient", KEY.id, sealed)


def test_an_unknown_key_is_named_with_a_remedy():
    sealed = KeyRing(OTHER).seal(HERE, "patient", b"CANARY")
    with pytest.raises(ConfigurationError, match=OTHER.id) as caught:
        KeyRing(KEY).unseal(HERE, "patient", OTHER.id, sealed)
    assert "retired" in caught.value.remedy


def test_a_retired_key_still_opens_and_no_longer_seals():
    sealed = KeyRing(OTHER).seal(HERE, "patient", b"CANARY")
    keys = KeyRing(KEY, [OTHER])
    assert keys.unseal(HERE, "patient", OTHER.id, sealed) == b"CANARY"
    assert keys.current_id == KEY.id

"""Encrypted columns: what is sealed for one place opens in no other.

A sealed value is bound to its table, its column and its row; copied elsewhere in the
database it does not open.

Spec: NIST SP 800-38D §7 (additional authenticated data).
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from ncp.errors import ConfigurationError
from ncp.store.data_key import DataKey
from ncp.store.errors import StoreUnavailable
from trust.identifiers import PatientId


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands."""

    table: str
    row_id: str

    def context(self, column: str) -> bytes:
        """Return the bytes that bind a value to this place.

        No table, column or row id holds the separator.
        """
        return f"{self.table}\x1f{column}\x1f{self.row_id}".encode()


class KeyRing:
    """The key in use and those that older rows may still need."""

    def __init__(self, current: DataKey, retired: Sequence[DataKey] = ()) -> None:
        self._current = current
        self._keys = {key.id: key for key in (*retired, current)}
        olds = [key for key in self._keys.values() if key is not current]
        self._current_last = (*olds, current)

    @property
    def current_id(self) -> str:
        """The id to write beside what is sealed now."""
        return self._current.id

    def seal(self, place: Place, column: str, clear: bytes) -> bytes:
        """Encrypt a value for its place, under the current key."""
        return self._current.encrypt(clear, place.context(column))

    def seal_optional(
        self, place: Place, column: str, clear: bytes | None
    ) -> bytes | None:
        """Encrypt a value that may be absent."""
        return None if clear is None else self.seal(place, column, clear)

    def unseal(self, place: Place, column: str, key_id: str, sealed: bytes) -> bytes:
        """Decrypt a value that stands at ``place``.

        Raises
        ------
        ConfigurationError
            The key it was sealed under is not configured.
        StoreUnavailable
            It is not what was written there.
        """
        key = self.key_of(place.table, key_id)
        try:
            return key.decrypt(sealed, place.context(column))
        except (InvalidTag, ValueError):
            raise StoreUnavailable(
                f"a value in {place.table}.{column} is not what was written there",
                "restore the database from a backup and find out who changed it",
            ) from None

    def key_of(self, table: str, key_id: str) -> DataKey:
        """Return the key of a row, or raise ConfigurationError where it is not ours."""
        key = self._keys.get(key_id)
        if key is None:
            raise ConfigurationError(
                f"a row of {table} was encrypted under data key {key_id!r},"
                " which is not configured",
                "name the file of that key in keys.data_key_file, or in "
                "keys.retired_data_key_files where another is in use now",
            )
        return key

    def unseal_optional(
        self, place: Place, column: str, key_id: str, sealed: bytes | None
    ) -> bytes | None:
        """Decrypt a value that may be absent."""
        return None if sealed is None else self.unseal(place, column, key_id, sealed)

    def row_mac(self, content_hash: str) -> str:
        """Return what shows that we wrote a row of this content."""
        return self._current.row_mac(content_hash)

    def has(self, key_id: str) -> bool:
        """Whether a key of this id is configured."""
        return key_id in self._keys

    def is_row_mac(self, key_id: str, content_hash: str, mac: str) -> bool:
        """Whether the holder of a key of ours wrote a row of this content."""
        key = self._keys.get(key_id)
        if key is None or not mac.isascii():
            return False
        return hmac.compare_digest(key.row_mac(content_hash), mac)

    def pseudonym(self, patient: PatientId) -> str:
        """Return the searchable name of a patient under the current key."""
        return self._current.pseudonym(patient)

    def pseudonyms(self, patient: PatientId) -> list[str]:
        """Return the searchable names of a patient under every key."""
        return [key.pseudonym(patient) for key in self._keys.values()]

    def names_of_professional(self, identifier: str) -> list[str]:
        """Return the names of a professional under every key, the current one last."""
        return [key.name_of_professional(identifier) for key in self._current_last]

    def name_of(self, thing: str) -> str:
        """Return the name of a thing under the current key."""
        return self._current.name_of(thing)

    def names_of(self, thing: str) -> list[str]:
        """Return the names of a thing under every key, the current one last."""
        return [key.name_of(thing) for key in self._current_last]

"""The tree over the log: one root that changes when any record does.

A leaf is hashed with a leading 0, a node with a leading 1, and a tree of n leaves is
split at the largest power of two below n. Whoever keeps a root can tell, for ever, that
the log it was made of is still the beginning of the log of now.

Spec: RFC 6962 §2.1 (tree hash), §2.1.1 (audit path), §2.1.2 (consistency) / RFC 9162
§2.1.3.2, §2.1.4.2 (how both are verified).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry as a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def entry_leaf(source: str, sequence: int, delete_after: int, digest: str) -> bytes:
    """Return the leaf of a log entry: table, place, end of its time, content hash.

    It can be made from the entry alone, so that the tree outlives the records.
    """
    return leaf_hash(f"{source}\x1f{sequence}\x1f{delete_after}\x1f{digest}".encode())


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into the one above them."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The tree as far as appending needs it: one root for each bit of its size.

    Appending costs two hashes on average, however long the log is.
    """

    __slots__ = ("_roots", "size")

    def __init__(self, size: int = 0, roots: Sequence[bytes] = ()) -> None:
        if len(roots) != size.bit_count() or any(len(r) != HASH_BYTES for r in roots):
            raise ValueError("these are not the roots of a tree of that size")
        self.size = size
        self._roots = list(roots)

    def __repr__(self) -> str:
        return f"<Frontier of {self.size} leaves>"

    @classmethod
    def from_bytes(cls, size: int, roots: bytes) -> Frontier:
        """Read what :meth:`to_bytes` wrote.

        Raises
        ------
        ValueError
            These are not the roots of a tree of that size.
        """
        parts = [roots[at : at + HASH_BYTES] for at in range(0, len(roots), HASH_BYTES)]
        return cls(size, parts)

    def to_bytes(self) -> bytes:
        """Return the roots, the largest subtree first."""
        return b"".join(self._roots)

    def append(self, leaf: bytes) -> None:
        """Add the hash of one more leaf."""
        roots = self._roots
        full, carried = self.size, leaf
        while full & 1:
            carried = node_hash(roots.pop(), carried)
            full >>= 1
        roots.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the whole tree."""
        if not self._roots:
            return EMPTY_ROOT
        above = self._roots[-1]
        for root in self._roots[-2::-1]:
            above = node_hash(root, above)
        return above


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return what proves that a leaf is in the tree: its siblings, the lowest first.

    Raises
    ------
    ValueError
        There is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise ValueError("the tree has no such leaf")
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    left, right = leaves[:half], leaves[half:]
    if index < half:
        return [*inclusion_proof(index, left), tree_root(right)]
    return [*inclusion_proof(index - half, right), tree_root(left)]


def proves_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether a proof shows that a leaf stands at an index of the tree of a root."""
    if not 0 <= index < size:
        return False
    node, last, here = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            here = node_hash(sibling, here)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            here = node_hash(here, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and here == root


def consistency_proof(old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return what proves that the first leaves have not changed since.

    Raises
    ------
    ValueError
        The log was never that long, or nothing was in it.
    """
    if not 0 < old_size <= len(leaves):
        raise ValueError("the log was never that long")
    return _subproof(old_size, leaves, is_whole=True)


def _subproof(old: int, leaves: Sequence[bytes], *, is_whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if is_whole else [tree_root(leaves)]
    half = _split(len(leaves))
    left, right = leaves[:half], leaves[half:]
    if old <= half:
        return [*_subproof(old, left, is_whole=is_whole), tree_root(right)]
    return [*_subproof(old - half, right, is_whole=False), tree_root(left)]


def proves_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a proof shows that one tree grew out of an earlier one."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    path = list(proof)
    if old_size.bit_count() == 1:
        path.insert(0, old_root)
    if not path:
        return False
    return _climb(old_size, size, path) == (old_root, root)


def _climb(old_size: int, size: int, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """Return both roots that a path leads to; None where it is too long or short."""
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return (old, new) if last == 0 else None


def _split(size: int) -> int:
    """Return the largest power of two below the size."""
    return 1 << ((size - 1).bit_length() - 1)

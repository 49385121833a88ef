from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncp.evidence import merkle
from ncp.evidence.merkle import Frontier, leaf_hash, tree_root

# The leaves that implementations of RFC 6962 test themselves with.
ENTRIES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [leaf_hash(each) for each in ENTRIES]

sizes = st.integers(min_value=1, max_value=70)


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(size)]


@pytest.mark.spec("RFC 6962 2.1")
def test_the_roots_are_those_that_others_compute():
    assert tree_root([]).hex() == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    assert tree_root(LEAVES[:3]).hex() == (
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    )
    assert tree_root(LEAVES).hex() == (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )


@given(sizes)
def test_a_frontier_that_was_kept_carries_on_where_it_stopped(size):
    frontier = Frontier()
    for leaf in leaves_of(size):
        frontier.append(leaf)
        frontier = Frontier.from_bytes(frontier.size, frontier.to_bytes())
    assert frontier.root() == tree_root(leaves_of(size))


@pytest.mark.parametrize("roots", [b"", b"x" * 32, b"x" * 95])
def test_a_frontier_of_another_size_is_refused(roots):
    with pytest.raises(ValueError, match="roots of a tree"):
        Frontier.from_bytes(3, roots)


@pytest.mark.spec("RFC 6962 2.1.1")
@given(sizes, st.data())
def test_every_leaf_can_be_proved_and_no_other_in_its_place(size, data):
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, leaves)
    root = tree_root(leaves)
    assert merkle.proves_inclusion(leaves[index], index, size, proof, root)
    stranger = leaf_hash(b"stranger")
    assert not merkle.proves_inclusion(stranger, index, size, proof, root)
    assert not merkle.proves_inclusion(leaves[index], index, size, proof, stranger)
    assert not merkle.proves_inclusion(leaves[index], size, size, proof, root)
    other = data.draw(st.integers(0, size - 1))
    holds = merkle.proves_inclusion(leaves[index], other, size, proof, root)
    assert holds is (other == index)
    longer = [*proof, stranger]
    assert not merkle.proves_inclusion(leaves[index], index, size, longer, root)
    if proof:
        shorter = proof[:-1]
        assert not merkle.proves_inclusion(leaves[index], index, size, shorter, root)


@pytest.mark.spec("RFC 6962 2.1.2")
@given(sizes, st.data())
def test_growth_can_be_proved_and_a_changed_past_not(size, data):
    leaves = leaves_of(size)
    old = data.draw(st.integers(1, size))
    proof = merkle.consistency_proof(old, leaves)
    old_root, root = tree_root(leaves[:old]), tree_root(leaves)
    assert merkle.proves_consistency(old, old_root, size, root, proof)
    stranger = leaf_hash(b"stranger")
    assert not merkle.proves_consistency(old, stranger, size, root, proof)
    assert not merkle.proves_consistency(old, old_root, size, stranger, proof)
    changed = data.draw(st.integers(0, old - 1))
    forged = [*leaves[:changed], stranger, *leaves[changed + 1 :]]
    forged_proof = merkle.consistency_proof(old, forged)
    assert not merkle.proves_consistency(
        old, old_root, size, tree_root(forged), forged_proof
    )


@pytest.mark.parametrize(("old", "size"), [(0, 3), (4, 3)])
def test_nothing_is_proved_of_a_log_that_never_was(old, size):
    with pytest.raises(ValueError, match="never that long"):
        merkle.consistency_proof(old, leaves_of(size))
    assert not merkle.proves_consistency(old, b"", size, b"", [])


def test_there_is_no_proof_of_a_leaf_that_is_not_there():
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_proof(3, leaves_of(3))

"""The catalogue is whole: no row without attack, no attack without row."""

from __future__ import annotations

import re

import pytest

from conformance.attacks import Family, Transaction, attacks, groups, rows

KIT_ID = re.compile(r"(SA|SO|TL|DQ)-\d{3}")


@pytest.mark.spec("fact sheet 02 7.2")
def test_every_row_is_attacked_or_says_why_not():
    attacked = {row for attack in attacks().values() for row in attack.rows}
    waiting = {row.id for row in rows().values() if row.not_yet}
    assert attacked | waiting == set(rows())
    assert attacked & waiting == set()


def test_the_rows_are_those_of_the_catalogue():
    numbered = [name for name in rows() if "." not in name]
    assert numbered == [*map(str, range(1, 6)), "5a", *map(str, range(6, 41))]
    listed = [name for name in rows() if "." in name]
    parts = {name[:5] for name in listed}
    assert parts == {"6.3.1", "6.3.2", "6.3.3", "6.3.6"}


def test_directories_tokens_and_lists_wait_and_nothing_else():
    waiting = [row.id for row in rows().values() if row.not_yet]
    of_message = {"6.3.1-renegotiation", "39"}
    assert set(waiting) - of_message == {str(number) for number in range(30, 39)}


@pytest.mark.spec("fact sheet 02 7.2 rows 1 to 5a")
def test_every_variant_of_wrapping_is_there_for_both_assertions():
    for number in range(1, 9):
        assert attacks()[f"xsw-{number}"].on == tuple(Transaction)
        assert f"trc-xsw-{number}" in attacks()


def test_every_attack_says_what_it_is():
    for group in groups():
        assert group.title.endswith(".")
    for attack in attacks().values():
        assert attack.breaks.endswith(".")
        assert attack.title
        assert attack.source
        assert attack.on
        assert attack.kit is None or KIT_ID.fullmatch(attack.kit)


def test_titles_differ():
    titles = [attack.title for attack in attacks().values()]
    assert len(set(titles)) == len(titles)


def test_some_messages_only_look_hostile():
    served = [each for each in attacks().values() if each.family is Family.SERVED]
    assert len(served) > 20
    assert all(not each.is_refused for each in served)

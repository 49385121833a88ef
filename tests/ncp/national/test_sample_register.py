"""The sample register: each order once, the first result again, and over a restart."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from ncp.errors import ConfigurationError, Refusal
from ncp.national.dispensations import (
    DispensationOperation,
    DispensationOrder,
    Dispenser,
)
from ncp.national.sample_register import SampleRegister
from tests.ncp.country_a.scene import DENMARK, EVA, NOW, record_of
from tests.ncp.country_a.submissions import (
    DISPENSATION,
    OTHER_PRESCRIPTION,
    PRESCRIPTION,
    dispensation_cda,
)
from trust.identifiers import CountryCode

ORDER = DispensationOrder(
    peer=DENMARK,
    operation=DispensationOperation.DISPENSE,
    document_unique_id=DISPENSATION,
    submission_set_id="2.25.9",
    content=dispensation_cda(),
    patient=record_of(EVA, "Weber"),
    dispenser=Dispenser("doctor-1", "Jette Holm", "2262", None, None, "Copenhagen"),
    moment=NOW,
)
DISCARD = replace(ORDER, operation=DispensationOperation.DISCARD)


@pytest.fixture
def register(tmp_path: Path) -> SampleRegister:
    return SampleRegister(tmp_path / "register.sqlite", {PRESCRIPTION})


def test_the_same_order_again_is_told_its_first_result(
    register: SampleRegister,
) -> None:
    first, second = register.carry_out(ORDER), register.carry_out(ORDER)
    assert (first.refusal, first.is_repeated) == (None, False)
    assert (second.refusal, second.is_repeated) == (None, True)


def test_a_first_refusal_is_told_again(register: SampleRegister) -> None:
    register.carry_out(ORDER)
    second = replace(
        ORDER, document_unique_id="2.25.101", content=dispensation_cda("2.25.101")
    )
    results = [register.carry_out(second), register.carry_out(second)]
    assert [each.refusal for each in results] == [Refusal.PRESCRIPTION_DISPENSED] * 2
    assert [each.is_repeated for each in results] == [False, True]


def test_the_same_id_with_another_content_is_refused(register: SampleRegister) -> None:
    register.carry_out(ORDER)
    changed = replace(ORDER, content=ORDER.content + b"\n")
    assert register.carry_out(changed).refusal is Refusal.SUBMISSION_CHANGED


def test_another_country_may_use_the_same_id(register: SampleRegister) -> None:
    register.carry_out(ORDER)
    theirs = replace(ORDER, peer=CountryCode("FI"), content=ORDER.content + b"\n")
    assert register.carry_out(theirs).refusal is Refusal.PRESCRIPTION_DISPENSED


def test_it_is_remembered_over_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "register.sqlite"
    SampleRegister(file, {PRESCRIPTION}).carry_out(ORDER)
    assert SampleRegister(file, {PRESCRIPTION}).carry_out(ORDER).is_repeated


def test_a_discard_gives_the_prescription_back(register: SampleRegister) -> None:
    register.carry_out(ORDER)
    assert register.carry_out(DISCARD).refusal is None
    anew = replace(
        ORDER, document_unique_id="2.25.102", content=dispensation_cda("2.25.102")
    )
    assert register.carry_out(anew).refusal is None


def test_a_dispensation_sent_again_after_its_discard_is_refused(
    register: SampleRegister,
) -> None:
    register.carry_out(ORDER)
    register.carry_out(DISCARD)
    assert register.carry_out(ORDER).refusal is Refusal.DISPENSATION_DISCARDED
    assert register.carry_out(DISCARD).is_repeated


def test_what_was_never_dispensed_cannot_be_discarded(
    register: SampleRegister,
) -> None:
    assert register.carry_out(DISCARD).refusal is Refusal.DISPENSATION_UNKNOWN


def test_nobody_discards_what_another_country_dispensed(
    register: SampleRegister,
) -> None:
    register.carry_out(ORDER)
    theirs = replace(DISCARD, peer=CountryCode("FI"))
    assert register.carry_out(theirs).refusal is Refusal.DISPENSATION_UNKNOWN


def test_an_unknown_prescription_has_no_match(register: SampleRegister) -> None:
    content = dispensation_cda(prescription=OTHER_PRESCRIPTION)
    unknown = replace(ORDER, content=content)
    assert register.carry_out(unknown).refusal is Refusal.PRESCRIPTION_UNKNOWN


def test_of_many_at_once_one_dispenses(register: SampleRegister) -> None:
    orders = [
        replace(
            ORDER,
            document_unique_id=f"2.25.{number}",
            content=dispensation_cda(f"2.25.{number}"),
        )
        for number in range(200, 210)
    ]
    found: list[Refusal | None] = []
    threads = [
        threading.Thread(
            target=lambda each=each: found.append(register.carry_out(each).refusal)
        )
        for each in orders
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count(None) == 1
    assert found.count(Refusal.PRESCRIPTION_DISPENSED) == 9


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        SampleRegister(tmp_path / "nowhere" / "register.sqlite", ())

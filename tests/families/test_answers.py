"""Messages of each family in, the exact message out that is expected.

The expected messages are files (``golden``), written by ``tests.families.regenerate``
after a person has read the difference.
"""

from __future__ import annotations

import logging
from contextlib import closing

import pytest

from conformance.simulators.dialect import Dialect as Family
from conformance.simulators.documents.kinds import Family as KindOfDocument
from conformance.simulators.outcomes import magic_patients
from ncp.answers import Dialect
from ncp.telemetry import configure_logging, get_logger
from tests.families.catalogues import CATALOGUES, ELSEWHERE, unproved
from tests.families.conditions import rows
from tests.families.meanings import KINDS, Session, meanings, questions
from tests.families.regenerate import silence, wanted
from tests.families.table import GOLDEN, MEANINGS, Answering, table


@pytest.fixture(scope="module")
def answering(tmp_path_factory):
    with closing(Answering(tmp_path_factory.mktemp("answering"))) as made:
        yield made


@pytest.mark.spec("ITI TF-2 3.38.4.2, 3.39.4.2, 3.41.4.2, 3.55.4.2")
@pytest.mark.parametrize("row", table(), ids=str)
def test_each_condition_is_answered_to_the_letter(answering, row):
    assert answering.told(row) == row.expected.read_text(encoding="utf-8")


@pytest.mark.spec("ITI TF-2 3.38.4.2, 3.39.4.2, 3.41.4.2, 3.55.4.2")
def test_the_answers_of_every_family_are_understood_to_the_letter(tmp_path):
    for name, text in meanings(tmp_path).items():
        assert text == (MEANINGS / name).read_text(encoding="utf-8")


def test_a_thousand_entries_are_one_list(tmp_path):
    session = Session(tmp_path / "many", Family.OPENNCP_NEW)
    with closing(session):
        told = session.listed("KIT-MANY", KINDS[KindOfDocument.PRESCRIPTION])
    first, *entries = told.splitlines()
    assert first == "1000 listed"
    assert entries[-1].endswith("PDF of 999")


def test_every_outcome_of_a_simulator_is_among_them():
    """But those that only a question of several documents, or a discard, can have."""
    asked = {(step, name.partition(",")[0]) for step, name, _ in questions()}
    for patient in magic_patients().values():
        for step in patient.outcomes:
            assert (step, patient.id) in asked


@pytest.mark.spec("fact sheet 01 7, 10.2")
@pytest.mark.parametrize("transaction", CATALOGUES)
def test_every_condition_of_the_catalogues_is_asked_or_named_with_its_reason(
    transaction,
):
    asked = {
        name
        for own, condition in rows()
        for name in condition.named()
        if own == transaction
    }
    conditions = set(CATALOGUES[transaction])
    assert conditions - asked == conditions & ELSEWHERE.keys()


def test_nothing_is_excused_that_no_catalogue_asks():
    assert ELSEWHERE.keys() <= {each for names in CATALOGUES.values() for each in names}


def test_what_is_said_to_be_proved_elsewhere_is(pytestconfig):
    assert unproved(pytestconfig.rootpath) == []


def test_no_message_is_expected_that_nothing_asks_for():
    asked = {row.file(row.dialect) for row in table()}
    assert set(GOLDEN.rglob("*.xml")) <= asked


def test_a_message_of_a_dialect_differs_from_ours():
    for row in table():
        own = row.file(row.dialect)
        if row.dialect is not Dialect.OURS and own.exists():
            ours = row.file(Dialect.OURS).read_text(encoding="utf-8")
            assert own.read_text(encoding="utf-8") != ours, row


def test_what_two_families_are_answered_differently_cannot_be_written():
    first, _, second, *_ = table()
    assert first.family is not second.family
    with pytest.raises(ValueError, match="as no other family is"):
        wanted({first: "<a/>\n", second: "<b/>\n"})


def test_the_log_does_not_stand_among_what_is_read(capsys):
    with silence():
        configure_logging()
        get_logger().warning("abuse.noticed", country="DK")
        logging.getLogger("library").warning("of a library")
    configure_logging("warning", "json")
    print("the difference")
    assert capsys.readouterr() == ("the difference\n", "")

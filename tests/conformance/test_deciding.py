"""What a simulated country A decides, from the question and from what came before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from conformance.simulators.deciding import Decider
from conformance.simulators.dialect import Dialect
from conformance.simulators.documents.persona import Origin
from conformance.simulators.http_messages import Fault
from conformance.simulators.questions import Filters, Question
from conformance.simulators.soap import Transaction
from tests.integration.foreign import dispensation
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId

HOME = HomeCommunityId("2.999.1.1")
ORIGIN = Origin(CountryCode("XA"), HOME, "Simulated contact point XA")
DISPENSE, DISCARD = "urn:epSOS:ep:dis:2010", "urn:eHDSI:ed:discard:2020"
PRESCRIPTION = "57833-6"
ITI_38, ITI_39, ITI_41 = Transaction.ITI_38, Transaction.ITI_39, Transaction.ITI_41
every_family = pytest.mark.parametrize("dialect", list(Dialect))


@pytest.fixture
def decider(dialect):
    return Decider(dialect, ORIGIN, Oid(HOME))


@pytest.fixture
def german():
    return Decider(Dialect.GEMATIK, ORIGIN, Oid(HOME))


def asked(transaction: Transaction, name: str = "KIT-KNOWN", **told) -> Question:
    patient = PatientId(Oid(HOME), name)
    return Question(None, transaction, patient, patient, **told)  # type: ignore[arg-type]


def submission(*documents: bytes, form: str = DISPENSE) -> Question:
    return asked(ITI_41, formats=(form,) * len(documents), submitted=documents)


def of(number: int) -> bytes:
    """Write a dispensation of the first or second prescription of KIT-KNOWN."""
    return dispensation(HOME, "KIT-KNOWN", f"{HOME}.4^RX{number}KITKNOWN")


def prescriptions(decider: Decider, name: str = "KIT-KNOWN", **told) -> list[str]:
    question = asked(ITI_38, name, class_codes=(PRESCRIPTION,), **told)
    return [work[0].prescription for work in decider.decide(question).works]


@every_family
def test_prescriptions_are_told_to_who_names_one_and_its_pin(decider):
    first, second = "RX1KITPIN", "RX2KITPIN"
    assert prescriptions(decider, "KIT-PIN") == []
    assert prescriptions(decider, "KIT-PIN", prescription=first) == []
    assert prescriptions(decider, "KIT-PIN", prescription=first, pin="1357") == []
    assert prescriptions(decider, "KIT-PIN", prescription=first, pin="2468") == [first]
    assert prescriptions(
        decider, "KIT-PIN", prescription=f"{HOME}.4^{second}", pin="1357"
    ) == [second]


@every_family
def test_who_names_a_prescription_is_told_of_that_alone(decider):
    assert len(prescriptions(decider)) == 2
    assert prescriptions(decider, prescription="RX2KITKNOWN") == ["RX2KITKNOWN"]


@every_family
def test_a_prescription_is_dispensed_once_and_by_the_same_bytes_as_often_as_sent(
    decider,
):
    first, other = of(1), of(1)
    assert decider.decide(submission(first)).name == "accepted"
    assert decider.decide(submission(first)).name == "accepted"
    assert decider.decide(submission(other)).name == "dispensed"
    assert prescriptions(decider) == ["RX2KITKNOWN"]


@every_family
def test_a_discard_of_the_document_opens_the_prescription_and_no_other_does(decider):
    given = of(1)
    decider.decide(submission(given))
    assert decider.decide(submission(of(1), form=DISCARD)).name == "discard-unknown"
    assert prescriptions(decider) == ["RX2KITKNOWN"]
    assert decider.decide(submission(given, form=DISCARD)).name == "accepted"
    assert len(prescriptions(decider)) == 2
    assert decider.decide(submission(given, form=DISCARD)).codes == (
        "ERROR_ED_DISCARD_FAILED",
    )


def test_of_several_dispensations_each_is_taken_by_itself(german):
    """gematik UC12_022: two dispensations of one prescription in one submission."""
    decision = german.decide(submission(of(1), of(1), of(2)))
    assert decision.outcome.status == "PartialSuccess"
    assert decision.codes == ("ERROR_ED_EPRESCRIPTION_NOT_IDENTIFIABLE",)
    assert prescriptions(german) == []


@pytest.mark.parametrize("dialect", [Dialect.OPENNCP_OLD, Dialect.OPENNCP_NEW])
def test_openncp_knows_no_partial_success_of_a_submission(decider):
    decision = decider.decide(submission(of(1), of(1)))
    assert decision.outcome.status == "Failure"


def test_a_line_that_was_cut_is_cut_once(german):
    given = dispensation(HOME, "KIT-NO-ANSWER", f"{HOME}.4^RX1KITNOANSWER")
    question = asked(ITI_41, "KIT-NO-ANSWER", formats=(DISPENSE,), submitted=(given,))
    first, second = german.decide(question), german.decide(question)
    assert (first.name, first.fault) == ("accepted", Fault.HALF_CLOSED)
    assert (second.name, second.fault) == ("accepted", None)


def test_a_german_prescription_that_is_gone_is_named_among_those_that_came(german):
    """gematik UC11_020."""
    question = asked(ITI_38, class_codes=(PRESCRIPTION,))
    patient = question.patient
    works = german.decide(question).works
    ids = [german.holdings.unique_id(patient, work[0]) for work in works]
    wanted = tuple((each, HOME.urn) for each in ids)
    german.decide(submission(of(2)))
    decision = german.decide(asked(ITI_39, documents=wanted))
    assert [each for each, _ in decision.documents] == ids[:1]
    assert decision.outcome.status == "PartialSuccess"
    assert decision.codes == ("ERROR_EP_NOT_FOUND",)


@every_family
def test_kinds_of_different_services_are_not_asked_for_together(decider):
    for codes in ((PRESCRIPTION, "60591-5"), ("11502-2", PRESCRIPTION), ("1-8",), ()):
        question = asked(ITI_38, class_codes=codes)
        assert decider.decide(question).name == "signifier", codes


@every_family
@pytest.mark.parametrize(
    ("filters", "kinds"),
    [
        (Filters(), ["11502-2", "34105-7"]),
        (Filters(created_after=datetime(2026, 3, 1, tzinfo=UTC)), ["11502-2"]),
        (Filters(created_before=datetime(2026, 3, 1, tzinfo=UTC)), ["34105-7"]),
        (Filters(maximum_size=10), []),
    ],
)
def test_original_documents_are_filtered(decider, filters, kinds):
    question = asked(ITI_38, class_codes=("11502-2", "34105-7"), filters=filters)
    works = decider.decide(question).works
    assert [work[0].kind.code for work in works] == kinds


def test_the_families_call_nothing_differently():
    told = {}
    for dialect in Dialect:
        question = asked(ITI_38, "KIT-NOTHING-PRESCRIBED", class_codes=(PRESCRIPTION,))
        decision = Decider(dialect, ORIGIN, Oid(HOME)).decide(question)
        told[dialect] = decision.outcome.status, decision.codes
    assert told == {
        Dialect.OPENNCP_OLD: ("Failure", ("1101",)),
        Dialect.OPENNCP_NEW: ("Failure", ("ERROR_EP_NOT_FOUND",)),
        Dialect.GEMATIK: ("Failure", ("ERROR_EP_NOT_FOUND",)),
    }

"""Country A takes dispensations and discards: once, of the right patient, or not."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ncp.answers import answer_for
from ncp.errors import NationalError, Refusal
from ncp.exchange import OutboundHttp
from ncp.ihe.codes import ClassCode, ResponseStatus, Transaction
from ncp.ihe.iti41_xdr import (
    Submission,
    SubmissionAnswer,
    SubmittedDocument,
    read_submission_response,
    write_submission,
)
from ncp.ihe.soap import write_request
from ncp.national.dispensations import (
    REGISTER_REFUSALS,
    DispensationOperation,
    DispensationOrder,
    DispensationResult,
)
from ncp.ports import RandomIds
from ncp.store import StoreUnavailable
from tests.ncp.country_a import scene
from tests.ncp.country_a.scene import EVA, LUC, CountryA, understood
from tests.ncp.country_a.submissions import (
    DISPENSATION,
    discard,
    dispensation_cda,
    document,
    submission,
)
from tests.transformations.edispensation.prepared import HEADER, usual
from trust.assertions import Permission
from trust.decision import Reason
from trust.identifiers import PatientId


@dataclass
class Register:
    """A register that does as the test says."""

    refusals: dict[str, Refusal] = field(default_factory=dict)
    orders: list[DispensationOrder] = field(default_factory=list)
    error: Exception | None = None

    def carry_out(self, order: DispensationOrder) -> DispensationResult:
        if self.error is not None:
            raise self.error
        self.orders.append(order)
        refusal = self.refusals.get(order.document_unique_id)
        return DispensationResult(refusal, "as the test says")


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def taking(tmp_path: Path, register: Register) -> Iterator[CountryA]:
    country = CountryA(tmp_path, dispensations=register)
    yield country
    country.store.close()


def provide(
    country: CountryA, sent: Submission, patient: PatientId = EVA
) -> OutboundHttp:
    body, attachments = write_submission(sent, RandomIds())
    payload = write_request(
        body,
        action=Transaction.ITI_41.request_action,
        message_id=uuid.uuid4().urn,
        to="https://ncp.example/",
        assertions=country.assertions(patient),
        attachments=attachments,
    )
    return country.deliver(Transaction.ITI_41, payload)


def answered(
    country: CountryA, sent: Submission, patient: PatientId = EVA
) -> SubmissionAnswer:
    return read_submission_response(understood(provide(country, sent, patient)).body)


def codes(answer: SubmissionAnswer) -> list[str]:
    return [error.code for error in answer.errors]


@pytest.mark.spec("ITI TF-2 3.41.4.2")
def test_a_dispensation_reaches_the_register(
    taking: CountryA, register: Register
) -> None:
    answer = answered(taking, submission(document()))
    assert (answer.status, answer.errors) == (ResponseStatus.SUCCESS, ())
    [order] = register.orders
    assert order.operation is DispensationOperation.DISPENSE
    assert order.document_unique_id == DISPENSATION
    assert order.content == dispensation_cda()
    assert order.patient.id == EVA
    assert order.peer == "DK"
    assert order.dispenser.identifier == "doctor-1"
    assert taking.nation.asked[-1] == ("DK", "dispensation", "TREATMENT")


@pytest.mark.spec("eHDSI CP-036")
def test_a_discard_is_told_from_a_dispensation(
    taking: CountryA, register: Register
) -> None:
    answered(taking, submission(discard()))
    assert register.orders[0].operation is DispensationOperation.DISCARD


def test_it_is_on_record_as_an_import(taking: CountryA) -> None:
    provide(taking, submission(document()))
    [event] = taking.store.audit_trail()
    assert (event.event, event.side, event.outcome) == ("ITI-41", "A", 0)
    assert b"DispensationService::Initialize" in event.dicom
    assert b"urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd" in event.dicom
    assert b"2.25.9" in event.dicom


def test_a_discard_is_on_record_as_a_logical_deletion(taking: CountryA) -> None:
    provide(taking, submission(discard()))
    [event] = taking.store.audit_trail()
    assert b"DispensationService::Discard" in event.dicom
    assert b'ParticipantObjectDataLifeCycle="14"' in event.dicom


# Several documents ------------------------------------------------------------------


@pytest.mark.spec("ITI TF-3 4.2.4.2")
def test_one_of_two_refused_is_a_partial_success(
    taking: CountryA, register: Register
) -> None:
    register.refusals["2.25.101"] = Refusal.PRESCRIPTION_NOT_DISPENSABLE
    answer = answered(taking, submission(document(), document("2.25.101")))
    assert answer.status is ResponseStatus.PARTIAL_SUCCESS
    assert codes(answer) == ["ERROR_ED_NOT_DISPENSABLE_EPRESCRIPTION"]
    assert "2.25.101" in answer.errors[0].text
    assert taking.conditions() == [Refusal.PRESCRIPTION_NOT_DISPENSABLE]
    assert [each.outcome for each in taking.records()] == ["answered-in-part"]
    [event] = taking.store.audit_trail()
    assert event.outcome == 12


def test_both_refused_is_a_failure(taking: CountryA, register: Register) -> None:
    register.refusals = dict.fromkeys(
        ("2.25.100", "2.25.101"), Refusal.PRESCRIPTION_DISPENSED
    )
    answer = answered(taking, submission(document(), document("2.25.101")))
    assert answer.status is ResponseStatus.FAILURE
    assert codes(answer) == ["4106", "4106"]
    assert [each.outcome for each in taking.records()] == ["refused"]


def test_a_dispensation_and_a_discard_may_come_together(
    taking: CountryA, register: Register
) -> None:
    answered(taking, submission(document("2.25.101"), discard("2.25.102")))
    assert [order.operation for order in register.orders] == ["dispense", "discard"]


@pytest.mark.spec("ITI TF-3 4.2.4.1")
@pytest.mark.parametrize(
    "second",
    [
        pytest.param(document("2.25.100"), id="the same document"),
        pytest.param(document("2.25.100", content=dispensation_cda(patient=LUC)),
                     id="another document"),
        pytest.param(discard("2.25.100"), id="its discard"),
        pytest.param(document("2.25.100^"), id="the id in another form"),
    ],
)  # fmt: skip
def test_of_two_documents_with_one_unique_id_neither_is_taken(
    taking: CountryA, register: Register, second: SubmittedDocument
) -> None:
    # The ids within the message differ: with one of them it would be none at all.
    second = replace(second, entry=replace(second.entry, entry_id=uuid.uuid4()))
    sent = submission(document("2.25.101"), document("2.25.100"), second)
    answer = answered(taking, sent)
    assert answer.status is ResponseStatus.FAILURE
    assert codes(answer) == ["XDSRepositoryDuplicateUniqueIdInMessage"]
    assert "2.25.100" in answer.errors[0].text
    assert register.orders == []
    assert taking.conditions() == [Refusal.SUBMISSION_ID_REPEATED]
    [event] = taking.store.audit_trail()
    assert b"2.25.101" in event.dicom
    assert taking.nation.asked == []


# What the register says -------------------------------------------------------------


@pytest.mark.parametrize("refusal", sorted(REGISTER_REFUSALS))
def test_every_refusal_of_the_register_has_its_code(
    taking: CountryA, register: Register, refusal: Refusal
) -> None:
    register.refusals[DISPENSATION] = refusal
    answer = answered(taking, submission(document()))
    assert answer.status is ResponseStatus.FAILURE
    assert codes(answer) == [answer_for(refusal, Transaction.ITI_41).code]
    [record] = taking.records()
    assert record.condition == refusal
    assert "as the test says" in (record.sentence or "").lower()


def test_a_register_that_cannot_tell_is_not_available(
    taking: CountryA, register: Register
) -> None:
    register.error = NationalError(Refusal.NATIONAL_UNAVAILABLE, "it is down")
    assert codes(answered(taking, submission(document()))) == [
        "ERROR_ED_REGISTRY_NOT_AVAILABLE"
    ]


def test_what_cannot_be_recorded_is_a_fault_that_is_sent_again(
    taking: CountryA, register: Register
) -> None:
    register.error = StoreUnavailable("no room")
    assert provide(taking, submission(document())).status == 500


def test_a_country_without_a_register_says_so(country_a: CountryA) -> None:
    assert codes(answered(country_a, submission(document()))) == ["4202"]


# What it has to agree with ----------------------------------------------------------


@pytest.mark.spec("eHDSI XDR Profile")
def test_the_patient_is_the_one_of_the_treatment(
    taking: CountryA, register: Register
) -> None:
    assert codes(answered(taking, submission(document()), LUC)) == ["4206"]
    assert taking.conditions() == [Reason.TRC_OF_ANOTHER_PATIENT]
    assert register.orders == []


def test_a_document_about_somebody_else_is_refused(
    taking: CountryA, register: Register
) -> None:
    other = document(content=dispensation_cda(patient=LUC))
    assert codes(answered(taking, submission(other))) == ["4206"]
    assert register.orders == []


CHANGES = {
    "another-id": (
        document(content=dispensation_cda("2.25.999")),
        "ERROR_ED_INCORRECT_FORMATTING",
    ),
    "no-cda": (document(content=b"<note/>"), "ERROR_ED_INCORRECT_FORMATTING"),
    "no-xml": (document(content=b"%PDF-1.7"), "ERROR_ED_INCORRECT_FORMATTING"),
    "no-prescription": (
        document(content=dispensation_cda(prescription=None)),
        "ERROR_ED_EPRESCRIPTION_NOT_IDENTIFIABLE",
    ),
    "only-a-pdf": (document(format_code="urn:ihe:iti:xds-sd:pdf:2008"), "4108"),
    "unknown-format": (document(format_code="urn:of:another:kind"), "4202"),
    "contradicting": (
        document(kind=ClassCode.DISCARD, format_code="urn:epSOS:ep:dis:2010"),
        "4202",
    ),
}


@pytest.mark.parametrize(("sent", "code"), CHANGES.values(), ids=CHANGES)
def test_what_does_not_agree_never_reaches_the_register(
    taking: CountryA, register: Register, sent, code: str
) -> None:
    answer = answered(taking, submission(sent))
    assert answer.status is ResponseStatus.FAILURE
    assert codes(answer) == [code]
    assert register.orders == []


def test_consent_is_asked_for(taking: CountryA, register: Register) -> None:
    taking.nation.consent_given = False
    assert codes(answered(taking, submission(document()))) == ["ERROR_ED_NO_CONSENT"]
    assert register.orders == []


@pytest.mark.spec("eHDSI SAML profile, PPD-046")
def test_only_who_may_dispense_dispenses(
    taking: CountryA, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = tuple(
        each
        for each in Permission
        if each is not Permission.MEDICATION_ADMINISTRATION_RECORD
    )
    may_not = dataclasses.replace(scene.DOCTOR, permissions=others)
    monkeypatch.setattr(scene, "DOCTOR", may_not)
    assert codes(answered(taking, submission(document()))) == ["4703"]
    assert register.orders == []


def test_an_unknown_patient_has_no_prescription(taking: CountryA) -> None:
    nobody = replace(EVA, extension="2000010100000")
    sent = submission(document(patient=nobody))
    assert codes(answered(taking, sent, nobody)) == ["4105"]


def test_what_is_recorded_of_a_submission_is_not_its_documents(
    taking: CountryA,
) -> None:
    provide(taking, submission(document()))
    [event] = taking.store.audit_trail()
    assert b"ClinicalDocument" not in event.dicom


def whole(*left_out: bytes) -> SubmittedDocument:
    """A dispensation as a pharmacy writes it, about Eva; parts may be left out."""
    content = usual().result.document.replace(
        b'root="1.3.182.4.4" extension="1893120105732"',
        f'root="{EVA.root}" extension="{EVA.extension}"'.encode(),
    )
    for part in left_out:
        assert part in content
        content = content.replace(part, b"")
    return document(HEADER.document_id, content=content)


def test_a_dispensation_that_keeps_the_rules_leaves_no_remark(
    taking: CountryA, register: Register
) -> None:
    answered(taking, submission(whole()))
    assert len(register.orders) == 1
    assert not taking.records()[-1].sentence


@pytest.mark.spec("eHDSI eDispensation EH.1.2")
def test_what_a_dispensation_breaks_stands_in_the_record_and_it_is_taken(
    taking: CountryA, register: Register
) -> None:
    bent = whole(b' displayName="Medication dispensed.extended Document"')
    answer = answered(taking, submission(bent))
    assert answer.status == ResponseStatus.SUCCESS
    assert len(register.orders) == 1
    told = taking.records()[-1].sentence or ""
    assert told.startswith("The document breaks 2 rules: ")
    assert "EH.1.2/code#@displayName" in told


def test_a_discard_is_not_judged_again(taking: CountryA, register: Register) -> None:
    answered(taking, submission(discard()))
    assert len(register.orders) == 1
    assert not taking.records()[-1].sentence

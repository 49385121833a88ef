"""The one table: complete, discreet, and as the peers' programs answer."""

from __future__ import annotations

from itertools import product

import pytest

from ncp.answers import (
    COUNTRY_B_ONLY,
    Answer,
    Condition,
    Dialect,
    Place,
    answer_for,
    codes_for,
    listed_conditions,
    meanings_of,
)
from ncp.errors import Refusal
from ncp.ihe.codes import (
    Acknowledgement,
    ClassCode,
    DetectedIssue,
    FaultCode,
    QueryResponse,
    ResponseStatus,
    Severity,
    Transaction,
)
from trust.decision import Reason

CONDITIONS: list[Condition] = [
    *(
        reason
        for reason in Reason
        if reason.is_about_messages and reason is not Reason.ACCEPTED
    ),
    *(refusal for refusal in Refusal if refusal not in COUNTRY_B_ONLY),
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_has_an_answer_of_its_own(condition: Condition) -> None:
    assert condition in listed_conditions()


def test_reasons_and_refusals_cannot_be_mistaken_for_each_other() -> None:
    assert not {str(reason) for reason in Reason} & {str(r) for r in Refusal}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_an_answer_is_whole_at_its_place(condition: Condition) -> None:
    for told in product(Transaction, Dialect, [None, *ClassCode]):
        transaction, dialect, class_code = told
        answer = answer_for(condition, transaction, dialect, class_code)
        assert answer.condition is condition
        assert answer.text
        check_place(answer, transaction)


def check_place(answer: Answer, transaction: Transaction) -> None:
    match answer.place:
        case Place.FAULT | Place.HTTP:
            assert answer.fault
            assert answer.http_status >= 400
        case Place.ACKNOWLEDGEMENT:
            assert transaction is Transaction.ITI_55
            assert answer.code
            assert answer.acknowledgement
            assert answer.query_response
            # Only who asks with too little is told so in an answer that is no error.
            is_ok = answer.query_response is QueryResponse.OK
            assert is_ok is (answer.condition is Refusal.DEMOGRAPHICS_NEEDED)
            assert answer.reason_of
        case Place.REGISTRY_ERROR:
            assert transaction is not Transaction.ITI_55
            assert answer.code
            assert "{" not in answer.code
            assert answer.severity
            assert answer.status


def test_no_refusal_of_trust_is_ever_a_success() -> None:
    for condition, transaction, dialect in product(Reason, Transaction, Dialect):
        answer = answer_for(condition, transaction, dialect)
        assert answer.status is not ResponseStatus.SUCCESS
        assert answer.query_response is not QueryResponse.OK


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("transaction", Transaction)
def test_a_document_of_another_patient_answers_like_an_unknown_one(
    transaction: Transaction, dialect: Dialect
) -> None:
    def told(condition: Condition) -> tuple[object, ...]:
        answer = answer_for(condition, transaction, dialect)
        return answer.code, answer.text, answer.severity, answer.status

    assert told(Refusal.DOCUMENT_UNKNOWN) == told(Refusal.DOCUMENT_OF_ANOTHER_PATIENT)


def test_a_patient_unknown_at_the_list_answers_like_one_without_documents() -> None:
    unknown = answer_for(Refusal.PATIENT_UNKNOWN, Transaction.ITI_38)
    nothing = answer_for(Refusal.DOCUMENTS_NOT_FOUND, Transaction.ITI_38)
    assert (unknown.code, unknown.text) == (nothing.code, nothing.text)


def test_a_broken_signature_is_not_told_in_detail() -> None:
    reasons = [
        Reason.SIGNATURE_ABSENT,
        Reason.SIGNATURE_FORM_REFUSED,
        Reason.DIGEST_MISMATCH,
        Reason.SIGNATURE_VALUE_INVALID,
    ]
    answers = {answer_for(reason, Transaction.ITI_39).text for reason in reasons}
    assert len(answers) == 1


@pytest.mark.parametrize("condition", CONDITIONS)
def test_without_a_transaction_the_answer_is_a_fault(condition: Condition) -> None:
    assert answer_for(condition, None).is_fault


def test_what_is_not_listed_is_answered_safely() -> None:
    answer = answer_for(Refusal.PEER_UNREACHABLE, Transaction.ITI_38)
    assert (answer.code, answer.status) == (
        "ERROR_PS_INTERNAL_ERROR",
        ResponseStatus.FAILURE,
    )
    assert answer_for(Reason.ACCEPTED, Transaction.ITI_38).code == "ERROR_SEC_GENERIC"


@pytest.mark.parametrize(
    ("condition", "transaction", "expected"),
    [
        (Refusal.PATIENT_UNKNOWN, Transaction.ITI_55, "ERROR_PI_NO_MATCH"),
        (Refusal.PATIENT_AMBIGUOUS, Transaction.ITI_55, "ERROR_PI_MULTIPLE_MATCHES"),
        (Refusal.RECEIVER_WRONG, Transaction.ITI_55, "ERROR_PI_GENERIC"),
        (Refusal.CONSENT_REFUSED, Transaction.ITI_55, "WARNING_PI_NO_CONSENT"),
        (Refusal.CONSENT_REFUSED, Transaction.ITI_39, "ERROR_PS_NO_CONSENT"),
        (Reason.TRC_OF_ANOTHER_PATIENT, Transaction.ITI_38, "4206"),
        (Reason.TRC_OF_ANOTHER_HCP, Transaction.ITI_39, "1002"),
        (Reason.AUTHENTICATION_WEAK, Transaction.ITI_38, "4702"),
        (Reason.PERMISSION_MISSING, Transaction.ITI_38, "4703"),
        (
            Reason.ROLE_UNKNOWN,
            Transaction.ITI_55,
            "ERROR_HPI_INSUFFICIENT_INFORMATION",
        ),
        (
            Refusal.CLASS_CODE_UNSUPPORTED,
            Transaction.ITI_38,
            "ERROR_GENERIC_SERVICE_SIGNIFIER_UNKNOWN",
        ),
        (Refusal.FILTER_INVALID, Transaction.ITI_38, "4204"),
        (Refusal.HOME_COMMUNITY_WRONG, Transaction.ITI_39, "XDSUnknownCommunity"),
        (
            Refusal.DOCUMENT_UNKNOWN,
            Transaction.ITI_39,
            "ERROR_GENERIC_DOCUMENT_MISSING",
        ),
    ],
)
def test_ours_are_the_codes_of_ehdsi_and_ihe(
    condition: Condition, transaction: Transaction, expected: str
) -> None:
    assert answer_for(condition, transaction).code == expected


@pytest.mark.parametrize(
    ("class_code", "expected"),
    [
        (None, "ERROR_PS_NO_CONSENT"),
        (ClassCode.EPRESCRIPTION, "ERROR_EP_NO_CONSENT"),
        (ClassCode.LABORATORY_RESULT, "4701"),
    ],
)
def test_codes_depend_on_the_kind_of_document(
    class_code: ClassCode | None, expected: str
) -> None:
    answer = answer_for(
        Refusal.CONSENT_REFUSED, Transaction.ITI_38, class_code=class_code
    )
    assert answer.code == expected


@pytest.mark.spec("eHDSI NCPeH Components Specification 4.4.2.4")
def test_another_country_of_origin_is_a_fault_of_the_sender() -> None:
    answer = answer_for(Reason.SIGNER_OF_ANOTHER_COUNTRY, Transaction.ITI_38)
    assert (answer.place, answer.fault) == (Place.FAULT, FaultCode.SENDER)
    assert answer.code.endswith("}InvalidSecurityToken")


def dialect_answer(
    condition: Condition,
    transaction: Transaction,
    dialect: Dialect,
    class_code: ClassCode | None = None,
) -> Answer:
    return answer_for(condition, transaction, dialect, class_code)


def test_openncp_accepts_the_message_but_errs_on_no_match() -> None:
    answer = dialect_answer(
        Refusal.PATIENT_UNKNOWN, Transaction.ITI_55, Dialect.OPENNCP_NEW
    )
    assert answer.acknowledgement is Acknowledgement.ACCEPT
    assert answer.query_response is QueryResponse.APPLICATION_ERROR


def test_openncp_seven_answers_with_numbers() -> None:
    old = Dialect.OPENNCP_OLD
    summary = dialect_answer(Refusal.DOCUMENTS_NOT_FOUND, Transaction.ITI_38, old)
    prescription = dialect_answer(
        Refusal.DOCUMENTS_NOT_FOUND, Transaction.ITI_38, old, ClassCode.EPRESCRIPTION
    )
    assert (summary.code, prescription.code) == ("1102", "1101")
    assert dialect_answer(Refusal.CONSENT_REFUSED, Transaction.ITI_39, old).code == (
        "4701"
    )


def test_openncp_calls_an_unknown_document_a_partial_success() -> None:
    answer = dialect_answer(
        Refusal.DOCUMENT_UNKNOWN, Transaction.ITI_39, Dialect.OPENNCP_NEW
    )
    assert (answer.code, answer.status) == (
        "XDSMissingDocument",
        ResponseStatus.PARTIAL_SUCCESS,
    )


def test_openncp_hides_a_bad_signature_at_discovery() -> None:
    answer = dialect_answer(
        Reason.DIGEST_MISMATCH, Transaction.ITI_55, Dialect.OPENNCP_NEW
    )
    assert answer.code == "ERROR_PI_GENERIC"
    assert answer.reason_of is DetectedIssue.INTERNAL_ERROR


def test_gematik_calls_an_absent_summary_a_failure() -> None:
    answer = dialect_answer(
        Refusal.DOCUMENTS_NOT_FOUND, Transaction.ITI_38, Dialect.GEMATIK
    )
    assert answer.code == "ERROR_GENERIC_DOCUMENT_MISSING"
    assert (answer.severity, answer.status) == (Severity.ERROR, ResponseStatus.FAILURE)


def test_gematik_accepts_the_message_of_a_request_it_refuses() -> None:
    answer = dialect_answer(
        Refusal.CONSENT_REFUSED, Transaction.ITI_55, Dialect.GEMATIK
    )
    assert answer.acknowledgement is Acknowledgement.ACCEPT
    assert answer.query_response is QueryResponse.APPLICATION_ERROR


def test_who_asks_knows_each_way_of_telling_that_nothing_is_there() -> None:
    assert codes_for(Refusal.DOCUMENTS_NOT_FOUND, Transaction.ITI_38) == {
        "ERROR_PS_NOT_FOUND",
        "ERROR_EP_NOT_FOUND",
        "1101",
        "1102",
        "1104",
        "ERROR_GENERIC_DOCUMENT_MISSING",
    }
    assert codes_for(Refusal.PATIENT_UNKNOWN, Transaction.ITI_55) == {
        "ERROR_PI_NO_MATCH"
    }


def test_a_code_is_told_with_all_that_it_may_mean() -> None:
    meanings = meanings_of("WARNING_PI_NO_CONSENT", Transaction.ITI_55)
    assert meanings == ("The patient's consent is not given.",)
    assert len(meanings_of("ERROR_PS_NOT_FOUND", Transaction.ITI_38)) > 1
    # What may mean twenty things is told as what it is.
    assert meanings_of("ERROR_PI_GENERIC", Transaction.ITI_55) == (
        "The patient cannot be identified in this way.",
    )
    assert meanings_of("ERROR_PI_NO_MATCH", Transaction.ITI_55) == (
        "No patient matches.",
    )
    assert meanings_of("E-UNHEARD-OF", Transaction.ITI_55) == ()

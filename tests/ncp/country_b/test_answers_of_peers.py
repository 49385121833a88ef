"""Whatever program answers, and however: the asking side understands what is meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from ncp.answers import Answer, Condition, Dialect, answer_for, meanings_of
from ncp.country_b.treatment import SoughtPatient, SubmitOperation
from ncp.errors import PeerRefused, PeerUnavailable, ProtocolError, Refusal
from ncp.exchange import HttpPayload
from ncp.ihe.code_list import CODE_LIST
from ncp.ihe.codes import (
    FaultCode,
    QueryResponse,
    ResponseStatus,
    Severity,
    Transaction,
)
from ncp.ihe.document_list import write_document_query_response
from ncp.ihe.iti39_xca_retrieve import write_retrieve_response
from ncp.ihe.iti41_xdr import write_submission_response
from ncp.ihe.iti55_xcpd import (
    read_patient_discovery_request,
    write_patient_discovery_response,
)
from ncp.ihe.soap import read_request, write_fault, write_response
from ncp.ports import RandomIds
from tests.docs.answers_page import conditions
from tests.ncp.country_a.scene import DOCTOR, EVA, HOME, NOW
from tests.ncp.country_a.submissions import dispensation_cda
from tests.ncp.country_b.scene import LUXEMBOURG, CountryB
from trust.xml import Element

NOTHING = {Refusal.PATIENT_UNKNOWN, Refusal.DOCUMENTS_NOT_FOUND}
# One of each family of codes; all conditions are in the table's own tests.
CONDITIONS = [
    each
    for number, each in enumerate(conditions())
    # What a submission is when the record fails, its own test says: open.
    if (number % 6 == 0 and each is not Refusal.RECORD_UNAVAILABLE) or each in NOTHING
]


@pytest.fixture
def handle(country_b: CountryB) -> str:
    return country_b.treating(EVA)


def answering(answer: Answer) -> Callable[[bytes], HttpPayload]:
    """A country A that answers this to whatever it is sent."""

    def answered(country_b: CountryB) -> HttpPayload:
        message = read_request(country_b.line.sent[-1], None)
        relates_to = message.addressing.message_id
        if answer.is_fault:
            return write_fault(answer, message_id="urn:1", relates_to=relates_to)[1]
        body: Element
        match message.transaction:
            case Transaction.ITI_55:
                body = write_patient_discovery_response(
                    read_patient_discovery_request(message.body),
                    (),
                    answer,
                    own=HOME,
                    ids=RandomIds(),
                    now=NOW,
                )
            case Transaction.ITI_38:
                body = write_document_query_response((), (answer,), home=HOME)
            case Transaction.ITI_39:
                body, _ = write_retrieve_response(
                    (), (answer,), home=HOME, ids=RandomIds()
                )
            case Transaction.ITI_41:
                body = write_submission_response(
                    (answer,), is_any_taken=False, home=HOME
                )
        return write_response(
            body,
            action=message.transaction.response_action,
            message_id="urn:1",
            relates_to=relates_to,
        )

    return answered


def asked(country_b: CountryB, handle: str, transaction: Transaction, answer: Answer):
    """Ask what leads to this transaction, and be answered this."""
    gateway = country_b.gateway
    country_b.line.bend = lambda payload: payload
    listed = (
        gateway.documents(DOCTOR, handle).documents
        if transaction is Transaction.ITI_39
        else ()
    )
    country_b.line.bend = lambda _: answering(answer)(country_b)
    match transaction:
        case Transaction.ITI_55:
            return gateway.identify(DOCTOR, LUXEMBOURG, SoughtPatient((EVA,))).patients
        case Transaction.ITI_38:
            return gateway.documents(DOCTOR, handle).documents
        case Transaction.ITI_39:
            return gateway.fetch(DOCTOR, handle, listed[0].document)
        case Transaction.ITI_41:
            operation = SubmitOperation.DISPENSE
            return gateway.submit(DOCTOR, handle, operation, dispensation_cda())


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("transaction", Transaction)
def test_each_answer_of_each_program_is_understood(
    country_b: CountryB, handle: str, transaction: Transaction, dialect: Dialect
) -> None:
    for condition in CONDITIONS:
        answer = answer_for(condition, transaction, dialect)
        if is_nothing(answer, condition, transaction):
            assert asked(country_b, handle, transaction, answer) == ()
        else:
            check_refused(country_b, handle, transaction, answer)


def is_nothing(answer: Answer, condition: Condition, transaction: Transaction) -> bool:
    """Nobody and nothing are answers, whatever a program calls them."""
    if transaction is Transaction.ITI_55:
        # gematik finds nobody where it cannot tell about somebody.
        is_gematik = answer.query_response is QueryResponse.NOT_FOUND and (
            condition is Refusal.DOCUMENT_LACKS_MANDATORY_FACT
        )
        return condition is Refusal.PATIENT_UNKNOWN or is_gematik
    # A program that has one code for nothing and for not there means nothing here.
    return transaction is Transaction.ITI_38 and answer_for(
        condition, transaction
    ).code in {"ERROR_PS_NOT_FOUND", "ERROR_GENERIC_DOCUMENT_MISSING"}


def check_refused(
    country_b: CountryB, handle: str, transaction: Transaction, answer: Answer
) -> None:
    if transaction is Transaction.ITI_41 and answer.fault is FaultCode.RECEIVER:
        with pytest.raises(PeerUnavailable) as unknown:
            asked(country_b, handle, transaction, answer)
        assert unknown.value.refusal is Refusal.SUBMISSION_STATE_UNKNOWN
        return
    with pytest.raises(PeerRefused) as refused:
        asked(country_b, handle, transaction, answer)
    code = answer.code.rpartition("}")[2]
    assert code in refused.value.codes or answer.is_fault
    if answer.is_fault:
        assert answer.fault in refused.value.codes


@pytest.mark.parametrize("transaction", [Transaction.ITI_38, Transaction.ITI_39])
def test_a_code_nobody_knows_is_shown_as_it_came(
    country_b: CountryB, handle: str, transaction: Transaction
) -> None:
    unheard = replace(
        answer_for(Refusal.CONSENT_REFUSED, transaction), code="ERROR_OF_TOMORROW"
    )
    with pytest.raises(PeerRefused) as refused:
        asked(country_b, handle, transaction, unheard)
    assert refused.value.codes == ("ERROR_OF_TOMORROW",)
    assert "ERROR_OF_TOMORROW" in refused.value.public_message


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("4105", "matching prescription"),
        ("ERROR_NO_CONSENT", "consent"),
        ("WARNING_EP_GENERIC", "prescription"),
        ("4505", "translation of codes"),
        ("XDSUnknownRepositoryId", "repository"),
    ],
)
def test_a_code_that_is_no_answer_of_ours_is_told_in_words(
    code: str, words: str
) -> None:
    for transaction in Transaction:
        [*meanings] = meanings_of(code, transaction)
        assert any(words in each.lower() for each in meanings)


def test_every_code_has_a_meaning_without_a_full_stop() -> None:
    for code, meaning in CODE_LIST.items():
        assert meaning
        assert not meaning.endswith("."), code


def test_the_fault_of_two_professionals_is_told_in_words(country_b: CountryB) -> None:
    fault = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        b"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
        b"<s:Value>HP Missing Attributes</s:Value></s:Subcode></s:Code><s:Reason>"
        b'<s:Text xml:lang="en">x</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>'
    )
    country_b.line.bend = lambda _: HttpPayload("application/soap+xml", fault)
    with pytest.raises(PeerRefused) as refused:
        country_b.handle_of(EVA)
    assert refused.value.codes == ("Sender", "HP Missing Attributes")
    assert "different professionals" in refused.value.public_message
    assert len(country_b.line.sent) == 1


@pytest.mark.parametrize(
    ("status", "severity"), list(product(ResponseStatus, Severity)), ids=str
)
def test_a_missing_document_is_never_taken_for_one(
    country_b: CountryB, handle: str, status: ResponseStatus, severity: Severity
) -> None:
    """OpenNCP calls it a partial success, gematik a failure, others a warning."""
    answer = replace(
        answer_for(Refusal.DOCUMENT_UNKNOWN, Transaction.ITI_39),
        status=status,
        severity=severity,
    )
    with pytest.raises((PeerRefused, ProtocolError)):
        asked(country_b, handle, Transaction.ITI_39, answer)

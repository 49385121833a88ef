"""The one table: condition and transaction to the answer on the wire.

Ours stands in ``faults``, ``security``, ``business`` and ``providing``; how OpenNCP and
gematik answer where they differ, in ``dialects``. No other module knows a wire code.
What the peer reads never says more than it needs: an unknown document and one of
another patient answer alike.

Spec: IHE ITI TF-2 §3.38.4.1.3, §3.39.4.1.3, §3.41.4.1.3, §3.55.4.2.2.7 / IHE ITI TF-3
§4.2.4.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from ncp.answers.business import BUSINESS, ORIGINAL_DOCUMENT_CODES
from ncp.answers.deviations import Deviation, Dialect, Kind
from ncp.answers.dialects import deviation_for
from ncp.answers.faults import FAULTS
from ncp.answers.rows import FAULT_STATUS, INTERNAL, UNTRUSTED, CodedRow, FaultRow
from ncp.answers.security import SECURITY
from ncp.errors import Condition, Refusal
from ncp.ihe.answer import Answer, Place
from ncp.ihe.code_list import CODE_LIST
from ncp.ihe.codes import (
    ClassCode,
    FaultCode,
    ResponseStatus,
    Severity,
    Transaction,
)
from trust.decision import Reason

COUNTRY_B_ONLY = frozenset(
    {
        Refusal.PEER_UNKNOWN,
        Refusal.PEER_UNREACHABLE,
        Refusal.PEER_NOT_BELIEVED,
        Refusal.PEER_ANSWER_INVALID,
        Refusal.PEER_ANSWERED_ERROR,
        Refusal.SUBMISSION_STATE_UNKNOWN,
        Refusal.SUBMISSION_UNKNOWN,
        Refusal.ORDER_KEY_REUSED,
        Refusal.DIFFERENCES_NOT_CONFIRMED,
        Refusal.DISPENSATION_IN_PROGRESS,
        Refusal.DISPENSATION_NOT_MADE,
        Refusal.NOTHING_TO_DISCARD,
        Refusal.DISCARD_WINDOW_OVER,
        Refusal.SEARCH_FORM_UNFIT,
        Refusal.SEARCH_FORM_UNKNOWN,
        Refusal.TREATMENT_UNKNOWN,
        Refusal.TREATMENT_NOT_CONFIRMED,
        Refusal.ISSUE_UNSUPPORTED,
        Refusal.ISSUE_CLAIMS_INVALID,
        Refusal.ISSUE_REQUESTOR_OTHER,
        Refusal.ISSUE_LIMIT_REACHED,
    }
)


def as_warning(answer: Answer) -> Answer:
    """Return an answer as what is told beside a result.

    A dialect may call a result with such a warning a partial one.
    """
    is_partial = answer.status is ResponseStatus.PARTIAL_SUCCESS
    return replace(
        answer,
        severity=Severity.WARNING,
        status=answer.status if is_partial else ResponseStatus.SUCCESS,
    )


def listed_conditions() -> frozenset[Condition]:
    """Return the conditions that have an answer of their own."""
    return frozenset(FAULTS) | frozenset(SECURITY) | frozenset(BUSINESS)


def answer_for(
    condition: Condition,
    transaction: Transaction | None,
    dialect: Dialect = Dialect.OURS,
    class_code: ClassCode | None = None,
) -> Answer:
    """Find the answer to a condition.

    Total, because it is called where something already went wrong: a reason without a
    row of its own is answered as untrusted, a refusal without one as internal, and
    an answer in band whose transaction is not known as a fault.

    Parameters
    ----------
    transaction
        None where the message was refused before its transaction was known.
    class_code
        Selects among the codes of patient summary, ePrescription and the rest.
    """
    fault = FAULTS.get(condition)
    if fault is not None:
        return _fault_answer(condition, transaction, fault)
    coded = _coded(condition)
    if transaction is None:
        return _fault_answer(condition, None, FaultRow(FaultCode.RECEIVER, coded.text))
    kind = Kind.of(class_code, transaction)
    ours = (
        _discovery_answer(condition, coded)
        if transaction is Transaction.ITI_55
        else _registry_answer(condition, transaction, coded, kind)
    )
    theirs = deviation_for(condition, transaction, kind, dialect)
    return ours if theirs is None else _deviating(ours, theirs)


def codes_for(condition: Condition, transaction: Transaction) -> frozenset[str]:
    """Return every code by which a peer may tell a condition, whatever its dialect.

    For reading: who asks has to understand all programs, and all kinds of documents.
    """
    return frozenset(
        answer_for(condition, transaction, dialect, class_code).code
        for dialect in Dialect
        for class_code in ClassCode
    )


@cache
def meanings_of(code: str, transaction: Transaction) -> tuple[str, ...]:
    """Return what a peer may mean by a code, in our words; empty where nobody knows.

    Several meanings are told as such: programs use one code for many conditions. Where
    no condition is answered by it, or so many that it says nothing, the list of all
    codes says what it is.
    """
    told = {
        _text(_coded(condition), transaction)
        for condition in (*SECURITY, *BUSINESS)
        if code in codes_for(condition, transaction)
    }
    if not 0 < len(told) <= _MOST_MEANINGS and code in CODE_LIST:
        return (f"{CODE_LIST[code][:1].upper()}{CODE_LIST[code][1:]}.",)
    return tuple(sorted(told))


_MOST_MEANINGS = 3


def _coded(condition: Condition) -> CodedRow:
    fallback = UNTRUSTED if isinstance(condition, Reason) else INTERNAL
    return SECURITY.get(condition) or BUSINESS.get(condition) or fallback


def _fault_answer(
    condition: Condition, transaction: Transaction | None, row: FaultRow
) -> Answer:
    return Answer(
        condition,
        transaction,
        Place.FAULT if row.http_status is None else Place.HTTP,
        row.subcode,
        row.text,
        http_status=row.http_status or FAULT_STATUS[row.fault],
        fault=row.fault,
    )


def _text(row: CodedRow, transaction: Transaction) -> str:
    is_discovery = transaction is Transaction.ITI_55
    return (row.discovery_text if is_discovery else "") or row.text


def _discovery_answer(condition: Condition, row: CodedRow) -> Answer:
    return Answer(
        condition,
        Transaction.ITI_55,
        Place.ACKNOWLEDGEMENT,
        row.discovery,
        _text(row, Transaction.ITI_55),
        acknowledgement=row.acknowledgement,
        query_response=row.response,
        reason_of=row.issue,
    )


def _registry_answer(
    condition: Condition, transaction: Transaction, row: CodedRow, kind: Kind
) -> Answer:
    is_listing = transaction is Transaction.ITI_38
    is_empty = is_listing and row.listing_is_empty
    return Answer(
        condition,
        transaction,
        Place.REGISTRY_ERROR,
        _code_of(_template(row, transaction), kind),
        row.text,
        severity=Severity.WARNING if is_empty else Severity.ERROR,
        status=ResponseStatus.SUCCESS if is_empty else ResponseStatus.FAILURE,
    )


def _template(row: CodedRow, transaction: Transaction) -> str:
    match transaction:
        case Transaction.ITI_38:
            return row.listing
        case Transaction.ITI_41:
            return row.providing or row.fetching
        case _:
            return row.fetching


def _code_of(template: str, kind: Kind) -> str:
    if kind is Kind.ORIGINAL_DOCUMENT and "{kind}" in template:
        return ORIGINAL_DOCUMENT_CODES.get(template, "ERROR_ORCD_GENERIC")
    return template.format(kind=kind)


def _deviating(ours: Answer, theirs: Deviation) -> Answer:
    return replace(
        ours,
        code=theirs.code or ours.code,
        acknowledgement=theirs.acknowledgement or ours.acknowledgement,
        query_response=theirs.response or ours.query_response,
        reason_of=theirs.issue or ours.reason_of,
        severity=theirs.severity or ours.severity,
        status=theirs.status or ours.status,
    )

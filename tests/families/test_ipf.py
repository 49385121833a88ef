"""IPF, whose rules ours restate, accepts what we send and finds no more than ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path

import pytest

from conformance.rules import judge
from conformance.simulators.dialect import Dialect as Family
from conformance.simulators.mtom import unpack
from ncp.answers import Dialect
from ncp.exchange import HttpPayload
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.ihe.iti41_xdr import write_submission
from ncp.ihe.iti55_xcpd import write_patient_discovery_request
from tests.families.asking import Exchanged
from tests.families.ipf import (
    ACCEPTED,
    JARS,
    REFUSED,
    UNKNOWN,
    Judged,
    judged_by_ipf,
    of_ours_alone,
)
from tests.families.meanings import Session, questions, told
from tests.families.table import Answering, Row, table
from tests.ncp.country_a.submissions import discard, document, submission
from tests.ncp.ihe.messages import (
    LUXEMBOURG,
    NOW,
    PATIENT,
    QUESTION,
    CountedIds,
    request_of,
)

# No judge of IPF knows a SOAP fault, and that of ITI-39 judges answers alone.
WITHOUT_A_JUDGE = {"Fault", "RetrieveDocumentSetRequest"}
KINDS = (
    ClassCode.PATIENT_SUMMARY,
    ClassCode.EPRESCRIPTION,
    ClassCode.LABORATORY_RESULT,
)
SUBMISSION = submission(document(), document("2.25.101^X"), discard("2.25.102"))
# What a message says, and what is said instead.
BENDS = {
    "the location of an error is no home community": (
        b'location="urn:oid:',
        b'location="a frame of ',
    ),
    "a response is of no known status": (
        b"ResponseStatusType:Failure",
        b"ResponseStatusType:Mishap",
    ),
    "a patient is no active one": (b'code="active"', b'code="normal"'),
    "the question wants several answers": (
        b'responseModalityCode code="R"',
        b'responseModalityCode code="B"',
    ),
    "the query is of no scheme": (b"^^2.16.840.1.113883.6.1')", b"')"),
    "the unique id of a document is missing": (
        b"urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab",
        b"urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ac",
    ),
}


@pytest.fixture(scope="module", autouse=True)
def _ipf() -> None:
    JARS.require()


@pytest.fixture(scope="module")
def exchanged(
    _ipf: None, tmp_path_factory: pytest.TempPathFactory
) -> dict[Row, Exchanged]:
    folder = tmp_path_factory.mktemp("answering")
    with closing(Answering(folder)) as answering:
        return {row: answering.exchanged(row) for row in table()}


def envelope(payload: HttpPayload) -> bytes:
    return unpack(payload.content_type, payload.body).envelope


def answer_to(exchange: Exchanged) -> bytes:
    return of_ours_alone(envelope(exchange.answer.payload))


def asked_by_country_b(folder: Path) -> Iterator[bytes]:
    """What a professional of ours asks a country of each family."""
    for family in Family:
        with closing(Session(folder / family, family)) as session:
            for _, _, ask in questions():
                told(lambda ask=ask, session=session: ask(session))
        yield from map(envelope, session.sent)


def at_length() -> Iterator[bytes]:
    """Questions that say all that they can."""
    yield request_of(Transaction.ITI_55, write_patient_discovery_request(QUESTION, NOW))
    query = DocumentQuery(PATIENT, KINDS, LUXEMBOURG, NOW, NOW, 1 << 20)
    yield request_of(Transaction.ITI_38, write_document_query(query))
    body, _ = write_submission(SUBMISSION, CountedIds())
    yield request_of(Transaction.ITI_41, body)


def not_accepted(
    names: Sequence[object], judged: Sequence[Judged]
) -> list[tuple[str, Judged]]:
    return [
        (str(name), each)
        for name, each in zip(names, judged, strict=True)
        if each.verdict != ACCEPTED
        and (each.verdict, each.why) not in {(UNKNOWN, it) for it in WITHOUT_A_JUDGE}
    ]


@pytest.mark.spec("ITI TF-2 3.38.4.2, 3.39.4.2, 3.41.4.2, 3.55.4.2")
def test_ipf_accepts_every_answer_of_ours(exchanged, tmp_path):
    ours = [row for row in exchanged if row.dialect is Dialect.OURS]
    judged = judged_by_ipf([answer_to(exchanged[row]) for row in ours], tmp_path)
    assert not_accepted(ours, judged) == []
    assert sum(each.verdict == ACCEPTED for each in judged) > len(ours) / 2


@pytest.mark.spec("ITI TF-2 3.38.4.1, 3.41.4.1, 3.55.4.1")
def test_ipf_accepts_every_question_of_ours(tmp_path_factory):
    asked = [*asked_by_country_b(tmp_path_factory.mktemp("asking")), *at_length()]
    judged = judged_by_ipf(asked, tmp_path_factory.mktemp("asked"))
    assert not_accepted(range(len(asked)), judged) == []
    assert sum(each.verdict == ACCEPTED for each in judged) > len(asked) / 2


def test_what_ipf_refuses_a_rule_of_ours_finds(exchanged, tmp_path):
    """Of the questions of all families, and of the answers in their dialects."""
    sent = [
        message
        for exchange in exchanged.values()
        for message in (
            unpack(
                exchange.request.fields["Content-Type"], exchange.request.body
            ).envelope,
            answer_to(exchange),
        )
    ]
    judged = judged_by_ipf(sent, tmp_path)
    refused = [
        (message, each.why)
        for message, each in zip(sent, judged, strict=True)
        if each.verdict == REFUSED
    ]
    assert refused
    unfound = {
        why
        for message, why in refused
        if not judge("application/soap+xml", message).findings
    }
    assert unfound == set()


@pytest.mark.parametrize("bend", BENDS)
def test_ipf_refuses_what_was_bent(exchanged, tmp_path, bend):
    was, instead = BENDS[bend]
    answers = (envelope(each.answer.payload) for each in exchanged.values())
    sound = next(each for each in chain(at_length(), answers) if was in each)
    bent = sound.replace(was, instead)
    before, after = judged_by_ipf([sound, bent], tmp_path)
    assert (before.verdict, after.verdict) == (ACCEPTED, REFUSED)

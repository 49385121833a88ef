"""What must hold of every answer, whatever was asked."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from ncp.country_a.responding_gateway import RespondingGateway
from ncp.errors import NationalError, PeerRefused, Refusal
from ncp.evidence import ExchangeFolder
from ncp.exchange import HttpPayload
from ncp.ihe.codes import ClassCode, ResponseStatus, Transaction
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrieveRequest,
    write_retrieve_request,
)
from ncp.ihe.iti55_xcpd import read_patient_discovery_response
from ncp.ihe.soap import write_request
from ncp.store import Sighting, StoreUnavailable
from tests.ncp.country_a.scene import (
    EVA,
    HOME,
    LUC,
    REPOSITORY,
    CountryA,
    discovery,
    understood,
)
from tests.trust import pki
from trust.decision import Reason


def refusal_codes(answer) -> tuple[str, ...]:
    with pytest.raises(PeerRefused) as refused:
        understood(answer)
    return refused.value.codes


def test_an_answer_is_recorded_before_it_leaves(country_a: CountryA) -> None:
    answer = country_a.identify(EVA)
    response = read_patient_discovery_response(understood(answer).body)
    assert [match.id for match in response.matches] == [EVA]
    assert country_a.conditions() == [None]
    [entry] = country_a.store.audit_trail()
    assert entry.side == "A"
    assert b"Jette Holm" in entry.dicom
    assert EVA.extension.encode() in entry.dicom


def test_every_decision_that_led_to_the_answer_is_on_record(
    country_a: CountryA,
) -> None:
    country_a.list_documents(EVA)
    [record] = country_a.records()
    subjects = [decision.subject for decision in record.decisions]
    assert subjects[0] == "TLS peer"
    assert "permission" in subjects
    assert all(decision.is_accepted for decision in record.decisions)


class BrokenStore:
    """A store whose commits fail; everything else is the real one's."""

    def __init__(self, store) -> None:
        self._store = store

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def unit_of_work(self):
        raise StoreUnavailable("the disk is full")


def test_what_cannot_be_recorded_is_not_answered(country_a: CountryA) -> None:
    entry = country_a.entries(EVA)[0]
    broken = replace(country_a.services, store=BrokenStore(country_a.store))
    country_a.gateway = RespondingGateway(
        broken,
        [type(case)(broken) for case in country_a.gateway._use_cases.values()],
    )
    with pytest.raises(PeerRefused) as refused:
        country_a.retrieve(EVA, entry.unique_id)
    assert refused.value.codes == ("Receiver",)


def test_a_defect_is_told_as_no_more_than_that(
    country_a: CountryA, capsys: pytest.CaptureFixture[str]
) -> None:
    country_a.nation.error = RuntimeError("planted: Weber 1893120105732")
    answer = country_a.identify(EVA)
    assert b"planted" not in answer.payload.body
    assert country_a.conditions() == [Refusal.INTERNAL]
    told = capsys.readouterr()
    assert "1893120105732" not in told.out + told.err


def test_a_failing_national_side_is_not_an_unknown_patient(
    country_a: CountryA,
) -> None:
    country_a.nation.error = NationalError(
        Refusal.NATIONAL_UNAVAILABLE, "the index does not answer"
    )
    answer = country_a.identify(EVA)
    response = read_patient_discovery_response(understood(answer).body)
    assert [error.code for error in response.errors] == [
        "ERROR_PI_REGISTRY_NOT_AVAILABLE"
    ]


def test_a_message_that_cannot_be_read_is_recorded_with_its_country(
    country_a: CountryA,
) -> None:
    payload = HttpPayload("application/soap+xml", b"<never-closed>")
    answer = country_a.deliver(Transaction.ITI_55, payload)
    assert answer.status == 400
    [record] = country_a.records()
    assert (record.peer, record.transaction) == ("DK", None)
    assert record.condition == Refusal.MALFORMED_XML


def test_a_resent_message_is_answered_again_and_marked(country_a: CountryA) -> None:
    for _ in range(2):
        answer = country_a.identify(EVA, "urn:uuid:again")
        assert understood(answer).addressing.relates_to == "urn:uuid:again"
    assert [record.sighting for record in country_a.records()] == [
        Sighting.NEW,
        Sighting.DUPLICATE,
    ]


def test_a_message_id_is_not_used_for_two_messages(country_a: CountryA) -> None:
    country_a.identify(EVA, "urn:uuid:again")
    assert refusal_codes(country_a.identify(LUC, "urn:uuid:again"))
    assert country_a.conditions() == [None, Refusal.MESSAGE_ID_REUSED]


def test_a_peer_that_is_not_pinned_is_recorded_by_name(country_a: CountryA) -> None:
    from tests.trust import pki

    country_a.client = pki.certificate(pki.rsa_key("other"), country="DK")
    assert refusal_codes(country_a.identify(EVA))
    assert country_a.conditions() == ["peer-not-pinned"]
    events = [entry.event for entry in country_a.store.audit_trail()]
    assert len(events) == 2  # the exchange, and the node that was not believed


def test_consent_is_asked_for_the_country_the_service_and_the_purpose(
    country_a: CountryA,
) -> None:
    country_a.identify(EVA)
    country_a.entries(EVA)
    assert country_a.nation.asked == [
        ("DK", "identification", "TREATMENT"),
        ("DK", "patient-summary", "TREATMENT"),
    ]


def test_a_kept_exchange_tells_the_whole_story(tmp_path, country_a: CountryA) -> None:
    folder = ExchangeFolder(tmp_path / "kept")
    services = replace(country_a.services, exchange_folder=folder)
    country_a.gateway = RespondingGateway(
        services,
        [type(case)(services) for case in country_a.gateway._use_cases.values()],
    )
    [entry] = country_a.entries(EVA)
    answer = country_a.retrieve(EVA, entry.unique_id)
    [kept] = (tmp_path / "kept").glob("*ITI-39*")
    assert {path.name for path in kept.iterdir()} == {
        "decision.json",
        "document.xml",
        "findings.json",
        "ledger.json",
        "request.bin",
        "response.bin",
        "rules.json",
        "source.json",
        "stages.json",
        "terminology.json",
    }
    assert (kept / "document.xml").read_bytes() == answer.documents[0].content
    assert answer.status is ResponseStatus.SUCCESS


def of_relative_namespace(country_a: CountryA, transaction: Transaction) -> HttpPayload:
    """Make a question in whose body the name of a namespace is relative."""
    bodies = {
        Transaction.ITI_55: discovery(EVA),
        Transaction.ITI_38: write_document_query(
            DocumentQuery(EVA, (ClassCode.PATIENT_SUMMARY,))
        ),
        Transaction.ITI_39: write_retrieve_request(
            RetrieveRequest((DocumentRequest(HOME, REPOSITORY, "2.25.1"),))
        ),
    }
    good = write_request(
        bodies[transaction],
        action=transaction.request_action,
        message_id=uuid.uuid4().urn,
        to="https://ncp.example/",
        assertions=country_a.assertions(EVA),
        mtom=transaction is Transaction.ITI_39,
    )
    bent = good.body.replace(b"<soap:Body>", b'<soap:Body xmlns:x="relative">')
    assert bent != good.body
    return HttpPayload(good.content_type, bent)


@pytest.mark.spec("Canonical XML 1.0 1.3")
@pytest.mark.parametrize(
    "transaction", [Transaction.ITI_55, Transaction.ITI_38, Transaction.ITI_39]
)
def test_a_body_that_has_no_canonical_form_is_refused_and_recorded(
    country_a: CountryA, transaction: Transaction
) -> None:
    answer = country_a.deliver(
        transaction, of_relative_namespace(country_a, transaction)
    )
    assert answer.status == 400
    assert country_a.conditions() == [Refusal.BODY_INVALID]


@pytest.mark.spec("Canonical XML 1.0 1.3")
def test_who_is_not_believed_and_sends_such_a_body_is_refused_for_what_came_first(
    country_a: CountryA,
) -> None:
    country_a.client = pki.certificate(pki.rsa_key("stranger"), country="DK")
    payload = of_relative_namespace(country_a, Transaction.ITI_55)
    answer = country_a.deliver(Transaction.ITI_55, payload)
    assert answer.status >= 400
    assert country_a.conditions() == [Reason.PEER_NOT_PINNED]

"""Listing and giving out: whose document it is, and whether it may leave."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from ncp.country_a.responding_gateway import RespondingGateway
from ncp.errors import Refusal
from ncp.ihe.codes import ResponseStatus, Transaction
from ncp.ihe.document_list import read_document_query_response
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrieveRequest,
    read_retrieve_response,
    write_retrieve_request,
)
from ncp.ihe.iti55_xcpd import read_patient_discovery_response
from tests.ncp.country_a.scene import (
    EVA,
    HOME,
    LUC,
    REPOSITORY,
    CountryA,
    record_of,
    source_document,
    summary_of,
    understood,
)
from trust.xml import DOCUMENT_LIMITS, parse_xml

CDA_ID = "{urn:hl7-org:v3}id"


def served(patient, **changes) -> bytes:
    return json.dumps(summary_of(patient, **changes)).encode()


@pytest.mark.spec("ITI TF-2 3.38.4.1.3")
def test_an_entry_says_what_is_needed_and_promises_nothing_else(
    country_a: CountryA,
) -> None:
    [entry] = country_a.entries(EVA)
    assert entry.home == HOME
    assert entry.patient == EVA
    assert entry.class_code == "60591-5"
    assert entry.unique_id.startswith("2.25.")
    assert entry.creation_time is not None
    assert (entry.size, entry.hash) == (None, None)


def test_the_document_carries_the_id_it_was_listed_under(country_a: CountryA) -> None:
    [entry] = country_a.entries(EVA)
    response = country_a.retrieve(EVA, entry.unique_id)
    [document] = response.documents
    cda = parse_xml(document.content, DOCUMENT_LIMITS)
    identifier = cda.find(CDA_ID)
    assert identifier is not None
    assert dict(identifier.attrib) == {"root": entry.unique_id}


def test_a_list_of_nothing_is_a_success_with_a_warning(country_a: CountryA) -> None:
    answer = understood(country_a.list_documents(LUC))
    response = read_document_query_response(answer.body)
    assert response.status is ResponseStatus.SUCCESS
    assert [error.is_warning for error in response.errors] == [True]
    assert country_a.conditions() == [Refusal.DOCUMENTS_NOT_FOUND]
    assert country_a.records()[-1].outcome == "answered"


def test_ids_are_the_same_after_a_restart(country_a: CountryA) -> None:
    assert country_a.entries(EVA)[0].unique_id == country_a.entries(EVA)[0].unique_id


def test_a_new_version_of_the_source_has_a_new_id(country_a: CountryA) -> None:
    [before] = country_a.entries(EVA)
    country_a.nation.listed[EVA] = [source_document("eva", "2")]
    [after] = country_a.entries(EVA)
    assert after.unique_id != before.unique_id
    assert country_a.retrieve(EVA, before.unique_id).documents == ()
    assert country_a.conditions()[-1] == Refusal.DOCUMENT_UNKNOWN


def test_an_id_of_another_patient_is_answered_like_an_unknown_one(
    country_a: CountryA,
) -> None:
    [entry] = country_a.entries(EVA)
    theirs = country_a.retrieve(LUC, entry.unique_id)
    unknown = country_a.retrieve(LUC, "2.25.1")
    assert theirs.documents == unknown.documents == ()
    assert theirs.errors == unknown.errors
    assert country_a.conditions()[-2:] == [
        Refusal.DOCUMENT_OF_ANOTHER_PATIENT,
        Refusal.DOCUMENT_UNKNOWN,
    ]


def test_a_source_without_versions_gets_an_id_that_lives_a_while(
    country_a: CountryA,
) -> None:
    country_a.nation.listed[EVA] = [source_document("eva", None)]
    [entry] = country_a.entries(EVA)
    assert len(country_a.retrieve(EVA, entry.unique_id).documents) == 1
    assert country_a.retrieve(LUC, entry.unique_id).documents == ()
    assert country_a.conditions()[-1] == Refusal.DOCUMENT_OF_ANOTHER_PATIENT
    country_a.clock.moment += country_a.services.listing_lifetime + timedelta(seconds=1)
    assert country_a.retrieve(EVA, entry.unique_id).documents == ()
    assert country_a.conditions()[-1] == Refusal.DOCUMENT_UNKNOWN


def test_a_national_document_of_somebody_else_does_not_leave(
    country_a: CountryA,
) -> None:
    country_a.nation.contents["eva"] = served(LUC)
    [entry] = country_a.entries(EVA)
    assert country_a.retrieve(EVA, entry.unique_id).documents == ()
    assert country_a.conditions()[-1] == Refusal.NATIONAL_UNAVAILABLE


def test_a_document_that_lacks_a_mandatory_fact_does_not_leave(
    country_a: CountryA,
) -> None:
    country_a.nation.contents["eva"] = served(EVA, birthDate=None)
    [entry] = country_a.entries(EVA)
    response = country_a.retrieve(EVA, entry.unique_id)
    assert response.documents == ()
    assert response.errors[0].code == "ERROR_PS_MISSING_BASIC_DATA"
    assert country_a.conditions()[-1] == Refusal.DOCUMENT_LACKS_MANDATORY_FACT


def test_a_demonstration_may_show_an_incomplete_document(country_a: CountryA) -> None:
    country_a.nation.contents["eva"] = served(EVA, birthDate=None)
    services = replace(country_a.services, send_incomplete_documents=True)
    country_a.gateway = RespondingGateway(
        services,
        [type(case)(services) for case in country_a.gateway._use_cases.values()],
    )
    [entry] = country_a.entries(EVA)
    assert len(country_a.retrieve(EVA, entry.unique_id).documents) == 1


def test_of_several_documents_those_that_can_are_given_out(
    country_a: CountryA,
) -> None:
    [entry] = country_a.entries(EVA)
    response = country_a.retrieve(EVA, entry.unique_id, "2.25.1")
    assert response.status is ResponseStatus.PARTIAL_SUCCESS
    assert [each.request.document_unique_id for each in response.documents] == [
        entry.unique_id
    ]
    assert len(response.errors) == 1
    assert country_a.records()[-1].outcome == "answered-in-part"


def test_two_people_under_one_identifier_are_nobody(country_a: CountryA) -> None:
    country_a.nation.people.append(record_of(EVA, "Double"))
    answer = understood(country_a.identify(EVA))
    response = read_patient_discovery_response(answer.body)
    assert response.matches == ()
    assert [error.code for error in response.errors] == ["ERROR_PI_MULTIPLE_MATCHES"]


def test_without_consent_nobody_is_named(country_a: CountryA) -> None:
    country_a.nation.consent_given = False
    answer = country_a.identify(EVA)
    assert b"Weber" not in answer.payload.body
    assert country_a.conditions() == [Refusal.CONSENT_REFUSED]


@pytest.mark.spec("ITI TF-2 3.39.4.1.3")
def test_a_document_tells_our_community_where_the_question_told_none(
    country_a: CountryA,
) -> None:
    [entry] = country_a.entries(EVA)
    wanted = DocumentRequest(None, REPOSITORY, entry.unique_id)
    body = write_retrieve_request(RetrieveRequest((wanted,)))
    answer = understood(
        country_a.send(Transaction.ITI_39, body, country_a.assertions(EVA))
    )
    [document] = read_retrieve_response(answer.body, answer.attachments).documents
    assert document.request.home == HOME


def test_a_document_that_is_asked_for_twice_is_returned_once(
    country_a: CountryA,
) -> None:
    [entry] = country_a.entries(EVA)
    response = country_a.retrieve(EVA, entry.unique_id, entry.unique_id)
    assert len(response.documents) == 1
    assert response.status is ResponseStatus.SUCCESS


def test_a_document_is_the_same_with_our_community_told_and_without(
    country_a: CountryA,
) -> None:
    [entry] = country_a.entries(EVA)
    both = (
        DocumentRequest(HOME, REPOSITORY, entry.unique_id),
        DocumentRequest(None, REPOSITORY, entry.unique_id),
    )
    body = write_retrieve_request(RetrieveRequest(both))
    answer = understood(
        country_a.send(Transaction.ITI_39, body, country_a.assertions(EVA))
    )
    response = read_retrieve_response(answer.body, answer.attachments)
    assert len(response.documents) == 1
    assert response.status is ResponseStatus.SUCCESS

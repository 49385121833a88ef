"""Our messages are valid against the published schemas, where these are at hand.

The schemas may not be shipped. ``NCP_WIRE_SCHEMAS`` names a folder that holds them
anywhere below; they stand, for one, in the service archives of OpenNCP.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lxml import etree

from ncp.answers import Condition, answer_for
from ncp.errors import Refusal
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.iti38_xca_query import (
    DocumentQuery,
    Transform,
    write_document_query,
    write_document_query_response,
)
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrieveRequest,
    write_retrieve_request,
    write_retrieve_response,
)
from ncp.ihe.iti55_xcpd import (
    read_patient_discovery_request,
    write_patient_discovery_request,
    write_patient_discovery_response,
)
from tests.capabilities import missing
from tests.ncp.ihe.messages import (
    ENTRY,
    LUXEMBOURG,
    MATCH,
    NOW,
    PATIENT,
    QUESTION,
    CountedIds,
    through_xml,
)
from trust.xml import Element

CAPABILITY = "official schemas"
REMEDY = "set NCP_WIRE_SCHEMAS to a folder with the schemas of HL7 v3 and ebXML"


def schema(name: str) -> etree.XMLSchema:
    folder = os.environ.get("NCP_WIRE_SCHEMAS")
    found = sorted(Path(folder).rglob(name)) if folder else []
    if not found:
        missing(CAPABILITY, REMEDY)
    return etree.XMLSchema(etree.parse(found[0]))


@pytest.fixture(scope="module")
def question_schema() -> etree.XMLSchema:
    return schema("PRPA_IN201305UV02.xsd")


@pytest.fixture(scope="module")
def answer_schema() -> etree.XMLSchema:
    return schema("PRPA_IN201306UV02.xsd")


@pytest.fixture(scope="module")
def query_schema() -> etree.XMLSchema:
    return schema("query.xsd")


@pytest.fixture(scope="module")
def retrieve_schema() -> etree.XMLSchema:
    return schema("IHEXDS.xsd")


def check(rules: etree.XMLSchema, body: Element) -> None:
    valid = rules.validate(through_xml(body))
    assert valid, [str(entry) for entry in rules.error_log]


@pytest.mark.spec("HL7 v3 PRPA_IN201305UV02")
def test_the_question_is_valid(question_schema: etree.XMLSchema) -> None:
    check(question_schema, write_patient_discovery_request(QUESTION, NOW))


@pytest.mark.spec("HL7 v3 PRPA_IN201306UV02")
@pytest.mark.parametrize(
    "condition",
    [None, Refusal.PATIENT_UNKNOWN, Refusal.PATIENT_ID_ABSENT, Refusal.CONSENT_REFUSED],
)
def test_the_answer_is_valid(
    answer_schema: etree.XMLSchema, condition: Condition | None
) -> None:
    asked = read_patient_discovery_request(
        through_xml(write_patient_discovery_request(QUESTION, NOW))
    )
    answer = None if condition is None else answer_for(condition, Transaction.ITI_55)
    body = write_patient_discovery_response(
        asked,
        [] if answer else [MATCH],
        answer,
        own=LUXEMBOURG,
        ids=CountedIds(),
        now=NOW,
    )
    check(answer_schema, body)


@pytest.mark.spec("ebXML RegRep 3.0 query.xsd")
def test_query_and_list_are_valid(query_schema: etree.XMLSchema) -> None:
    asked = DocumentQuery(
        PATIENT, (ClassCode.PATIENT_SUMMARY,), LUXEMBOURG, NOW, NOW, 1048576
    )
    check(query_schema, write_document_query(asked))
    transform = Transform(ENTRY.entry_id, ENTRY.entry_id)
    listed = write_document_query_response(
        [ENTRY], home=LUXEMBOURG, transforms=[transform]
    )
    check(query_schema, listed)
    refused = answer_for(Refusal.CONSENT_REFUSED, Transaction.ITI_38)
    check(query_schema, write_document_query_response([], [refused], home=LUXEMBOURG))


@pytest.mark.spec("IHE ITI TF-2 Appendix W (IHEXDS.xsd)")
def test_retrieve_is_valid(retrieve_schema: etree.XMLSchema) -> None:
    asked = DocumentRequest(LUXEMBOURG, "1.2.3", "2.25.1")
    check(retrieve_schema, write_retrieve_request(RetrieveRequest((asked,))))
    refused = answer_for(Refusal.DOCUMENT_UNKNOWN, Transaction.ITI_39)
    body = write_retrieve_response([], [refused], home=LUXEMBOURG, ids=CountedIds())[0]
    check(retrieve_schema, body)

"""The conditions of the field's own test catalogues, answered on the wire.

Ours first, and beside it what each family of programs expects where a peer is answered
in its dialect.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ncp.answers import Dialect
from ncp.errors import NationalError, PeerRefused, Refusal
from ncp.exchange import OutboundHttp
from ncp.ihe import namespaces as ns
from ncp.ihe.codes import ClassCode, ResponseStatus, Severity, Transaction
from ncp.ihe.document_list import read_document_query_response
from ncp.ihe.ebxml import read_errors, read_status
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrieveRequest,
    write_retrieve_request,
)
from ncp.ihe.nodes import child
from tests.ncp.country_a import scene
from tests.ncp.country_a.scene import (
    DENMARK,
    EVA,
    HOME,
    LUC,
    REPOSITORY,
    CountryA,
    source_document,
    summary_of,
    understood,
)
from trust.assertions import Permission
from trust.identifiers import HomeCommunityId

ELSEWHERE = HomeCommunityId("2.16.17.710.999.1")
SUMMARY, PRESCRIPTION = ClassCode.PATIENT_SUMMARY, ClassCode.EPRESCRIPTION
SUCCESS, FAILURE = ResponseStatus.SUCCESS, ResponseStatus.FAILURE
PARTIAL = ResponseStatus.PARTIAL_SUCCESS
ERROR, WARNING = Severity.ERROR, Severity.WARNING


@dataclass(frozen=True)
class Told:
    """A registry answer: its status, and each error's code and severity."""

    status: ResponseStatus
    errors: tuple[tuple[str, Severity], ...] = ()


def told(status: ResponseStatus, code: str, severity: Severity = ERROR) -> Told:
    return Told(status, ((code, severity),))


@contextmanager
def answering(folder: Path, dialect: Dialect) -> Iterator[CountryA]:
    made = CountryA(folder, dialects={DENMARK: dialect})
    with closing(made.store):
        yield made


def read(answer: OutboundHttp) -> Told:
    message = understood(answer)
    response = message.body
    if message.transaction is Transaction.ITI_39:
        found = child(response, f"{{{ns.RS}}}RegistryResponse")
        assert found is not None
        response = found
    errors = read_errors(response)
    return Told(
        read_status(response),
        tuple((each.code, each.severity or ERROR) for each in errors),
    )


def listing(
    country: CountryA, patient=EVA, kind: ClassCode = SUMMARY, home=None, treated=None
) -> OutboundHttp:
    body = write_document_query(DocumentQuery(patient, (kind,), home))
    assertions = country.assertions(treated or patient)
    return country.send(Transaction.ITI_38, body, assertions)


def fetching(
    country: CountryA, *ids: str, home=HOME, repository: str = REPOSITORY
) -> OutboundHttp:
    asked = tuple(DocumentRequest(home, repository, each) for each in ids)
    body = write_retrieve_request(RetrieveRequest(asked))
    return country.send(Transaction.ITI_39, body, country.assertions(EVA))


def offered(country: CountryA) -> str:
    return country.entries(EVA)[0].unique_id


# What is done to country A, and what is asked ----------------------------------------


def no_summary(country: CountryA) -> OutboundHttp:
    country.nation.listed.clear()
    return listing(country)


def no_consent(country: CountryA) -> OutboundHttp:
    country.nation.consent_given = False
    return listing(country)


def no_consent_to_fetch(country: CountryA) -> OutboundHttp:
    document = offered(country)
    country.nation.consent_given = False
    return fetching(country, document)


def no_rights(country: CountryA) -> OutboundHttp:
    own = scene.DOCTOR
    scene.DOCTOR = dataclasses.replace(
        own, permissions=(Permission.REVIEW_EXISTING_ORDERS,)
    )
    try:
        return listing(country)
    finally:
        scene.DOCTOR = own


def registry_down(country: CountryA) -> OutboundHttp:
    country.nation.error = NationalError(Refusal.NATIONAL_UNAVAILABLE, "down")
    return listing(country)


def one_of_two_gone(country: CountryA) -> OutboundHttp:
    nation = country.nation
    nation.listed[EVA] = [source_document("one"), source_document("two")]
    for name in ("one", "two"):
        nation.contents[name] = json.dumps(summary_of(EVA)).encode()
    ids = [each.unique_id for each in country.entries(EVA)]
    nation.listed[EVA].pop()
    return fetching(country, *ids[:2])


CASES: dict[str, tuple[Callable[[CountryA], OutboundHttp], dict[Dialect, Told]]] = {
    "a summary": (listing, {Dialect.OURS: Told(SUCCESS)}),
    "PS #1, no consent": (
        no_consent,
        {
            Dialect.OURS: told(FAILURE, "ERROR_PS_NO_CONSENT"),
            Dialect.OPENNCP_OLD: told(FAILURE, "4701"),
            Dialect.GEMATIK: told(FAILURE, "ERROR_NO_CONSENT"),
        },
    ),
    "PS #3, rights": (no_rights, {Dialect.OURS: told(FAILURE, "4703")}),
    "PS #4, no summary": (
        no_summary,
        {
            Dialect.OURS: told(SUCCESS, "ERROR_PS_NOT_FOUND", WARNING),
            Dialect.OPENNCP_OLD: told(SUCCESS, "1102", WARNING),
            Dialect.GEMATIK: told(FAILURE, "ERROR_GENERIC_DOCUMENT_MISSING"),
        },
    ),
    "EP, kind not served": (
        lambda country: listing(country, kind=PRESCRIPTION),
        {
            Dialect.OURS: told(FAILURE, "ERROR_GENERIC_SERVICE_SIGNIFIER_UNKNOWN"),
            Dialect.OPENNCP_NEW: told(
                SUCCESS, "ERROR_GENERIC_SERVICE_SIGNIFIER_UNKNOWN"
            ),
        },
    ),
    "patient of the TRC": (
        lambda country: listing(country, treated=LUC),
        {Dialect.OURS: told(FAILURE, "4206")},
    ),
    "PS #7, registry down": (
        registry_down,
        {Dialect.OURS: told(FAILURE, "ERROR_PS_REGISTRY_NOT_AVAILABLE")},
    ),
    "another home, list": (
        lambda country: listing(country, home=ELSEWHERE),
        {Dialect.OURS: told(FAILURE, "XDSUnknownCommunity")},
    ),
    "UC3_011, document id": (
        lambda country: fetching(country, "2.25.1"),
        {
            Dialect.OURS: told(FAILURE, "ERROR_GENERIC_DOCUMENT_MISSING"),
            Dialect.OPENNCP_OLD: told(PARTIAL, "XDSMissingDocument"),
            Dialect.OPENNCP_NEW: told(PARTIAL, "XDSMissingDocument"),
        },
    ),
    "UC3_020, repository id": (
        lambda country: fetching(country, offered(country), repository="1.2.3"),
        {Dialect.OURS: told(FAILURE, "ERROR_GENERIC_DOCUMENT_MISSING")},
    ),
    "another home, document": (
        lambda country: fetching(country, offered(country), home=ELSEWHERE),
        {Dialect.OURS: told(FAILURE, "XDSUnknownCommunity")},
    ),
    "EPA_032, consent at retrieve": (
        no_consent_to_fetch,
        {
            Dialect.OURS: told(FAILURE, "ERROR_PS_NO_CONSENT"),
            Dialect.OPENNCP_OLD: told(FAILURE, "4701"),
            Dialect.GEMATIK: told(FAILURE, "ERROR_NO_CONSENT"),
        },
    ),
    "UC11_020, one of two gone": (
        one_of_two_gone,
        {Dialect.OURS: told(PARTIAL, "ERROR_GENERIC_DOCUMENT_MISSING")},
    ),
    "the same document twice": (
        lambda country: fetching(country, *[offered(country)] * 2),
        {Dialect.OURS: Told(SUCCESS)},
    ),
}
ROWS = [
    pytest.param(ask, dialect, expected, id=f"{name}, {dialect}")
    for name, (ask, answers) in CASES.items()
    for dialect, expected in answers.items()
]


@pytest.mark.spec("ITI TF-2 3.38.4.1.3")
@pytest.mark.parametrize(("ask", "dialect", "expected"), ROWS)
def test_each_condition_is_answered_as_the_table_says(
    tmp_path: Path, ask, dialect: Dialect, expected: Told
) -> None:
    with answering(tmp_path, dialect) as country:
        assert read(ask(country)) == expected


def test_of_several_documents_each_error_names_its_own(tmp_path: Path) -> None:
    with answering(tmp_path, Dialect.OURS) as country:
        document = offered(country)
        answer = understood(fetching(country, document, "2.25.1", "2.25.2"))
        response = child(answer.body, f"{{{ns.RS}}}RegistryResponse")
        contexts = [error.text for error in read_errors(response)]
    assert [text.rsplit(maxsplit=1)[-1] for text in contexts] == ["2.25.1", "2.25.2"]
    assert len(answer.attachments) == 1


def test_a_dialect_is_of_one_country_alone(tmp_path: Path) -> None:
    with answering(tmp_path, Dialect.OPENNCP_OLD) as country:
        assert country.services.dialect_of(DENMARK) is Dialect.OPENNCP_OLD
        assert country.services.dialect_of(None) is Dialect.OURS


def test_nothing_is_listed_beside_an_error(tmp_path: Path) -> None:
    with answering(tmp_path, Dialect.OPENNCP_NEW) as country:
        answer = understood(listing(country, kind=PRESCRIPTION))
        assert read_document_query_response(answer.body).entries == ()


@pytest.mark.spec("eHDSI NCPeH Components Specification 4.4.2.4")
def test_two_professionals_are_a_fault_of_the_sender(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NCP_040: the professional of the TRC is not that of the HCP assertion."""
    with answering(tmp_path, Dialect.OURS) as country:
        hcp, _ = country.assertions(EVA)
        own = scene.DOCTOR
        monkeypatch.setattr(
            scene, "DOCTOR", dataclasses.replace(own, identifier="doctor-2")
        )
        _, other = trc_on(country, hcp)
        body = write_document_query(DocumentQuery(EVA, (SUMMARY,)))
        answer = country.send(Transaction.ITI_38, body, (hcp, other))
        assert answer.status == 400
        assert b"HP Missing Attributes" in answer.payload.body
        with pytest.raises(PeerRefused) as fault:
            understood(answer)
        assert fault.value.codes == ("Sender", "InvalidSecurityToken")
        assert country.conditions() == ["trc-of-another-professional"]


def trc_on(country: CountryA, hcp: bytes) -> tuple[bytes, bytes]:
    """A TRC that refers to this HCP assertion and names another professional."""
    import uuid

    from trust.assertions import PurposeOfUse, build_trc_assertion, read_own_hcp
    from trust.assertions import trc as trc_module

    read_hcp = read_own_hcp(hcp, key=country.seal, country=DENMARK)
    lying = dataclasses.replace(read_hcp, name_id="doctor-2")
    original = trc_module.check_binding
    trc_module.check_binding = lambda *_: None
    try:
        made = build_trc_assertion(
            lying,
            EVA,
            country=DENMARK,
            key=country.seal,
            now=country.clock.now(),
            purpose_of_use=PurposeOfUse.TREATMENT,
            assertion_id=uuid.uuid4(),
        )
    finally:
        trc_module.check_binding = original
    return hcp, made

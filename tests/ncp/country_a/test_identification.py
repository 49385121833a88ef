"""By what a patient is found, and how each refusal stands in the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ncp.country_a.identification import Demographics, IdentificationPolicy
from ncp.errors import NationalError, PolicyError, Refusal
from ncp.exchange import HttpPayload
from ncp.ihe.codes import Acknowledgement, QueryResponse, Transaction
from ncp.ihe.iti55_xcpd import (
    PatientDiscoveryResponse,
    PatientTraits,
    PostalAddress,
    read_patient_discovery_response,
)
from ncp.ihe.soap import write_request
from tests.ncp.country_a.scene import (
    EVA,
    LUC,
    MATRICULE,
    CountryA,
    discovery_by,
    record_of,
    understood,
)
from trust.identifiers import Oid, PatientId

CARD = Oid("1.3.182.4.5")
EVA_CARD = PatientId(CARD, "C-1")
WHOLE = PatientTraits((), ("Weber",), ("Given",), "1970-01-31")
ACCEPT, ERROR = Acknowledgement.ACCEPT, Acknowledgement.ERROR
OK, NOT_FOUND = QueryResponse.OK, QueryResponse.NOT_FOUND
FAILED = QueryResponse.APPLICATION_ERROR


@contextmanager
def country(folder: Path, **policy: object) -> Iterator[CountryA]:
    made = CountryA(folder, identification=IdentificationPolicy(**policy))
    eva = replace(
        record_of(EVA, "Weber"),
        identifiers=(EVA, EVA_CARD),
        city="Esch-sur-Alzette",
        postal_code="L-4001",
    )
    made.nation.people = [eva, record_of(LUC, "Braun")]
    with closing(made.store):
        yield made


def ask(made: CountryA, traits: PatientTraits) -> PatientDiscoveryResponse:
    answer = made.send(Transaction.ITI_55, discovery_by(traits), [made.hcp()])
    return read_patient_discovery_response(understood(answer).body)


@dataclass(frozen=True)
class Told:
    """An answer in four places."""

    acknowledgement: Acknowledgement
    response: QueryResponse
    code: str
    reason: str


def told(response: PatientDiscoveryResponse) -> Told:
    [error] = response.errors
    assert response.matches == ()
    assert response.acknowledgement is not None
    assert response.query_response is not None
    return Told(
        response.acknowledgement,
        response.query_response,
        error.code,
        error.reason or "",
    )


NO_ID = Told(
    ERROR, FAILED, "ERROR_PI_MISSING_REQUIRED_FIELDS", "DemographicsQueryNotAllowed"
)
MORE = Told(
    ACCEPT, OK, "ERROR_PI_MISSING_REQUIRED_FIELDS", "AdditionalDemographicsRequested"
)
CARD_NEEDED = Told(ERROR, FAILED, "ERROR_PI_GENERIC", "EHICDataRequested")
NOBODY = Told(ACCEPT, NOT_FOUND, "ERROR_PI_NO_MATCH", "AnswerNotAvailable")
OPTIONAL = {"demographics": Demographics.OPTIONAL}
REQUIRED = {"demographics": Demographics.REQUIRED}
ALONE = {"demographics": Demographics.ALONE}
ONLY_MATRICULE = {"authorities": (MATRICULE,)}
BY_ID = PatientTraits((EVA,))

POLICIES = {
    "id": (OPTIONAL, BY_ID, None),
    "id and fitting names": (OPTIONAL, replace(WHOLE, ids=(EVA,)), None),
    "no id": (OPTIONAL, WHOLE, NO_ID),
    "id alone is not enough": (REQUIRED, BY_ID, MORE),
    "id with all of it": (REQUIRED, replace(WHOLE, ids=(EVA,)), None),
    "still no id": (REQUIRED, WHOLE, NO_ID),
    "demographics alone": (ALONE, WHOLE, None),
    "a year of birth": (ALONE, replace(WHOLE, birth_date="1970"), MORE),
    "no given name": (ALONE, replace(WHOLE, given=()), MORE),
    "demographics of nobody": (ALONE, replace(WHOLE, family=("No",)), NOBODY),
    "served authority": (ONLY_MATRICULE, BY_ID, None),
    "other authority": (ONLY_MATRICULE, PatientTraits((EVA_CARD,)), CARD_NEEDED),
    "one of two served": (ONLY_MATRICULE, PatientTraits((EVA_CARD, EVA)), None),
}


@pytest.mark.spec("ITI TF-2 3.55.4.2.3")
@pytest.mark.parametrize(
    ("policy", "traits", "expected"), POLICIES.values(), ids=POLICIES
)
def test_the_policy_says_by_what_a_patient_is_found(
    tmp_path: Path, policy, traits: PatientTraits, expected: Told | None
) -> None:
    with country(tmp_path, **policy) as made:
        response = ask(made, traits)
    if expected is None:
        [match] = response.matches
        assert match.id == EVA
    else:
        assert told(response) == expected


RESTRICTIONS = {
    "both of one person": (PatientTraits((EVA, EVA_CARD)), True),
    "of an unknown authority": (
        PatientTraits((EVA, PatientId(Oid("1.2.3"), "x"))),
        True,
    ),
    "another number of a known authority": (
        PatientTraits((EVA, replace(EVA_CARD, extension="C-2"))),
        False,
    ),
    "city with other letters": (
        replace(BY_ID, address=PostalAddress(city="ESCH SUR ALZETTE")),
        True,
    ),
    "postal code without country": (
        replace(BY_ID, address=PostalAddress(postal_code="4001")),
        True,
    ),
    "another postal code": (
        replace(BY_ID, address=PostalAddress(postal_code="1111")),
        False,
    ),
    "another city": (replace(BY_ID, address=PostalAddress(city="Wiltz")), False),
    "the country alone": (replace(BY_ID, address=PostalAddress(country="LU")), True),
    "another country": (replace(BY_ID, address=PostalAddress(country="PT")), False),
    "a street": (replace(BY_ID, address=PostalAddress(("1, rue X",))), True),
}


@pytest.mark.parametrize(("traits", "fits"), RESTRICTIONS.values(), ids=RESTRICTIONS)
def test_everything_that_is_asked_restricts(
    tmp_path: Path, traits: PatientTraits, fits: bool
) -> None:
    with country(tmp_path) as made:
        response = ask(made, traits)
    assert bool(response.matches) is fits
    if not fits:
        assert told(response) == NOBODY


def test_two_people_are_nobody(tmp_path: Path) -> None:
    with country(tmp_path) as made:
        response = ask(made, PatientTraits((EVA, LUC)))
    assert response.matches == ()


BY_THE_INDEX = {
    Refusal.PATIENT_AUTHENTICATION_NEEDED: "PatientAuthenticationRequired",
    Refusal.PRIVACY_AT_STAKE: "PrivacyViolation",
    Refusal.RESPONDER_BUSY: "ResponderBusy",
}


@pytest.mark.parametrize(("refusal", "reason"), BY_THE_INDEX.items())
def test_the_index_itself_may_refuse(
    tmp_path: Path, refusal: Refusal, reason: str
) -> None:
    kind = NationalError if refusal is Refusal.RESPONDER_BUSY else PolicyError
    with country(tmp_path) as made:
        made.nation.error = kind(refusal, "not so")
        response = ask(made, BY_ID)
    assert told(response) == Told(ERROR, FAILED, "ERROR_PI_GENERIC", reason)


# What cannot be evaluated -----------------------------------------------------------


def bent(made: CountryA, pattern: bytes, put: bytes) -> PatientDiscoveryResponse:
    payload = write_request(
        discovery_by(BY_ID),
        action=Transaction.ITI_55.request_action,
        message_id="urn:uuid:00000000-0000-4000-8000-000000000001",
        to="https://ncp.example/",
        assertions=[made.hcp()],
    )
    body, count = re.subn(pattern, put, payload.body, count=1)
    assert count == 1
    answer = made.deliver(Transaction.ITI_55, HttpPayload(payload.content_type, body))
    return read_patient_discovery_response(understood(answer).body)


UNSUPPORTED = Told(ERROR, FAILED, "ERROR_PI_GENERIC", "AnswerNotAvailable")
INVALID = Told(ERROR, FAILED, "ERROR_PI_INCORRECT_FORMATTING", "AnswerNotAvailable")
END = rb"</hl7:parameterList>"
BENDS = {
    "deferred": (rb'PriorityCode code="I"', b'PriorityCode code="D"', UNSUPPORTED),
    "in parts": (rb'ModalityCode code="R"', b'ModalityCode code="T"', UNSUPPORTED),
    "mother's name": (
        END,
        b"<hl7:mothersMaidenName><hl7:value/></hl7:mothersMaidenName>" + END,
        UNSUPPORTED,
    ),
    "birth place": (
        END,
        b"<hl7:livingSubjectBirthPlaceAddress/>" + END,
        UNSUPPORTED,
    ),
    "unknown": (END, b"<hl7:shoeSize/>" + END, UNSUPPORTED),
    "no extension": (rb' extension="1893120105732"', b"", INVALID),
    "bad gender": (
        END,
        b"<hl7:livingSubjectAdministrativeGender><hl7:value code='X'/>"
        b"</hl7:livingSubjectAdministrativeGender>" + END,
        INVALID,
    ),
    "bad birth time": (
        END,
        b"<hl7:livingSubjectBirthTime><hl7:value value='31.1.1970'/>"
        b"</hl7:livingSubjectBirthTime>" + END,
        INVALID,
    ),
    "confidence over all": (
        rb"<hl7:matchCriterionList/>",
        (
            b"<hl7:matchCriterionList><hl7:minimumDegreeMatch><hl7:value value='101'/>"
            b"</hl7:minimumDegreeMatch></hl7:matchCriterionList>"
        ),
        INVALID,
    ),
}


@pytest.mark.spec("eHDSI XCPD Profile, negative tests 8, 10 to 16")
@pytest.mark.parametrize(("pattern", "put", "expected"), BENDS.values(), ids=BENDS)
def test_what_cannot_be_evaluated_is_not_passed_over(
    tmp_path: Path, pattern: bytes, put: bytes, expected: Told
) -> None:
    with country(tmp_path) as made:
        assert told(bent(made, pattern, put)) == expected


def test_a_confidence_that_is_reached_is_no_hindrance(tmp_path: Path) -> None:
    put = (
        b"<hl7:matchCriterionList><hl7:minimumDegreeMatch><hl7:value value='90'/>"
        b"</hl7:minimumDegreeMatch></hl7:matchCriterionList>"
    )
    with country(tmp_path) as made:
        assert bent(made, rb"<hl7:matchCriterionList/>", put).matches

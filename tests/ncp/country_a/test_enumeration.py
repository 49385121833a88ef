"""Nobody finds out by trying who lives here, or what documents somebody has.

Spec: fact sheet 06 6.3 items 4 and 5.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ncp.errors import Refusal
from ncp.exchange import OutboundHttp
from ncp.ihe.codes import Transaction
from ncp.ihe.iti39_xca_retrieve import (
    DocumentRequest,
    RetrieveRequest,
    write_retrieve_request,
)
from ncp.ihe.iti55_xcpd import read_patient_discovery_response
from tests.ncp.country_a.scene import (
    EVA,
    HOME,
    LUC,
    MATRICULE,
    REPOSITORY,
    CountryA,
    bearing,
    discovery,
    source_document,
    understood,
)
from trust.identifiers import HomeCommunityId, Oid, PatientId

ELSEWHERE = HomeCommunityId("2.16.17.710.820.1000.990.1")
_FRESH = re.compile(rb"urn:uuid:[0-9a-f-]{36}|MIMEBoundary_\w+|2\.25\.\d+")

item_4 = pytest.mark.spec("fact sheet 06 6.3 item 4")
item_5 = pytest.mark.spec("fact sheet 06 6.3 item 5")


@pytest.fixture
def country(tmp_path: Path) -> Iterator[CountryA]:
    limits = {"unknown-patients-of-professional": 5, "unknown-patients-of-country": 8}
    made = CountryA(tmp_path, restraint=bearing(limits))
    yield made
    made.store.close()


def stranger(number: int) -> PatientId:
    return PatientId(MATRICULE, f"19990101{number:05}")


def ask_as(country: CountryA, professional: str, patient: PatientId) -> OutboundHttp:
    hcp = country.hcp_of(professional)
    return country.send(Transaction.ITI_55, discovery(patient), [hcp])


def is_found(answer: OutboundHttp) -> bool:
    return bool(read_patient_discovery_response(understood(answer).body).matches)


# Who lives here ----------------------------------------------------------------------


@item_4
def test_ids_tried_one_after_another_are_answered_only_so_many_times(country):
    for number in range(5):
        assert not is_found(country.identify(stranger(number)))
    assert country.conditions() == [Refusal.PATIENT_UNKNOWN] * 5
    assert not is_found(country.identify(EVA)), "whoever is known is not told either"
    assert country.conditions()[-1] == Refusal.RESPONDER_BUSY


@item_4
def test_the_answer_to_who_asks_too_much_says_nothing_of_the_guess(country):
    for number in range(5):
        country.identify(stranger(number))
    known, unknown = country.identify(EVA), country.identify(stranger(9))
    assert told(known, EVA) == told(unknown, stranger(9))


def told(answer: OutboundHttp, patient: PatientId) -> bytes:
    """Return an answer without what is fresh in each, and without the question."""
    body = _FRESH.sub(b"", answer.payload.body)
    body = re.sub(rb"<hl7:(id|queryId) root=\"[0-9a-f-]{36}\"/>", b"", body)
    return body.replace(patient.extension.encode(), b"")


@item_4
def test_the_country_is_counted_beside_the_professional(country):
    for number in range(8):
        ask_as(country, f"doctor-{number}", stranger(number))
    assert not is_found(ask_as(country, "doctor-9", EVA))


@item_4
def test_one_who_guesses_does_not_keep_another_from_asking(country):
    for number in range(5):
        country.identify(stranger(number))
    assert is_found(ask_as(country, "doctor-2", EVA))


@item_4
def test_after_a_while_there_is_room_again(country):
    for number in range(5):
        country.identify(stranger(number))
    country.clock.moment += timedelta(minutes=15)
    assert is_found(country.identify(EVA))


@item_4
def test_finding_somebody_is_no_guess(country):
    for _ in range(10):
        assert is_found(country.identify(EVA))


@item_4
@pytest.mark.parametrize(
    "extension",
    ["*", "%", "1893*", "1893120105732%00", "1893120105732' OR '1'='1", "*:*", "a,b"],
)
def test_a_wildcard_or_a_query_in_an_id_finds_nobody(country, extension):
    assert not is_found(country.identify(PatientId(MATRICULE, extension)))


# Whose documents ---------------------------------------------------------------------


def fetch(
    country: CountryA,
    document_id: str,
    patient: PatientId = EVA,
    home: HomeCommunityId | None = HOME,
    repository: str = REPOSITORY,
) -> OutboundHttp:
    wanted = DocumentRequest(home, repository, document_id)
    body = write_retrieve_request(RetrieveRequest((wanted,)))
    return country.send(Transaction.ITI_39, body, country.assertions(patient))


def id_of(country: CountryA, patient: PatientId) -> str:
    return country.entries(patient)[0].unique_id


@pytest.fixture
def ids(country: CountryA) -> dict[str, str]:
    """Ids that are good for somebody, somewhere, and one that nobody has."""
    country.nation.listed[LUC] = [source_document("luc")]
    country.nation.contents["luc"] = country.nation.contents["eva"]
    good = id_of(country, EVA)
    last = good[-1]
    return {
        "another patient": id_of(country, LUC),
        "guessed": "2.25.329800735698586629295641978511506172918",
        "one digit off": good[:-1] + ("1" if last != "1" else "2"),
        "with a suffix": f"{good}.1",
        "with a path": f"../{good}",
        "a name of the source": "Bundle/eva",
        "nothing but blanks": " . ",
    }


KINDS = (
    "another patient",
    "guessed",
    "one digit off",
    "with a suffix",
    "with a path",
    "a name of the source",
    "nothing but blanks",
)


@item_5
@pytest.mark.parametrize("kind", KINDS)
def test_an_id_that_is_not_this_patients_gives_nothing(country, ids, kind):
    answer = fetch(country, ids[kind])
    assert b"ClinicalDocument" not in answer.payload.body
    assert country.records()[-1].outcome == "refused"


@item_5
def test_an_id_of_another_patient_is_answered_like_one_nobody_has(country, ids):
    others = fetch(country, ids["another patient"])
    nobodys = fetch(country, ids["guessed"])
    assert comparable(others) == comparable(nobodys)
    *_, of_another, of_nobody = country.conditions()
    assert of_another == Refusal.DOCUMENT_OF_ANOTHER_PATIENT
    assert of_nobody == Refusal.DOCUMENT_UNKNOWN


def comparable(answer: OutboundHttp) -> tuple[int, bytes]:
    return answer.status, _FRESH.sub(b"", answer.payload.body)


@item_5
@pytest.mark.parametrize(
    "elsewhere", [{"home": ELSEWHERE}, {"repository": "1.2.3"}], ids=str
)
def test_an_id_is_good_only_where_it_was_listed(country, elsewhere):
    answer = fetch(country, id_of(country, EVA), **elsewhere)
    assert b"ClinicalDocument" not in answer.payload.body


@item_5
def test_an_id_is_of_no_use_to_who_treats_somebody_else(country):
    answer = fetch(country, id_of(country, EVA), patient=LUC)
    assert b"ClinicalDocument" not in answer.payload.body
    assert country.conditions()[-1] == Refusal.DOCUMENT_OF_ANOTHER_PATIENT


@item_5
def test_an_id_is_of_no_use_once_consent_is_withdrawn(country):
    document_id = id_of(country, EVA)
    country.nation.consent_given = False
    assert b"ClinicalDocument" not in fetch(country, document_id).payload.body


@item_5
def test_an_id_of_one_service_is_of_no_use_where_only_another_is_agreed(country):
    document_id = id_of(country, EVA)
    country.nation.withheld.add("patient-summary")
    service = country.nation.asked[-1][1]
    country.nation.withheld.add(service)
    assert b"ClinicalDocument" not in fetch(country, document_id).payload.body


@item_5
def test_ids_cannot_be_told_from_each_other(country, ids):
    """They are all numbers of one length, of no order, and of nothing else."""
    mine, others = id_of(country, EVA), ids["another patient"]
    assert mine.startswith("2.25.")
    assert len(mine) > 35
    assert abs(int(mine[5:]) - int(others[5:])) > 10**20
    assert EVA.extension not in mine


@item_5
@item_4
def test_the_work_it_takes_does_not_tell_another_patients_id(country, ids):
    """Both ways are the same: as many steps are taken, but for a few in a hundred."""
    fetch(country, ids["guessed"])  # what is made at the first time, is made
    other = steps_of(lambda: fetch(country, ids["another patient"]))
    nobody = steps_of(lambda: fetch(country, ids["guessed"]))
    assert other == pytest.approx(nobody, rel=0.05)


def steps_of(act: Callable[[], object]) -> int:
    """Return how many functions are called in this thread, whatever a clock says."""
    events: Counter[str] = Counter()
    sys.setprofile(lambda _frame, event, _argument: events.update((event,)))
    try:
        act()
    finally:
        sys.setprofile(None)
    return events["call"] + events["c_call"]


def test_an_oid_that_is_none_is_no_id(country):
    assert Oid(id_of(country, EVA))

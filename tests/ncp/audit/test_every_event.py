"""Each event of the table is made by what the gateway does, and reads as it should."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import etree

from ncp.audit import TermKind
from ncp.audit.names import EVENT_NAMES
from ncp.store import AuditQuery, AuditTrailEntry
from tests.ncp.audit.border import ELISE, Border, crossed
from tests.ncp.audit.event_check import check, official_schema
from tests.ncp.audit.event_table import (
    ABSENT,
    EXCHANGES,
    KNOWN,
    ROWS,
    Row,
)


@pytest.fixture(scope="module")
def border(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Border]:
    with crossed(tmp_path_factory.mktemp("border")) as border:
        yield border


@pytest.fixture(scope="module")
def trail(border: Border) -> list[AuditTrailEntry]:
    return border.trail()


def test_every_event_of_the_sources_is_a_row_or_has_a_reason():
    rows = {(row.key, row.side) for row in ROWS}
    wanted = {(key, side) for key, sides in KNOWN.items() for side in sides}
    assert rows.isdisjoint(ABSENT)
    assert rows | set(ABSENT) == wanted


def test_the_names_to_look_for_are_those_that_events_have():
    assert {row.name for row in ROWS} == EVENT_NAMES


@pytest.mark.spec("DICOM PS3.16 CID 400", "DICOM PS3.16 CID 403")
@pytest.mark.parametrize("row", EXCHANGES, ids=str)
def test_what_happens_between_countries_is_recorded_on_its_side(trail, row: Row):
    check(row, trail)


@pytest.mark.spec("DICOM PS3.15 A.5.1")
def test_every_message_of_the_border_is_valid_against_the_official_schema(trail):
    schema = official_schema()
    for entry in trail:
        schema.assertValid(etree.fromstring(entry.dicom))


def test_what_is_about_a_patient_is_found_by_the_patient(border: Border):
    query = AuditQuery(terms=((TermKind.PATIENT, ELISE.cx),))
    exchanges = {"ITI-55", "ITI-38", "ITI-39", "ITI-41"}
    found = {each.event for each in border.a.store.search_audit(query)}
    assert found == {*exchanges, "access-denied"}
    found = {each.event for each in border.b.store.search_audit(query)}
    alerts = {"access-denied", "emergency-override-started"}
    assert found == {*exchanges, *alerts, "EHDSI-92", "EHDSI-CF"}


def test_a_denial_stands_beside_the_exchange_it_is_about(trail):
    denials = [each for each in trail if each.event == "access-denied"]
    told = {each.exchange_id: each for each in trail if each.event != "access-denied"}
    for denial in denials:
        asked = told[denial.exchange_id]
        assert asked.outcome != 0
        assert denial.outcome == 8
        assert message_of(denial) == message_of(asked)


def message_of(entry: AuditTrailEntry) -> str | None:
    """Return the id of the request, in whichever object it is named."""
    found = etree.fromstring(entry.dicom).xpath(
        "ParticipantObjectIdentification[@ParticipantObjectTypeCode='2' or "
        "@ParticipantObjectTypeCode='4']/@ParticipantObjectID"
    )
    return next((each for each in found if each.startswith("urn:uuid:")), None)

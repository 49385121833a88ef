from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncp.country_a.document_ids import DocumentIds, DocumentLevel, oid_of
from trust.identifiers import Oid, PatientId

PATIENT = PatientId(Oid("1.3.182.4.4"), "1893120105732")
PROFILE = "urn:epSOS:ps:ps:2010"
IDS = DocumentIds(bytes(range(32)))


def an_id(**changes: object) -> Oid:
    values: dict[str, object] = {
        "patient": PATIENT,
        "source_id": "Bundle/1",
        "version": "1",
        "level": DocumentLevel.STRUCTURED,
        "profile": PROFILE,
    }
    return IDS.document_id(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.spec("ITU-T X.667 6.3")
def test_an_id_is_a_uuid_under_the_arc_2_25() -> None:
    arc, _, number = an_id().rpartition(".")
    assert arc == "2.25"
    assert uuid.UUID(int=int(number)).version == 8
    assert uuid.UUID(int=int(number)).variant == uuid.RFC_4122


def test_the_same_document_has_the_same_id_in_every_process() -> None:
    assert an_id() == DocumentIds(bytes(range(32))).document_id(
        PATIENT, "Bundle/1", "1", DocumentLevel.STRUCTURED, PROFILE
    )


@pytest.mark.parametrize(
    "change",
    [
        {"patient": PatientId(Oid("1.3.182.4.4"), "1893120105733")},
        {"source_id": "Bundle/2"},
        {"version": "2"},
        {"profile": "urn:other"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_id_changes_with_everything_it_stands_for(change: dict[str, object]) -> None:
    assert an_id(**change) != an_id()


def test_another_secret_makes_other_ids() -> None:
    other = DocumentIds(bytes(32))
    assert an_id() != other.document_id(
        PATIENT, "Bundle/1", "1", DocumentLevel.STRUCTURED, PROFILE
    )


@given(st.text(min_size=1), st.text(min_size=1))
def test_parts_cannot_run_into_each_other(source: str, version: str) -> None:
    joined = an_id(source_id=source + "\x1f" + version, version="1")
    assert joined != an_id(source_id=source, version=version + "\x1f1")


def test_a_short_secret_is_refused_with_its_length() -> None:
    with pytest.raises(ValueError, match="16 bytes; at least 32"):
        DocumentIds(bytes(16))


def test_the_secret_does_not_show() -> None:
    assert "0001" not in repr(IDS)


def test_the_oid_of_a_uuid_is_its_decimal_number() -> None:
    assert oid_of(uuid.UUID(int=5)) == "2.25.5"

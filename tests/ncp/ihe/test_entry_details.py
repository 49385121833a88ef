"""Authors, event codes and service times of entries, both ways."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from lxml import etree

from ncp.ihe.codes import ClassCode, FormatCode
from ncp.ihe.document_entry import DocumentEntry, EntryAuthor, EventCode
from ncp.ihe.document_entry_reading import read_entry
from ncp.ihe.document_entry_writing import write_entry
from ncp.ihe.entry_details import read_authors, read_moment, write_moment
from ncp.ihe.namespaces import RIM
from ncp.ihe.registry_object import RegistryObject
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId
from trust.xml import Element, write_xml

ENTRY = DocumentEntry(
    entry_id=uuid.UUID(int=7),
    unique_id="2.25.7",
    repository_unique_id="1.3.182.1",
    home=HomeCommunityId("1.3.182.1"),
    patient=PatientId(Oid("1.3.182.4.4"), "1893120105732"),
    class_code=ClassCode.HOSPITAL_DISCHARGE_REPORT,
    type_code=ClassCode.HOSPITAL_DISCHARGE_REPORT,
    format_code=FormatCode.ORIGINAL_PDF,
    creation_time=datetime(2026, 3, 1, 10, tzinfo=UTC),
    title="OrCD Hospital Discharge Summary",
    description="Lettre de sortie",
    language="fr-LU",
    size=4711,
    hash="00" * 20,
    country=CountryCode("LU"),
    country_name="Luxembourg",
    service_start=datetime(2026, 2, 20, 8, tzinfo=UTC),
    authors=(
        EntryAuthor("Muller", "Anne", ("Surgery", "Intensive care")),
        EntryAuthor("Centre Hospitalier"),
    ),
    events=(EventCode("K56.2", "1.3.6.1.4.1.12559.11.10.1.3.1.44.2", "Volvulus"),),
)


@pytest.mark.spec("ITI TF-3 4.2.3.1.7")
@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))), "20260228"),
        (datetime(987, 3, 1, 23, 30, tzinfo=UTC), "09870301"),
    ],
)
def test_a_moment_has_fourteen_digits_in_utc(moment, told):
    assert write_moment(moment) == f"{told}233000"


def on_the_wire(entry: DocumentEntry) -> etree._Element:
    root = Element(f"{{{RIM}}}RegistryObjectList", {}, [write_entry(entry)])
    return etree.fromstring(write_xml(root, {RIM: "rim"}))[0]


@pytest.mark.spec("ITI TF-3 4.2.3.1.4", "ITI TF-3 4.2.3.2.8")
def test_an_entry_of_an_original_comes_back_as_it_was_written():
    assert read_entry(on_the_wire(ENTRY)) == ENTRY


@pytest.mark.spec("ITI TF-3 4.2.3.1.7")
def test_an_author_is_an_xcn_in_the_first_slot_of_a_classification_without_a_code():
    source = on_the_wire(ENTRY)
    classified = source.xpath(
        "r:Classification[@classificationScheme="
        "'urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d']",
        namespaces={"r": RIM},
    )
    assert [each.get("nodeRepresentation") for each in classified] == ["", ""]
    first = [each[0] for each in classified]
    assert [slot.get("name") for slot in first] == ["authorPerson"] * 2
    values = ["".join(slot.itertext()) for slot in first]
    assert values == ["^Muller^Anne", "^Centre Hospitalier"]
    ids = source.xpath("//r:Classification/@id", namespaces={"r": RIM})
    assert len(ids) == len(set(ids))


def test_separators_in_a_name_do_not_part_it():
    entry = on_the_wire(
        DocumentEntry(
            **{
                name: getattr(ENTRY, name)
                for name in DocumentEntry.__slots__
                if name != "authors"
            },
            authors=(EntryAuthor("A^B", "C&D"),),
        )
    )
    assert read_authors(RegistryObject(entry).classifications) == (
        EntryAuthor("A B", "C D"),
    )


@pytest.mark.parametrize(
    ("person", "author"),
    [
        ("Dr Anne Muller", EntryAuthor("Dr Anne Muller")),
        ("123^Muller^Anne^^^Dr", EntryAuthor("Muller", "Anne")),
        ("^Muller", EntryAuthor("Muller")),
        ("123^^", EntryAuthor("123")),
    ],
)
def test_authors_of_peers_are_read_in_either_form(person, author):
    source = etree.fromstring(
        f'<rim:ExtrinsicObject xmlns:rim="{RIM}"><rim:Classification '
        'classificationScheme="urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d">'
        '<rim:Slot name="authorPerson"><rim:ValueList>'
        f"<rim:Value>{person}</rim:Value></rim:ValueList></rim:Slot>"
        "</rim:Classification></rim:ExtrinsicObject>"
    )
    assert read_authors(RegistryObject(source).classifications) == (author,)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("20260220080000", datetime(2026, 2, 20, 8, tzinfo=UTC)),
        ("20260220", datetime(2026, 2, 20, tzinfo=UTC)),
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("20261340", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_service_time_that_is_none_is_as_good_as_absent(written, read):
    assert read_moment(written) == read

"""Each datatype refuses what it refuses, and takes what it takes."""

import pytest
from lxml import etree

from transformations.rules.datatypes import DATATYPES
from transformations.rules.place import read_places
from transformations.rules.timestamps import moment_of

CASES = [
    ("CD", '<x code="a" codeSystem="1.2"/>', set()),
    ("CD", '<x code="a"/>', {"code-without-system"}),
    ("CD", "<x/>", {"nothing-said"}),
    (
        "CD",
        '<x nullFlavor="UNK" code="a" codeSystem="1.2"/>',
        {"null-and-code", "null-with-content"},
    ),
    ("CD", '<x nullFlavor="OTH"><translation code="a" codeSystem="1.2"/></x>', set()),
    (
        "CD",
        '<x nullFlavor="UNK"><translation code="a" codeSystem="1.2"/></x>',
        {"null-with-content"},
    ),
    (
        "CD",
        '<x code="a" codeSystem="1.2"><translation nullFlavor="UNK"/></x>',
        {"null-translation"},
    ),
    ("CD.EPSOS", '<x code="a" codeSystem="1.2"/>', {"no-display"}),
    (
        "CE.EPSOS",
        '<x code="a" codeSystem="1.2" displayName="A"><qualifier/></x>',
        {"qualifier"},
    ),
    ("CS", '<x code="a"/>', set()),
    ("CS", '<x code="a" codeSystem="1.2"/>', {"more-than-code"}),
    ("II", '<x root="1.2.3" extension="1"/>', set()),
    ("II", '<x extension="1"/>', {"no-root"}),
    ("II", '<x root="somewhere"/>', {"root-form"}),
    ("II", '<x nullFlavor="NI"/>', set()),
    ("II.EPSOS", f'<x root="1.{"2" * 70}"/>', {"long-root"}),
    ("TS", '<x value="20200229"/>', set()),
    ("TS", '<x value="20210229"/>', {"timestamp"}),
    ("TS.EPSOS.TZ", '<x value="20200101120000+0100"/>', set()),
    ("TS.EPSOS.TZ", '<x value="20200101120000"/>', {"no-offset"}),
    ("TS.EPSOS.TZ", '<x value="202001"/>', {"day-precision"}),
    ("TS.EPSOS.TZ", '<x value="20200101120000Z"/>', {"timestamp", "no-offset"}),
    ("IVL_TS", '<x><low value="2020"/><high value="2021"/></x>', set()),
    ("IVL_TS", '<x><low value="2021"/><high value="2020"/></x>', {"reversed-bounds"}),
    ("IVL_TS", '<x><low value="2020"/><high value="2020"/></x>', {"equal-bounds"}),
    ("IVL_TS", '<x value="2020"><low value="2020"/></x>', {"value-and-bounds"}),
    (
        "IVL_TS",
        '<x nullFlavor="UNK"><low value="2020"/></x>',
        {"null-with-content", "null-with-bounds"},
    ),
    ("PIVL_TS", '<x><period value="12" unit="h"/></x>', set()),
    ("PIVL_TS", '<x><period value="1.23456" unit="h"/></x>', {"period-digits"}),
    (
        "PIVL_TS",
        '<x operator="A" nullFlavor="UNK"/>',
        {"null-and-operator", "null-with-content"},
    ),
    ("EIVL_TS", '<x><event code="ACM"/></x>', set()),
    ("EIVL_TS", "<x><offset/></x>", {"no-event"}),
    ("SXPR_TS", "<x><comp/></x>", {"one-component"}),
    ("PQ", '<x value="1.5" unit="mg"/>', set()),
    ("PQ", '<x value="1,5" unit="mg"/>', {"number"}),
    ("IVL_PQ", '<x><low value="2"/><high value="1"/></x>', {"reversed-bounds"}),
    ("INT", '<x value="2"/>', set()),
    ("INT", '<x value="2.5"/>', {"integer"}),
    ("ED", "<x/>", {"empty"}),
    ("ED", '<x><reference value="#a"/></x>', set()),
    ("ST", '<x><reference value="#a"/></x>', {"more-than-text"}),
    ("ST", '<x mediaType="text/html">a</x>', {"not-plain"}),
    ("TEL", '<x value="tel:+352123"/>', set()),
    ("TEL", '<x value="tel:+352 123"/>', {"uri"}),
    ("TEL.EPSOS", '<x value="tel:+352/123"/>', {"telephone"}),
    ("TEL", "<x/>", {"no-value"}),
    ("AD", "<x><city>A</city></x>", set()),
    ("AD", "<x>A<city>B</city></x>", {"mixed-or-empty"}),
    ("AD.EPSOS", "<x>A</x>", {"no-part"}),
    ("PN", "<x><family>A</family></x>", set()),
    ("PN", "<x/>", {"empty"}),
    ("PN", '<x><family qualifier="LS">A</family></x>', {"legal-status"}),
    ("ON", "<x><family>A</family></x>", {"parts"}),
]


@pytest.mark.spec("HL7 v3 datatypes R1")
@pytest.mark.parametrize(("datatype", "xml", "expected"), CASES)
def test_a_datatype_refuses(datatype, xml, expected):
    place = read_places(
        etree.fromstring(xml.replace("<x", '<x xmlns="urn:hl7-org:v3"', 1))
    )
    found = {c.name for c in DATATYPES[datatype].checks if c.is_broken(place)}
    assert found == expected


SIBLINGS = [
    (
        "II",
        '<x root="1.2" extension="1"/><x root="1.2" extension="1"/>',
        {"repeated-id"},
    ),
    ("II", '<x root="1.2" extension="1"/><x root="1.2" extension="2"/>', set()),
    (
        "CD",
        '<x code="a" codeSystem="1.2"/><x code="a" codeSystem="1.2"/>',
        {"repeated-code"},
    ),
    ("TS", '<x nullFlavor="UNK"/><x value="2020"/>', {"null-beside-values"}),
    ("AD", "<x><city>A</city></x><x><city>A</city></x>", {"repeated-address"}),
    ("PN", "<x><given>A</given></x><x><given>A</given></x>", {"repeated-name"}),
    (
        "TEL",
        '<x use="H" value="tel:1"/><x use="H" value="tel:1"/>',
        {"repeated-address"},
    ),
]


@pytest.mark.parametrize(("datatype", "xml", "expected"), SIBLINGS)
def test_a_set_holds_a_thing_once(datatype, xml, expected):
    parent = read_places(etree.fromstring(f'<p xmlns="urn:hl7-org:v3">{xml}</p>'))
    place = parent.children[0]
    found = {c.name for c in DATATYPES[datatype].checks if c.is_broken(place)}
    assert found == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        "201",
        "20201",
        "202013",
        "2020-01-01",
        "20200101T12",
        "20200101+2500",
        "Z",
    ],
)
def test_no_timestamp(value):
    assert moment_of(value) is None


@pytest.mark.parametrize(
    "value", ["2020", "202001", "20200101", "2020010112", "20200101120000.123-0530"]
)
def test_a_timestamp_may_be_cut(value):
    assert moment_of(value) is not None


def test_an_offset_moves_the_moment():
    assert moment_of("20200101120000+0100") < moment_of("20200101120000-0100")

"""A leaf of CDA that is booked is used: proofs over every leaf of documents of ours."""

import copy
import json
from functools import cache

import pytest
from lxml import etree

from tests.capabilities import REPOSITORY
from tests.transformations.leaves import USED
from tests.transformations.patient_summary import rich, rich_optional
from tests.transformations.patient_summary.cda_documents import ReadBack, leaves_of
from tests.transformations.patient_summary.documents import own_bundle, transform
from tests.transformations.patient_summary.observed import observed
from tests.transformations.patient_summary.summaries import NS, carry
from tests.transformations.patient_summary.test_reading_laws import SECTIONS_READ
from transformations.mapping import Fate
from transformations.mapping.context import FRAME
from transformations.patient_summary import NotCda, patient_summary_to_fhir

RICH_HEADER = b"""<ClinicalDocument xmlns="urn:hl7-org:v3">
  <id root="2.999.1" extension="d"/>
  <code code="60591-5" codeSystem="2.16.840.1.113883.6.1" displayName="Summary"/>
  <title>Summary</title><effectiveTime value="20240102030405+0100"/>
  <confidentialityCode code="R" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="pt-PT"/><setId root="2.999.2" extension="s"/>
  <versionNumber value="3"/>
  <recordTarget><patientRole>
    <id root="1.3.182.4.4" extension="1893120105732" assigningAuthorityName="CCSS"/>
    <addr use="H PST"><streetName>Rua</streetName><houseNumber>4</houseNumber>
      <postBox>9</postBox><city>Lisboa</city><state>L</state><country>PT</country></addr>
    <telecom value="tel:+351-1" use="MC"/><telecom value="http://example.org/p"/>
    <patient><name use="L"><prefix>Dr</prefix><given>Ana</given><family>Silva</family>
      </name><administrativeGenderCode code="UN"
        codeSystem="2.16.840.1.113883.5.1"/><birthTime value="195703"/>
      <maritalStatusCode code="M" codeSystem="2.16.840.1.113883.5.2" displayName="m"/>
      <guardian classCode="GUARD"><code code="MTH"
        codeSystem="2.16.840.1.113883.5.111"/>
        <telecom value="tel:2"/><guardianPerson><name><given>Eva</given></name>
        </guardianPerson></guardian>
      <languageCommunication><languageCode code="pt-PT"/><preferenceInd value="true"/>
      </languageCommunication></patient>
    <providerOrganization><id root="2.999.3"/><name>Clinic</name></providerOrganization>
  </patientRole></recordTarget>
  <author><functionCode code="221" codeSystem="2.16.840.1.113883.2.9.6.2.7"/>
    <time value="20240101"/><assignedAuthor><id root="2.999.4" extension="1"/>
    <code code="2211" codeSystem="2.16.840.1.113883.2.9.6.2.7" displayName="GP"/>
    <telecom value="mailto:a@example.org"/><assignedPerson><name><family>Lopes</family>
    </name></assignedPerson><representedOrganization><name>Hospital</name>
    <addr>Rua 5, Porto</addr></representedOrganization></assignedAuthor></author>
  <author><time value="20240102030405+0100"/><assignedAuthor><id root="2.999.5"/>
    <assignedAuthoringDevice><code code="S" codeSystem="2.999.6"/>
    <manufacturerModelName>M</manufacturerModelName><softwareName>Soft</softwareName>
    </assignedAuthoringDevice></assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization>
    <id root="2.999.7"/><name>Keeper</name></representedCustodianOrganization>
    </assignedCustodian></custodian>
  <legalAuthenticator><time value="20240102"/><signatureCode code="S"/><assignedEntity>
    <id root="2.999.8" extension="2"/><assignedPerson><name><family>Reis</family></name>
    </assignedPerson></assignedEntity></legalAuthenticator>
  <authenticator><time value="20240103"/><signatureCode code="S"/><assignedEntity>
    <id root="2.999.8" extension="3"/><assignedPerson><name><family>Dias</family></name>
    </assignedPerson></assignedEntity></authenticator>
  <participant typeCode="IND"><functionCode code="PCP"
    codeSystem="2.16.840.1.113883.5.88"/><associatedEntity classCode="PRS">
    <id root="2.999.9" extension="4"/><telecom value="tel:3"/><associatedPerson><name>
    <family>Melo</family></name></associatedPerson><scopingOrganization>
    <name>Practice</name></scopingOrganization></associatedEntity></participant>
  <participant typeCode="IND"><associatedEntity classCode="ECON"><code code="SPS"
    codeSystem="2.16.840.1.113883.5.111"/><associatedPerson><name><family>Silva</family>
    </name></associatedPerson></associatedEntity></participant>
  <documentationOf typeCode="DOC"><serviceEvent classCode="PCPR"><effectiveTime>
    <low value="2019"/><high value="20240101"/></effectiveTime><performer
    typeCode="PPRF"><functionCode code="222" codeSystem="2.16.840.1.113883.2.9.6.2.7"/>
    <assignedEntity><id root="2.999.8" extension="5"/><assignedPerson><name>
    <family>Nunes</family></name></assignedPerson></assignedEntity></performer>
    </serviceEvent></documentationOf>
  <relatedDocument typeCode="RPLC"><parentDocument><id root="2.999.10" extension="o"/>
    </parentDocument></relatedDocument>
  <component><structuredBody/></component>
</ClinicalDocument>"""
SEED = "/ClinicalDocument/id"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
# Sections whose entries are read; a section joins when it has its way back.
READ = (
    "AllergyIntolerance",
    "Condition",
    "Procedure",
    "DeviceUseStatement",
    "MedicationStatement",
    "Immunization",
)


@cache
def written(kind: str) -> bytes:
    """Return a CDA of ours that carries the rich resources of one type."""
    known = (*rich.RESOURCES, *rich_optional.RESOURCES)
    resources = [one for one in known if one["resourceType"] == kind]
    return carry(*resources).result.document


def places(element):
    """Yield every leaf as its element and an attribute, ``text`` or ``tail``."""
    for name in element.attrib:
        yield element, f"@{name}"
    if element.text and element.text.strip():
        yield element, "text"
    for child in element:
        if child.tail and child.tail.strip():
            yield child, "tail"
    for child in element:
        yield from places(child)


def changed(value: str) -> str:
    """Return another value of the same form, so that a codec can read it."""
    if value in {"true", "false"}:
        return "false" if value == "true" else "true"
    if value[:4].isdigit():
        return f"1888{value[4:]}"
    return f"{value}x"


def with_change(root, index):
    """Return the document with one leaf changed, or nothing if it stays the same."""
    other = copy.deepcopy(root)
    element, name = list(places(other))[index]
    if name[0] == "@":
        element.set(name[1:], changed(element.get(name[1:])))
    else:
        setattr(element, name, changed(getattr(element, name)))
    return etree.tostring(other)


@pytest.mark.parametrize("kind", READ)
def test_a_used_leaf_of_an_entry_changes_the_bundle_and_another_does_not(kind):
    check_use(written(kind), lambda path: "/entry" in path)


@pytest.mark.parametrize(
    "data",
    [
        lambda: written("AllergyIntolerance"),
        lambda: transform(own_bundle()).document,
        lambda: RICH_HEADER,
    ],
    ids=["a summary", "a header with everybody we write", "a header of others"],
)
def test_a_used_leaf_of_the_frame_changes_the_bundle_and_another_does_not(data):
    check_use(
        data(), lambda path: "/entry" not in path and "/ClinicalDocument/id" not in path
    )


@pytest.mark.parametrize("kind", READ)
def test_what_is_left_out_of_an_entry_is_missing_in_the_bundle(kind):
    before = ReadBack(written(kind))
    wrong = []
    for index, entry in enumerate(before.entries):
        if "/entry" not in entry.path or entry.mark.fate not in USED:
            continue
        after = patient_summary_to_fhir(without(before.parsed, index)).document
        # A fixed attribute may be missing, and so may the reason of an absence.
        is_needed = entry.mark.rule != FRAME.rule and "nullFlavor" not in entry.path
        if after == before.result.document and is_needed:
            # What is assumed where nothing is said may be what was said, and a name may
            # be that of its code: then another one shows.
            after = patient_summary_to_fhir(with_change(before.parsed, index)).document
            if after == before.result.document:
                wrong.append((entry.path, entry.mark.fate, entry.mark.rule))
    assert not wrong, "\n".join(map(str, wrong))


def without(root, index):
    """Return the document without one leaf."""
    other = copy.deepcopy(root)
    element, name = list(places(other))[index]
    if name[0] == "@":
        del element.attrib[name[1:]]
    else:
        setattr(element, name, None)
    return etree.tostring(other)


@pytest.mark.parametrize("code", SECTIONS_READ)
def test_an_entry_given_twice_is_read_twice(code):
    root = etree.fromstring(with_section(code))
    entries = root.xpath(f"//c:section[c:code/@code='{code}']/c:entry", namespaces=NS)
    assert entries
    before = ReadBack(etree.tostring(root))
    for entry in entries:
        again = copy.deepcopy(entry)
        entry.addnext(again)
        after = ReadBack(etree.tostring(root))
        leaves = sum(1 for _ in places(again))
        assert len(after.entries) == len(before.entries) + leaves
        assert len(listed(after, code)) > len(listed(before, code))
        entry.getparent().remove(again)


def listed(read, code):
    """Return what a section of the bundle refers to."""
    return [
        reference["reference"]
        for section in read.one("Composition")["section"]
        if section["code"]["coding"][0]["code"] == code
        for reference in section.get("entry", ())
    ]


@cache
def with_section(code):
    """Return a CDA of ours with entries in a section."""
    observation = _OBSERVED.get(code)
    if observation is not None:
        return carry(observation, within=code).result.document
    return transform(sample_bundle()).document


_OBSERVED = {
    "10162-6": observed("11778-8", valueDateTime="2024-09-01"),
    "47420-5": observed("75246-9", valueString="walks alone"),
}


def sample_bundle():
    path = REPOSITORY / "ncp/national/sample_country/patients/bergmann-summary.json"
    return json.loads(path.read_bytes())


def check_use(data, is_asked):
    """Change one leaf at a time, and compare what comes of it with its fate."""
    before = ReadBack(data)
    wrong = []
    for index, entry in enumerate(before.entries):
        # A template says how to read what follows, which codes say too; and the status
        # of a problem says that it is refuted.
        if not is_asked(entry.path) or "/templateId" in entry.path:
            continue
        if entry.value == "refuted":
            continue
        try:
            after = patient_summary_to_fhir(with_change(before.parsed, index)).document
        except NotCda:
            continue
        if (after != before.result.document) is not (entry.mark.fate in USED):
            wrong.append((entry.path, entry.value, entry.mark.fate, entry.mark.rule))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("kind", READ)
def test_every_leaf_of_an_entry_of_ours_has_a_row(kind):
    result = ReadBack(written(kind))
    assert not result.unread("/entry")
    assert not result.unread("/ClinicalDocument/recordTarget")


@pytest.mark.parametrize("kind", READ)
def test_what_nobody_knows_of_is_never_counted_as_carried(kind):
    root = etree.fromstring(written(kind))
    for element in root.xpath("//c:entry//*", namespaces={"c": "urn:hl7-org:v3"}):
        element.set("unheardOf", "x")
    result = ReadBack(etree.tostring(root))
    fates = {
        entry.mark.fate
        for entry in result.entries
        if entry.path.endswith("/@unheardOf")
    }
    # Below an element that is lost or settled whole it has that element's fate.
    assert fates <= {Fate.LOST, Fate.STRUCTURAL}
    assert len(leaves_of(root)) == len(result.entries)

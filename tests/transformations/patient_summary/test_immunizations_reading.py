"""Immunizations read back from CDA: given or not, nothing becomes the other."""

import pytest
from lxml import etree

from tests.transformations.patient_summary import rich_optional
from tests.transformations.patient_summary.cda_documents import CDA, ReadBack
from tests.transformations.patient_summary.summaries import (
    ICD,
    SCT,
    carry,
    concept,
    url,
)
from tests.transformations.patient_summary.test_immunizations import immunization

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def back(*resources, others=()) -> ReadBack:
    return ReadBack(carry(*resources, others=others).result.document)


def changed(path: str, change, **more) -> ReadBack:
    root = etree.fromstring(carry(immunization(**more)).result.document)
    (node,) = root.xpath(path, namespaces={"c": CDA})
    change(node)
    return ReadBack(etree.tostring(root))


def test_a_vaccine_comes_back_as_it_was_given():
    source = rich_optional.SECTIONS["11369-6"][0]
    read = back(source)
    vaccine = read.one("Immunization")
    for name in (
        "status",
        "vaccineCode",
        "occurrenceDateTime",
        "lotNumber",
        "route",
        "note",
    ):
        assert vaccine[name] == source[name]
    assert vaccine["patient"] == {"reference": read.bundle["entry"][1]["fullUrl"]}
    assert vaccine["doseQuantity"]["value"] == 1
    assert vaccine["doseQuantity"]["code"] == "mL"
    (protocol,) = vaccine["protocolApplied"]
    (theirs,) = source["protocolApplied"]
    assert protocol["targetDisease"] == theirs["targetDisease"]
    assert protocol["doseNumberPositiveInt"] == 2
    assert read.one("Organization", name="Maker")["name"] == "Maker"


@pytest.mark.parametrize("when", ["2021", "2021-09", "2021-09-05T08:15:00+02:00"])
def test_the_date_keeps_its_precision(when):
    read = back(immunization(occurrenceDateTime=when)).one("Immunization")
    assert read["occurrenceDateTime"] == when


def test_who_gave_it_comes_back_with_the_organization():
    role = {
        "resourceType": "PractitionerRole",
        "id": "r",
        "practitioner": {"reference": url(5)},
        "organization": {"reference": url(6)},
    }
    person = {
        "resourceType": "Practitioner",
        "id": "p",
        "name": [{"family": "Klein", "given": ["Max"]}],
    }
    centre = {
        "resourceType": "Organization",
        "id": "o",
        "identifier": [{"system": "urn:oid:2.999.8", "value": "7"}],
        "name": "Centre",
    }
    given = immunization(performer=[{"actor": {"reference": url(4)}}])
    read = back(given, others=[role, person, centre])
    (performer,) = read.one("Immunization")["performer"]
    resources = {e["fullUrl"]: e["resource"] for e in read.bundle["entry"]}
    found = resources[performer["actor"]["reference"]]
    named = resources[found["practitioner"]["reference"]]
    assert named["name"][0]["family"] == "Klein"
    assert resources[found["organization"]["reference"]]["name"] == "Centre"


def test_an_organization_that_gave_it_keeps_name_and_identifier():
    centre = {
        "resourceType": "Organization",
        "id": "o",
        "identifier": [{"system": "urn:oid:2.999.8", "value": "7"}],
        "name": "Centre",
    }
    given = immunization(performer=[{"actor": {"reference": url(4)}}])
    read = back(given, others=[centre])
    found = read.one("Organization", name="Centre")
    assert found["identifier"] == centre["identifier"]


@pytest.mark.parametrize(
    ("path", "attribute", "value"),
    [
        ("//c:statusCode[../c:consumable]", "code", "cancelled"),
        ("//c:substanceAdministration[c:statusCode]", "negationInd", "true"),
    ],
)
def test_what_was_not_given_is_not_done(path, attribute, value):
    path = path.replace("//", "//c:section[c:code/@code='11369-6']//", 1)
    read = changed(path, lambda node: node.set(attribute, value))
    assert read.one("Immunization")["status"] == "not-done"


def test_a_status_that_fhir_has_not_is_left_open():
    path = "//c:section[c:code/@code='11369-6']//c:statusCode[../c:consumable]"
    read = changed(path, lambda node: node.set("code", "suspended"))
    vaccine = read.one("Immunization")
    assert "status" not in vaccine
    assert "_status" in vaccine
    assert read.unread("statusCode")


def test_a_date_that_is_not_known_is_words():
    read = back(immunization(occurrenceDateTime=None)).one("Immunization")
    assert read["occurrenceString"] == "unknown"


def test_a_disease_without_a_number_says_that_the_number_is_unknown():
    protocol = {"targetDisease": [concept("A35", ICD, "Tetanus")]}
    read = back(immunization(protocolApplied=[protocol])).one("Immunization")
    (found,) = read["protocolApplied"]
    assert found["doseNumberString"] == "unknown"
    assert found["targetDisease"] == protocol["targetDisease"]


def test_a_number_that_does_not_count_stays_as_its_words():
    def say(value):
        value.attrib.clear()
        value.set(f"{XSI}type", "ST")
        value.text = "2/3"

    read = changed(
        "//c:observation[c:code/@code='30973-2']/c:value",
        say,
        protocolApplied=[{"doseNumberPositiveInt": 2}],
    )
    (found,) = read.one("Immunization")["protocolApplied"]
    assert found["doseNumberString"] == "2/3"


def test_a_name_that_differs_from_the_words_of_the_code_keeps_both():
    path = "//c:section[c:code/@code='11369-6']//c:manufacturedMaterial/c:name"

    def rename(node):
        node.text = "Engerix"

    vaccine = changed(path, rename).one("Immunization")["vaccineCode"]
    assert vaccine["text"] == "Engerix (Tetanus)"
    assert (
        vaccine["coding"][0]
        == concept("863911006", SCT, "Tetanus vaccine")["coding"][0]
    )

"""Medicines as other countries write them, and any statement there and back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.capabilities import require_data
from tests.transformations.patient_summary import test_medications as medicines
from tests.transformations.patient_summary.cda_documents import CDA, ReadBack
from tests.transformations.patient_summary.documents import HEADER
from tests.transformations.patient_summary.medicines_back import (
    SCHEDULES,
    back,
    read_back,
    taken,
)
from tests.transformations.patient_summary.summaries import (
    SCT,
    carry,
    concept,
    url,
)
from tests.transformations.patient_summary.test_medications import (
    medication,
    quantity,
)
from transformations.fhir import read_fhir_document
from transformations.patient_summary import patient_summary_to_cda


@pytest.mark.spec("eHDSI before Wave 6: urn:epsos-org:ep:medication")
def test_the_package_of_the_first_waves_holds_its_capacity():
    old = "urn:epsos-org:ep:medication"
    root = etree.fromstring(carry(medicines.given()).result.document)
    (material,) = root.iter(f"{{{CDA}}}manufacturedMaterial")
    content = etree.SubElement(material, f"{{{old}}}asContent", classCode="CONT")
    package = etree.SubElement(content, f"{{{old}}}containerPackagedMedicine")
    etree.SubElement(
        package,
        f"{{{old}}}formCode",
        code="30009000",
        codeSystem="0.4.0.127.0.16.1.1.2.1",
        displayName="Box",
    )
    etree.SubElement(package, f"{{{old}}}capacityQuantity", value="60", unit="1")
    read = read_back(etree.tostring(root))
    amount = read.one("Medication")["amount"]
    assert amount["numerator"]["value"] == 60
    assert amount["denominator"]["code"] == "30009000"
    assert not read.unread("asContent")


@pytest.mark.spec("pharm:part, pharm:partProduct")
def test_each_part_of_a_combination_pack_is_a_medication_of_its_own():
    pharm = "{urn:hl7-org:pharm}"
    root = etree.fromstring(carry(medicines.given()).result.document)
    (material,) = root.iter(f"{{{CDA}}}manufacturedMaterial")
    for name, count in (("Cream", "1"), ("Pessary", "3")):
        part = etree.SubElement(material, f"{pharm}part", classCode="PART")
        etree.SubElement(part, f"{pharm}quantity", value=count, unit="1")
        product = etree.SubElement(part, f"{pharm}partProduct", classCode="MMAT")
        etree.SubElement(product, f"{pharm}name").text = name
    read = read_back(etree.tostring(root))
    resources = {e["fullUrl"]: e["resource"] for e in read.bundle["entry"]}
    pack = read.one("Medication", code={"text": "Aspirin"})
    parts = [
        (
            resources[one["itemReference"]["reference"]]["code"]["text"],
            one["strength"]["numerator"]["value"],
        )
        for one in pack["ingredient"]
    ]
    assert parts == [("Cream", 1), ("Pessary", 3)]
    assert not read.unread("/pharm:part")


def sample(name) -> bytes:
    return require_data(f"cda-dev/{name}").read_bytes()


def facts_of(root, section):
    """Return the codes and quantities that the entries of a section state."""
    found = set()
    entry = "c:entry[not(.//c:statusCode/@code='cancelled')]"
    path = f"//c:section[c:code/@code='{section}']/{entry}//*"
    for node in root.xpath(path, namespaces={"c": CDA}):
        name = etree.QName(node).localname
        is_kind = name == "code" and etree.QName(node.getparent()).localname in ACTS
        if node.get("code") and not is_kind:
            found.add((name, node.get("code"), node.get("codeSystem", "")))
        if name in QUANTITIES and node.get("value"):
            found.add((name, node.get("value"), node.get("unit", "")))
    return found


ACTS = {"substanceAdministration", "observation", "act"}
QUANTITIES = {"numerator", "denominator", "period", "low", "quantity", "value"}


@pytest.mark.parametrize("section", ["10160-0", "11369-6"])
def test_a_document_of_others_is_the_same_after_there_and_back(section):
    data = sample("ps-l3-w8-full.xml")
    read = ReadBack(data)
    again = patient_summary_to_cda(
        read_fhir_document(read.result.document), HEADER, is_strict=True
    )
    before = facts_of(etree.fromstring(data), section)
    assert len(before) > 5
    assert before <= facts_of(etree.fromstring(again.document), section)


def test_nothing_clinical_of_a_document_of_others_is_unread():
    read = ReadBack(sample("ps-l3-w8-full.xml"))
    assert not read.unread("substanceAdministration")


numbers = st.decimals(min_value=Decimal("0.001"), max_value=10_000, places=3)
doses = st.builds(quantity, numbers, st.sampled_from(["mg", "mL", "1", "[IU]"]))
dates = st.sampled_from(["2019", "2019-03", "2019-03-04", "2019-03-04T05:06:07+02:00"])
schedules = st.one_of(
    st.sampled_from(SCHEDULES),
    st.builds(
        lambda period, unit: {
            "repeat": {"frequency": 1, "period": period, "periodUnit": unit}
        },
        st.decimals(min_value=Decimal("0.01"), max_value=100, places=2),
        st.sampled_from(["a", "mo", "wk", "d", "h", "min", "s"]),
    ),
)


@given(
    status=st.sampled_from(["active", "completed"]),
    start=dates,
    timing=schedules,
    dose=doses,
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_statement_comes_back_as_it_was(status, start, timing, dose):
    dosage = {"timing": timing, "doseAndRate": [{"doseQuantity": dose}]}
    statement = taken(status=status, effectivePeriod={"start": start}, dosage=[dosage])
    assert statement["status"] == status
    assert statement["effectivePeriod"] == {"start": start}
    (read,) = statement["dosage"]
    assert normal(read["timing"]) == normal(timing)
    found = read["doseAndRate"][0]["doseQuantity"]
    assert (str(found["value"]), found["code"]) == (str(dose["value"]), dose["code"])


def normal(timing):
    """Return a schedule with its numbers as numbers: a period has no precision."""
    repeat = timing.get("repeat", {})
    if "period" not in repeat:
        return timing
    return {"repeat": repeat | {"period": Decimal(repeat["period"]).normalize()}}


def test_one_medication_of_two_statements_comes_back_twice():
    second = medicines.statement(id="m2", medicationReference={"reference": url(5)})
    first = medicines.statement(medicationReference={"reference": url(5)})
    source = medication(form=concept("10219000", SCT, "Tablet"))
    read = back(first, second, others=[source])
    codes = [one["code"]["coding"][0]["code"] for one in read.of_type("Medication")]
    assert codes == ["319996000"] * 2

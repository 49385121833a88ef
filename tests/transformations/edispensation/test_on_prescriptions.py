"""Country B dispenses on what it fetched: the eD repeats what the eP says, exactly."""

from __future__ import annotations

import copy
import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from tests.capabilities import data_folder, require_data
from tests.corpus.prescriptions import PRESCRIPTIONS
from tests.transformations.edispensation.prepared import (
    HEADER,
    ITEM,
    NS,
    RECORDED,
    Written,
    items_of,
)
from tests.transformations.patient_summary.documents import schema
from tests.transformations.rules.official import STOPPED, official_rules
from transformations.edispensation import prepare_dispensation
from transformations.eprescription import (
    PRESCRIPTION_L3,
    eprescription_to_cda,
    eprescription_to_fhir,
    items,
)
from transformations.fhir import read_fhir_bundle
from transformations.mapping import Severity
from transformations.rules.cda import validate_cda
from trust.xml import DOCUMENT_LIMITS, parse_xml

pytestmark = pytest.mark.spec("eHDSI Supply EH.3.3")
MATERIAL = "c:consumable/c:manufacturedProduct/c:manufacturedMaterial"
PRESCRIBED = f"//c:entry/c:substanceAdministration/{MATERIAL}"
REPEATED = f"//c:supply//c:substanceAdministration/{MATERIAL}"
# What a prescription of an early wave may lack, and its country must be asked for.
ITEM_TAG = b"substanceAdministration"
LACKED = {"patient-gender-missing"}


NAMES = [
    f"{case.name}-{number}" for case in PRESCRIPTIONS for number in range(case.items)
]


@cache
def prescriptions() -> dict[str, bytes]:
    """Write the ePrescription of every item that may cross the border."""
    header = replace(HEADER, type=PRESCRIPTION_L3)
    made = {}
    for case in PRESCRIPTIONS:
        for number, (bundle, item) in enumerate(items_of(case)):
            written = eprescription_to_cda(bundle, item, header)
            if all(one.severity is not Severity.CRITICAL for one in written.findings):
                made[f"{case.name}-{number}"] = written.document
    return made


def dispensed_on(prescription: bytes) -> Written:
    """Dispense on an ePrescription as a pharmacy abroad would."""
    bundle = read_fhir_bundle(eprescription_to_fhir(prescription).document)
    (item,) = items(bundle)
    return Written(prepare_dispensation(bundle, item, ITEM, RECORDED))


def items_in(prescription: bytes):
    return items(read_fhir_bundle(eprescription_to_fhir(prescription).document))


def plain(material):
    """Return a product without what only its own narrative is pointed at by."""
    material = copy.deepcopy(material)
    for pointer in list(material.iter("{*}originalText")):
        if pointer.find("{*}reference") is not None:
            pointer.getparent().remove(pointer)
    return etree.tostring(material, method="c14n", exclusive=True)


def test_most_prescriptions_may_cross():
    assert len(prescriptions()) > 80


@pytest.mark.parametrize("name", NAMES)
def test_the_product_prescribed_is_repeated_as_it_stands(name):
    if name not in prescriptions():
        return  # it stays at home
    source = etree.fromstring(prescriptions()[name])
    written = dispensed_on(prescriptions()[name])
    (prescribed,) = source.xpath(PRESCRIBED, namespaces=NS)
    assert plain(written.one(REPEATED)) == plain(prescribed)
    item = source.xpath("//c:entry/c:substanceAdministration/c:id", namespaces=NS)[0]
    repeated = written.one("//c:supply//c:substanceAdministration/c:id")
    assert dict(repeated.attrib) == dict(item.attrib)
    number = source.xpath("//c:section/c:id", namespaces=NS)[0]
    assert dict(written.one("//c:order/c:id").attrib) == dict(number.attrib)
    (patient,) = source.xpath("//c:patientRole/c:id[1]", namespaces=NS)
    assert dict(written.xpath("//c:patientRole/c:id")[0].attrib) == dict(patient.attrib)


def of_others() -> list[Path]:
    folders = [data_folder() / "cda-dev"]
    if os.environ.get("NCP_PUBLIC_DOCUMENTS"):
        folders.append(Path(os.environ["NCP_PUBLIC_DOCUMENTS"]))
    return [
        path
        for folder in folders
        for path in sorted(folder.glob("**/*.xml"))
        if is_prescription(path.read_bytes())
    ]


def is_prescription(data: bytes) -> bool:
    """Whether it is a coded prescription."""
    return b"ClinicalDocument" in data and b"57833-6" in data and ITEM_TAG in data


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "path", of_others() or [None], ids=lambda path: path.stem[-24:] if path else "none"
)
def test_a_prescription_of_another_country_can_be_dispensed(path):
    if path is None:
        require_data("cda-dev/prescriptions")
    if len(items_in(path.read_bytes())) != 1:
        return  # a draft without an order
    written = dispensed_on(path.read_bytes())
    assert written.rules() <= LACKED
    assert schema().validate(written.tree), schema().error_log
    if not written.rules():
        report = validate_cda(parse_xml(written.result.document, DOCUMENT_LIMITS))
        assert not [one for one in report.findings if one.severity.value == "error"]


@pytest.mark.timeout(3600)
@pytest.mark.spec("eHDSI Wave 8 Schematron")
def test_the_official_rules_agree_on_what_is_dispensed_abroad():
    official = official_rules()
    folder = require_data("cda-dev")
    for path in sorted(folder.glob("**/ep-l3-*.xml")):
        found = official.complaints(dispensed_on(path.read_bytes()).result.document)
        assert not [one for one in found if one.role in {"error", STOPPED}], path.name


def test_numbers_of_the_prescription_keep_their_digits():
    written = dispensed_on(prescriptions()["big-and-tiny-numbers-0"])
    values = written.xpath("//c:supply//c:substanceAdministration//c:numerator/@value")
    assert list(values) == ["5.10", "12345678901234567.89", "0.000000001"]

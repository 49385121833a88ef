"""What is no FHIR or no CDA somewhere: refused with the place, or written validly."""

from __future__ import annotations

from dataclasses import replace

import pytest
import simplejson
from lxml import etree

from tests.transformations.edispensation.prepared import (
    HEADER,
    ITEM,
    RECORDED,
    as_collection,
    by_name,
    prepared,
    usual,
)
from tests.transformations.edispensation.received import RECEIVED
from tests.transformations.patient_summary.documents import schema
from tests.transformations.patient_summary.test_malformed import SHAPES, slots
from transformations.edispensation import (
    FactsRefused,
    MalformedSource,
    NotFhir,
    NotPrepared,
    edispensation_to_fhir,
    prepare_dispensation,
    read_dispensation_facts,
    read_dispensations,
    write_edispensation,
)
from transformations.eprescription import (
    PRESCRIPTION_L3,
    eprescription_to_cda,
    eprescription_to_fhir,
    items,
)
from transformations.fhir import read_fhir_bundle

REFUSED = (NotFhir, MalformedSource)
FORMS = {"document": prepared, "collection": lambda: as_collection(prepared())}
PACK = "combination-pack"


def data_of(bundle):
    return simplejson.dumps(bundle, use_decimal=True).encode()


def write_all(bundle):
    return [
        write_edispensation(one, HEADER) for one in read_dispensations(data_of(bundle))
    ]


def prepare_all(bundle):
    """Prepare a dispensation of every item, and write it."""
    return [
        made
        for item in items(bundle)
        for made in write_all(prepare_dispensation(bundle, item, ITEM, RECORDED))
    ]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_value_of_another_shape_never_ends_in_a_stumble(shape, form):
    bundle = FORMS[form]()
    for container, key in slots(bundle):
        before, container[key] = container[key], SHAPES[shape]
        try:
            write_all(bundle)
        except REFUSED:
            continue
        finally:
            container[key] = before


@pytest.mark.parametrize("shape", SHAPES)
def test_a_prescription_of_another_shape_is_refused_or_dispensed(shape):
    bundle = by_name(PACK).bundle()
    for container, key in slots(bundle):
        before, container[key] = container[key], SHAPES[shape]
        try:
            prepare_all(read_fhir_bundle(data_of(bundle)))
        except (*REFUSED, NotPrepared):
            continue
        finally:
            container[key] = before


@pytest.mark.parametrize("kind", ["blank", "control characters"])
def test_texts_that_xml_cannot_hold_do_not_reach_it(kind):
    bundle = prepared()
    for container, key in slots(bundle):
        before = container[key]
        if not isinstance(before, str):
            continue
        container[key] = "" if kind == "blank" else f"{before}\x00\x0b"
        try:
            for made in write_all(bundle):
                root = etree.fromstring(made.document)
                assert schema().validate(root), (schema().error_log[0], key)
        except REFUSED:
            continue
        finally:
            container[key] = before


def test_the_refusal_names_the_place_and_no_value():
    bundle = prepared()
    dispense = next(
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "MedicationDispense"
    )
    dispense["performer"] = "Apothicaire"
    with pytest.raises(MalformedSource) as caught:
        write_all(bundle)
    assert "performer" in str(caught.value)
    assert "Apothicaire" not in str(caught.value)


def without_each_element(document):
    """Yield a document as often as it has elements, each time without another one."""
    root = etree.fromstring(document)
    for element in list(root.iter(etree.Element)):
        parent = element.getparent()
        if parent is None:
            continue
        place = parent.index(element)
        parent.remove(element)
        yield etree.tostring(root)
        parent.insert(place, element)


def without_each_attribute(document):
    """Yield a document as often as it has attributes: without it, empty, and wrong."""
    root = etree.fromstring(document)
    for element in list(root.iter(etree.Element)):
        for name, value in dict(element.attrib).items():
            del element.attrib[name]
            yield etree.tostring(root)
            for other in ("", "x"):
                element.set(name, other)
                yield etree.tostring(root)
            element.set(name, value)


@pytest.mark.parametrize("broken", [without_each_element, without_each_attribute])
@pytest.mark.parametrize(
    "document", [RECEIVED, usual().result.document], ids=["received", "ours"]
)
def test_what_is_cut_out_of_a_dispensation_never_ends_in_a_stumble(document, broken):
    for data in broken(document):
        edispensation_to_fhir(data)
        try:
            facts = read_dispensation_facts(data)
        except FactsRefused:
            continue
        assert facts.packages > 0
        assert facts.prescription_ids


def test_what_is_cut_out_of_a_prescription_is_refused_or_dispensed():
    bundle = read_fhir_bundle(by_name(PACK).data())
    header = replace(HEADER, type=PRESCRIPTION_L3)
    written = eprescription_to_cda(bundle, items(bundle)[0], header)
    for data in without_each_element(written.document):
        try:
            prepare_all(read_fhir_bundle(eprescription_to_fhir(data).document))
        except (*REFUSED, NotPrepared):
            continue


def test_a_medicine_that_is_a_part_of_itself_is_told_once():
    bundle = by_name(PACK).bundle()
    for entry in bundle["entry"]:
        for ingredient in entry["resource"].get("ingredient", ()):
            ingredient.pop("itemCodeableConcept", None)
            ingredient["itemReference"] = {"reference": entry["fullUrl"]}
    read = read_fhir_bundle(data_of(bundle))
    made = prepare_dispensation(read, items(read)[0], ITEM, RECORDED)
    urls = [entry["fullUrl"] for entry in made["entry"]]
    assert len(urls) == len(set(urls))
    assert write_all(made)


def test_a_part_that_is_named_twice_is_there_once():
    bundle = by_name(PACK).bundle()
    pack = next(
        entry["resource"]
        for entry in bundle["entry"]
        if any(
            "itemReference" in one for one in entry["resource"].get("ingredient", ())
        )
    )
    pack["ingredient"].append(pack["ingredient"][0])
    read = read_fhir_bundle(data_of(bundle))
    made = prepare_dispensation(read, items(read)[0], ITEM, RECORDED)
    urls = [entry["fullUrl"] for entry in made["entry"]]
    assert len(urls) == len(set(urls))

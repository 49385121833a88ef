"""A prescription that is no FHIR somewhere: refused with the place, or written."""

import pytest
import simplejson
from lxml import etree

from tests.transformations.eprescription.prescriptions import (
    named,
    schema,
    transform_all,
)
from tests.transformations.patient_summary.test_malformed import SHAPES, slots
from transformations.eprescription import (
    MalformedSource,
    eprescription_to_fhir,
    items,
)
from transformations.fhir import NotFhir, read_fhir_bundle

CASES = ("combination-pack", "as-a-signed-document")


def data_of(bundle):
    return simplejson.dumps(bundle, use_decimal=True).encode()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_value_of_another_shape_never_ends_in_a_stumble(shape, case):
    bundle = named(case).bundle()
    for container, key in slots(bundle):
        before, container[key] = container[key], SHAPES[shape]
        try:
            transform_all(data_of(bundle))
        except (NotFhir, MalformedSource):
            continue
        finally:
            container[key] = before


@pytest.mark.parametrize("shape", SHAPES)
def test_a_list_of_items_is_made_of_whatever_is_there(shape):
    bundle = named("combination-pack").bundle()
    for container, key in slots(bundle):
        before, container[key] = container[key], SHAPES[shape]
        try:
            items(read_fhir_bundle(data_of(bundle)))
        except NotFhir:
            continue
        finally:
            container[key] = before


@pytest.mark.parametrize("kind", ["blank", "control characters"])
def test_texts_that_xml_cannot_hold_do_not_reach_it(kind):
    bundle = named("combination-pack").bundle()
    for container, key in slots(bundle):
        before = container[key]
        if not isinstance(before, str):
            continue
        container[key] = "" if kind == "blank" else f"{before}\x00\x0b"
        try:
            for made in transform_all(data_of(bundle)):
                assert schema().validate(etree.fromstring(made.document)), (
                    schema().error_log[0],
                    key,
                )
        except (NotFhir, MalformedSource):
            continue
        finally:
            container[key] = before


def test_the_refusal_names_the_place_and_no_value():
    bundle = named("once-daily").bundle()
    bundle["entry"][0]["resource"]["dosageInstruction"] = "Weber"
    with pytest.raises(MalformedSource) as caught:
        transform_all(data_of(bundle))
    assert "dosageInstruction" in str(caught.value)
    assert "Weber" not in str(caught.value)


def test_a_bundle_without_anybody_says_what_to_do():
    bundle = named("once-daily").bundle()
    bundle["entry"] = [
        entry
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] != "Patient"
    ]
    with pytest.raises(NotFhir, match=r"Point MedicationRequest\.subject"):
        transform_all(data_of(bundle))


def test_what_is_cut_out_of_a_cda_never_ends_in_a_stumble():
    root = etree.fromstring(transform_all(named("combination-pack").data())[0].document)
    for element in list(root.iter()):
        parent = element.getparent()
        if parent is None:
            continue
        place = parent.index(element)
        parent.remove(element)
        eprescription_to_fhir(etree.tostring(root))
        parent.insert(place, element)

"""What goes over and back keeps its coded facts: the second CDA says the same."""

import pytest
from lxml import etree

from tests.corpus.prescriptions import PRESCRIPTIONS
from tests.transformations.eprescription.prescriptions import (
    header_of,
    rules_found,
    transform_all,
)
from transformations.eprescription import (
    eprescription_to_cda,
    eprescription_to_fhir,
    items,
)
from transformations.fhir import read_fhir_bundle

# Words, and ids of the document and of its source, are made anew.
_ANEW = {"text", "originalText", "title", "parentDocument"}
_MADE_ANEW = ("/ClinicalDocument", "/observation")
COMPLETE = [case for case in PRESCRIPTIONS if case.lacks is None]


def again(document: bytes):
    """Write the CDA of a CDA that was read."""
    bundle = read_fhir_bundle(eprescription_to_fhir(document, is_strict=True).document)
    (item,) = items(bundle)
    return eprescription_to_cda(bundle, item, header_of(), is_strict=True)


def facts(document: bytes) -> list[str]:
    """Return what a CDA says in code, place by place."""
    return list(_facts(etree.fromstring(document), ""))


def _facts(element, path):
    name = etree.QName(element).localname
    if name in _ANEW or _is_instruction(element):
        return
    place = f"{path}/{name}"
    said = [f"{key}={value}" for key, value in sorted(element.attrib.items())]
    words = (element.text or "").strip()
    if name != "id" or not path.endswith(_MADE_ANEW):
        yield " ".join([place, *said, words]).rstrip()
    for child in element:
        yield from _facts(child, place)


def _is_instruction(element):
    """Instructions to the patient may become one: their words are the same."""
    return any(
        code.get("code") == "PINSTRUCT"
        for code in element.iterfind("{*}act/{*}code")
        if element.tag.endswith("entryRelationship")
    )


@pytest.mark.parametrize("case", COMPLETE, ids=lambda case: case.name)
def test_the_second_document_says_in_code_what_the_first_did(case):
    for made in transform_all(case.data()):
        second = again(made.document)
        assert facts(second.document) == facts(made.document)
        assert not rules_found(second)


@pytest.mark.parametrize("case", COMPLETE, ids=lambda case: case.name)
def test_the_patient_is_told_the_same_words(case):
    for made in transform_all(case.data()):
        before, after = (
            told(one) for one in (made.document, again(made.document).document)
        )
        assert all(words in after for words in before.split("\n")), case.name


def told(document: bytes) -> str:
    root = etree.fromstring(document)
    ids = {one.get("ID"): "".join(one.itertext()) for one in root.iter("{*}content")}
    words = [
        ids[reference.get("value")[1:]]
        for act in root.iterfind(".//{*}entryRelationship/{*}act")
        if act.find("{*}code").get("code") == "PINSTRUCT"
        for reference in act.iterfind("{*}text/{*}reference")
    ]
    return "\n".join(" ".join(one.split()) for one in words)

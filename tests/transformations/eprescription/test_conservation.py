"""A booked leaf is a used leaf: proofs over every leaf of prescriptions, both ways."""

import pytest
import simplejson
from lxml import etree

from tests.transformations.eprescription.prescriptions import (
    header_of,
    named,
    transform,
)
from tests.transformations.eprescription.reading import ReadPrescription
from tests.transformations.leaves import USED, add_unheard_of, with_another_leaf
from tests.transformations.patient_summary.test_reading_proofs import with_change
from transformations.eprescription import (
    NotCda,
    eprescription_to_cda,
    eprescription_to_fhir,
    items,
)
from transformations.fhir import NotFhir, read_fhir_bundle
from transformations.mapping import Fate

# What holds the Bundle together decides which resource is read at all.
_FRAME = (".resourceType", ".reference", ".resource.id", ".fullUrl", "Bundle.type")
# Between them they say all there is a row for.
CASES = (
    "combination-pack",
    "powder-with-devices",
    "several-classes-and-phpid",
    "as-needed-with-reason-and-maximum",
    "range-at-clock-times",
    "half-an-hour-before-lunch",
    "tapering",
    "rate-as-a-ratio",
    "repeats",
    "substitution-forbidden",
    "reason-as-a-diagnosis",
    "notes",
    "category-and-course",
    "three-items-orchestrated",
    "rendered-dosage",
    "on-hold",
)
WRITTEN = ("combination-pack", "days-of-the-week", "reason-as-a-diagnosis", "notes")


def written(bundle):
    data = simplejson.dumps(bundle, use_decimal=True).encode()
    source = read_fhir_bundle(data)
    return eprescription_to_cda(source, items(source)[0], header_of())


def is_asked(path):
    # A country is a code or nothing: the header's own tests are about it.
    return not path.endswith((*_FRAME, ".country"))


@pytest.mark.parametrize("name", CASES)
def test_a_used_leaf_changes_the_document_and_another_does_not(name):
    bundle = simplejson.loads(named(name).data(), use_decimal=True)
    before = written(bundle)
    wrong = []
    for entry in before.ledger.entries():
        if not is_asked(entry.path):
            continue
        try:
            after = written(with_another_leaf(bundle, entry.path))
        except NotFhir:
            continue
        if (after.document != before.document) is not (entry.mark.fate in USED):
            wrong.append((entry.path, entry.mark.fate.value, entry.mark.rule))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("name", WRITTEN)
def test_a_used_leaf_of_an_entry_changes_the_bundle_and_another_does_not(name):
    before = ReadPrescription(transform(named(name)).document)
    wrong = []
    for index, entry in enumerate(before.entries):
        # A template says how to read what follows, which codes say too.
        if "/entry" not in entry.path or "/templateId" in entry.path:
            continue
        try:
            after = eprescription_to_fhir(with_change(before.parsed, index)).document
        except NotCda:
            continue
        if (after != before.result.document) is not (entry.mark.fate in USED):
            wrong.append((entry.path, entry.value, entry.mark.fate, entry.mark.rule))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("name", CASES)
def test_what_nobody_knows_of_is_never_counted_as_carried(name):
    bundle = named(name).bundle()
    for entry in bundle["entry"]:
        add_unheard_of(entry["resource"])
    fates = {
        entry.mark.fate
        for entry in written(bundle).ledger.entries()
        # What a schedule has besides is told as it stands.
        if entry.path.endswith(".unheardOf") and ".repeat." not in entry.path
    }
    assert fates <= {Fate.LOST, Fate.STRUCTURAL}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_nobody_knows_of_in_an_entry_is_never_counted_as_carried(name):
    root = etree.fromstring(transform(named(name)).document)
    for element in root.iterfind(".//{*}entry//*"):
        element.set("unheardOf", "x")
    read = ReadPrescription(etree.tostring(root))
    fates = {
        entry.mark.fate for entry in read.entries if entry.path.endswith("/@unheardOf")
    }
    assert fates <= {Fate.LOST, Fate.STRUCTURAL}

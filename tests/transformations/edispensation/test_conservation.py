"""A booked leaf is a used leaf: proofs over every leaf of a dispensation."""

import re

import simplejson

from tests.corpus.prescriptions.parts import pieces
from tests.transformations.edispensation.prepared import (
    HEADER,
    prepared,
    resource,
    with_item,
)
from tests.transformations.leaves import USED, add_unheard_of, with_another_leaf
from transformations.edispensation import (
    NotFhir,
    read_dispensations,
    write_edispensation,
)
from transformations.mapping import Fate


def rich():
    """Return a dispensation that says all there is a row for."""
    bundle = prepared(with_item(), "two-items-by-group-identifier")
    dispense = resource(bundle, "MedicationDispense")
    dispense |= {
        "daysSupply": pieces(30, "day"),
        "type": {"text": "Complete"},
        "category": {"text": "Community"},
        "whenPrepared": "2026-03-04T09:30:00+00:00",
        "receiver": [{"display": "the sister"}],
        "dosageInstruction": [{"text": "daily"}],
        "location": {"reference": "urn:uuid:7b6ad3a8-5d9c-5d6f-8b7f-5d0f9ad7d0aa"},
    }
    place = {
        "resourceType": "Location",
        "id": "l",
        "identifier": [{"system": "urn:oid:1.3.182.99.8", "value": "lic-3"}],
        "name": "Pharmacie de l'Exemple",
    }
    url = dispense["location"]["reference"]
    bundle["entry"].append({"fullUrl": url, "resource": place})
    return bundle


def written(bundle):
    data = simplejson.dumps(bundle, use_decimal=True).encode()
    return write_edispensation(read_dispensations(data)[0], HEADER)


def is_asked(path, bundle):
    """Whether a leaf is of this room: not of the header, nor of a product."""
    match = re.match(r"Bundle\.entry\[(\d+)\]\.resource", path)
    if match is None:
        return False
    # What holds the Bundle together decides which resource is read at all.
    if path.endswith((".resourceType", ".reference", ".resource.id")):
        return False
    kind = bundle["entry"][int(match[1])]["resource"]["resourceType"]
    return kind in {"MedicationDispense", "MedicationRequest", "Location"}


def test_a_used_leaf_changes_the_document_and_another_does_not():
    bundle = rich()
    before = written(bundle)
    wrong = []
    for entry in before.ledger.entries():
        if not is_asked(entry.path, bundle):
            continue
        try:
            after = written(with_another_leaf(bundle, entry.path))
        except NotFhir:
            continue
        if (after.document != before.document) is not (entry.mark.fate in USED):
            wrong.append((entry.path, entry.mark.fate.value, entry.mark.rule))
    assert len(list(before.ledger.entries())) > 150
    assert not wrong, "\n".join(map(str, wrong))


def test_what_nobody_knows_of_is_never_counted_as_carried():
    bundle = rich()
    for entry in bundle["entry"]:
        add_unheard_of(entry["resource"])
    fates = {
        entry.mark.fate
        for entry in written(bundle).ledger.entries()
        if entry.path.endswith(".unheardOf")
    }
    assert fates <= {Fate.LOST, Fate.STRUCTURAL}

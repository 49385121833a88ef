"""The patient summary as a whole: valid, deterministic, every leaf accounted for."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.transformations.patient_summary.documents import (
    everybody,
    own_bundle,
    schema,
    transform,
    transform_document,
    tree,
)
from tests.transformations.patient_summary.mutations import WIRING, other, places
from transformations.fhir import NotFhir, leaves, read_fhir_document
from transformations.mapping import Fate, Severity
from transformations.mapping.ledger import NO_ROW

REQUIRED = {"10160-0", "48765-2", "47519-4", "11450-4", "46264-8"}
CDA = "{urn:hl7-org:v3}"


@pytest.mark.spec("CDA_Pharma.xsd")
def test_every_document_of_others_becomes_valid_cda_with_the_five_sections():
    for path in everybody():
        transformed = transform_document(read_fhir_document(path.read_bytes()))
        root = tree(transformed)
        assert schema().validate(root), (path.name, schema().error_log[:3])
        codes = {
            code.get("code") for code in root.iterfind(f".//{CDA}section/{CDA}code")
        }
        assert codes >= REQUIRED, path.name


@pytest.mark.spec("eHDSI EH.1.3 structuredBody: entries in the required sections")
def test_every_required_section_has_an_entry_and_a_text():
    for path in everybody():
        root = tree(transform_document(read_fhir_document(path.read_bytes())))
        for section in root.iterfind(f".//{CDA}section"):
            code = section.find(f"{CDA}code")
            if code is not None and code.get("code") in REQUIRED:
                assert section.find(f"{CDA}entry") is not None, path.name
            assert len(section.find(f"{CDA}text")), path.name


def test_every_leaf_of_every_document_stands_once_in_the_ledger():
    for path in everybody():
        document = read_fhir_document(path.read_bytes())
        ledger = transform_document(document).ledger
        counted = [(leaf.path, leaf.value) for leaf in leaves(document)]
        booked = [(entry.path, entry.value) for entry in ledger.entries()]
        assert booked == counted, path.name
        assert sum(ledger.counts().values()) == ledger.leaves == len(counted)


def test_no_leaf_is_without_a_row_in_what_is_carried():
    unread = set()
    for path in everybody():
        document = read_fhir_document(path.read_bytes())
        unread |= {
            f"{path.name} {place}"
            for place in transform_document(document).ledger.unmapped()
        }
    assert unread == set()


def test_the_same_document_gives_the_same_bytes():
    for path in everybody()[:3]:
        data = path.read_bytes()
        first, second = (transform_document(read_fhir_document(data)) for _ in range(2))
        assert first.document == second.document
        assert json.dumps(first.ledger.to_json(), default=str) == json.dumps(
            second.ledger.to_json(), default=str
        )


def test_a_complete_document_has_nothing_critical():
    transformed = transform(own_bundle())
    critical = [f for f in transformed.findings if f.severity is Severity.CRITICAL]
    assert not critical
    assert schema().validate(tree(transformed))


def test_a_section_that_no_template_and_no_words_carry_is_lost_visibly():
    bundle = own_bundle()
    bundle["entry"][0]["resource"]["section"].append(
        {
            "title": "Alimentation",
            "code": {"coding": [{"system": "http://loinc.org", "code": "61144-2"}]},
            "entry": [{"reference": "NutritionOrder/i"}],
        }
    )
    bundle["entry"].append(
        {
            "fullUrl": "https://example.lu/fhir/NutritionOrder/i",
            "resource": {
                "resourceType": "NutritionOrder",
                "id": "i",
                "status": "completed",
            },
        }
    )
    lost = {
        entry.path: entry.mark.reason
        for entry in transform(bundle).ledger.entries()
        if entry.mark.fate is Fate.LOST
    }
    reason = "no section of the patient summary has a place for it"
    assert lost["Bundle.entry[6].resource.status"] == reason
    assert lost["Bundle.entry[0].resource.section[2].title"] == reason


def test_a_stated_absence_differs_from_silence():
    transformed = transform(own_bundle())
    text = transformed.document.decode()
    assert "no-known-devices" in text
    assert "no-procedure-info" in text


def _tainted(bundle: dict[str, Any]) -> Iterator[tuple[str, Fate, bool]]:
    """Change each leaf in turn; yield its place, its fate and whether it showed."""
    original = transform(bundle)
    fates = {entry.path: entry.mark.fate for entry in original.ledger.entries()}
    for container, key, place in list(places(bundle)):
        before = container[key]
        container[key] = other(before)
        try:
            changed = transform(bundle).document != original.document
        except NotFhir:
            # No document any more: nothing is translated, so nothing can be compared.
            continue
        finally:
            container[key] = before
        yield place, fates[place], changed


def _check_taint(bundle: dict[str, Any]) -> None:
    used = {Fate.MAPPED, Fate.DERIVED, Fate.NARRATIVE}
    liars = [
        (place, fate.value, changed)
        for place, fate, changed in _tainted(bundle)
        if not place.endswith(WIRING) and changed is not (fate in used)
    ]
    assert not liars


def test_booked_is_used_and_lost_is_not_in_our_own_document():
    _check_taint(own_bundle())


def test_booked_is_used_and_lost_is_not_in_an_example_of_ips():
    path = next(
        path for path in everybody() if path.name == "Bundle-bundle-minimal.json"
    )
    _check_taint(json.loads(path.read_bytes()))


def test_an_unknown_key_in_what_is_carried_surfaces_without_a_row():
    bundle = own_bundle()
    fates = {e.path: e.mark for e in transform(bundle).ledger.entries()}
    for entry in range(len(bundle["entry"])):
        prefix = f"Bundle.entry[{entry}].resource."
        for container in list(_containers(bundle["entry"][entry]["resource"])):
            container["unheardOf"] = "x"
            marks = {e.path: e.mark for e in transform(bundle).ledger.entries()}
            del container["unheardOf"]
            new = [mark for path, mark in marks.items() if path not in fates]
            assert [mark.fate for mark in new] == [Fate.LOST], prefix
            assert new[0] is NO_ROW or "section/text" in prefix, (prefix, new[0].reason)


def _containers(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from _containers(child)
    elif isinstance(value, list):
        for child in value:
            yield from _containers(child)


def test_the_source_is_not_changed():
    bundle = own_bundle()
    document = read_fhir_document(json.dumps(bundle).encode())
    before = copy.deepcopy(document.bundle)
    transform_document(document)
    assert document.bundle == before

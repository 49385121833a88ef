"""What was pivoted with the public catalogue keeps the official rules of Wave 8.

Excepted are facts that the source does not hold: those have a critical finding, and the
document does not leave.
"""

from __future__ import annotations

from itertools import chain

import pytest

from tests.capabilities import require_data
from tests.corpus.prescriptions import PRESCRIPTIONS
from tests.transformations.eprescription.prescriptions import transform_all
from tests.transformations.eprescription.test_embedding import embedded
from tests.transformations.patient_summary.test_corpus import carried, documents
from tests.transformations.rules.official import STOPPED, official_rules
from transformations.mapping import Severity
from transformations.terminology.catalogue import (
    LayeredCatalogue,
    StoredCatalogue,
    build_catalogue,
)
from transformations.terminology.importers import read_source, read_supplement
from transformations.terminology.passes import pivot
from trust.xml import DOCUMENT_LIMITS, parse_xml, write_tree

# An answer of the official rules takes seconds where it is not remembered.
pytestmark = pytest.mark.timeout(3600)


@pytest.fixture(scope="module")
def official():
    return official_rules()


@pytest.fixture(scope="module")
def terms(tmp_path_factory):
    source = require_data("terminology/mvc.ndjson")
    path = tmp_path_factory.mktemp("official") / "mvc.sqlite"
    facts = chain(read_source(source, pytest.fail), read_supplement())
    build_catalogue(path, facts, {"release": "mvc-8.1.0"})
    with LayeredCatalogue([StoredCatalogue(path)]) as catalogue:
        yield catalogue


def pivoted(path, terms):
    _, made = carried(path)
    root = parse_xml(made.document, DOCUMENT_LIMITS)
    assert not pivot(root, terms).errors
    return made, write_tree(root)


def errors(official, document, excused):
    found = official.complaints(document)
    assert not any(one.role == STOPPED for one in found)
    return [
        f"{one.at}: {one.text}"
        for one in found
        if one.role == "error" and not (excused and "recordTarget" in one.at)
    ]


@pytest.mark.spec("eHDSI Wave 8 Schematron")
@pytest.mark.parametrize(
    "path", documents(), ids=lambda path: path.stem if path else "none"
)
def test_a_pivoted_summary_has_no_error_of_the_official_rules(path, official, terms):
    if path is None:
        require_data("fhir-dev/documents")
    made, document = pivoted(path, terms)
    lacks_a_fact = any(one.severity is Severity.CRITICAL for one in made.findings)
    assert not errors(official, document, lacks_a_fact)


LEAVING = [case for case in PRESCRIPTIONS if case.lacks is None]
by_name = pytest.mark.parametrize("case", LEAVING, ids=lambda case: case.name)


@pytest.mark.spec("eHDSI Wave 8 Schematron")
@by_name
def test_a_pivoted_prescription_has_no_error_of_the_official_rules(
    case, official, terms
):
    for made in transform_all(case.data()):
        root = parse_xml(made.document, DOCUMENT_LIMITS)
        assert not pivot(root, terms).errors
        assert not errors(official, write_tree(root), excused=False)


@pytest.mark.spec("eHDSI Wave 8 Schematron")
@by_name
def test_an_embedded_prescription_has_no_error_of_the_official_rules(case, official):
    assert not errors(official, embedded(case).document, excused=False)


def test_without_the_pivot_the_official_rules_do_complain(official):
    """The rules judge the value sets: what passes above could fail."""
    paths = [path for path in documents() if path and "b31f7d94" in path.name]
    if not paths:
        require_data("fhir-dev/documents")
    assert errors(official, carried(paths[0])[1].document, excused=False)

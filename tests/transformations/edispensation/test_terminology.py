"""The passes know an eDispensation: codes are pivoted, and told in another language."""

from __future__ import annotations

from itertools import chain

import pytest
from lxml import etree

from tests.capabilities import require_data
from tests.corpus.prescriptions.parts import TABLET, concept, medication
from tests.transformations.edispensation.prepared import (
    NS,
    Written,
    prepared,
    with_item,
)
from tests.transformations.rules.official import STOPPED, official_rules
from tests.transformations.terminology.catalogue.samples import build
from transformations.terminology import mvc
from transformations.terminology.catalogue import (
    LayeredCatalogue,
    StoredCatalogue,
    build_catalogue,
)
from transformations.terminology.coded_elements import DocumentKind
from transformations.terminology.facts import (
    ConceptFact,
    DesignationFact,
    MappingFact,
    ValueSetFact,
)
from transformations.terminology.importers import read_source, read_supplement
from transformations.terminology.passes import document_kind, pivot, translate
from trust.xml import write_tree

EDQM = "0.4.0.127.0.16.1.1.2.1"
ATC = "2.16.840.1.113883.6.73"
NATIONAL = "1.3.182.99.1"
FORM = "//c:supply/c:product//c:manufacturedMaterial/pharm:formCode"
PRESCRIBED = "//c:substanceAdministration//c:manufacturedMaterial/pharm:formCode"
FACTS = (
    *(ValueSetFact(mvc(number)) for number in (1, 2, 3, 24, 26, 32)),
    ConceptFact("2.16.840.1.113883.6.1", "60593-1", mvc(32), "Dispensation"),
    ConceptFact(EDQM, TABLET[1], mvc(2), "Tablet"),
    ConceptFact(EDQM, "30009000", mvc(3), "Box"),
    ConceptFact(ATC, "C08CA01", mvc(24), "amlodipine"),
    DesignationFact(EDQM, TABLET[1], "fr-FR", "Comprimé"),
    MappingFact(NATIONAL, "CPR", EDQM, TABLET[1]),
)


@pytest.fixture
def terms(tmp_path):
    facts = (*FACTS, *read_supplement())
    return LayeredCatalogue([build(tmp_path / "r.sqlite", facts)])


def with_national_form():
    form = concept((f"urn:oid:{NATIONAL}", "CPR", "comprimé"))
    return Written(prepared(with_item(product=medication(form=form))))


def test_a_dispensation_is_known_by_its_code():
    kind, code = document_kind(with_national_form().tree)
    assert kind is DocumentKind.EDISPENSATION
    assert code == "60593-1"


@pytest.mark.spec("eHDSI TM 3.7")
def test_the_form_of_the_product_handed_over_is_pivoted(terms):
    root = with_national_form().tree
    account = pivot(root, terms)
    (form,) = root.xpath(FORM, namespaces=NS)
    assert (form.get("code"), form.get("codeSystem")) == (TABLET[1], EDQM)
    (beside,) = form.iterchildren("{*}translation")
    assert (beside.get("code"), beside.get("codeSystem")) == ("CPR", NATIONAL)
    assert account.counts()["transcoded"] == 1


def test_both_products_are_told_in_the_language_asked_for(terms):
    root = with_national_form().tree
    pivot(root, terms)
    translate(root, terms, ["fr-FR"])
    for path in (FORM, PRESCRIBED):
        (form,) = root.xpath(path, namespaces=NS)
        assert form.get("displayName") == "Comprimé"


@pytest.mark.timeout(3600)
@pytest.mark.spec("eHDSI Wave 8 Schematron")
@pytest.mark.parametrize(
    "name", ["once-daily", "combination-pack", "four-ingredients", "syringes-in-a-box"]
)
def test_a_pivoted_dispensation_keeps_the_official_rules(name, tmp_path):
    official = official_rules()
    source = require_data("terminology/mvc.ndjson")
    path = tmp_path / "mvc.sqlite"
    facts = chain(read_source(source, pytest.fail), read_supplement())
    build_catalogue(path, facts, {"release": "mvc"})
    root = etree.fromstring(Written(prepared(name=name)).result.document)
    with LayeredCatalogue([StoredCatalogue(path)]) as catalogue:
        assert not pivot(root, catalogue).errors
    found = official.complaints(write_tree(root))
    assert not [one for one in found if one.role in {"error", STOPPED}]

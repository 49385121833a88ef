"""Over documents of others: only displays, codes with kept translations, and units."""

import copy
from functools import cache

import pytest
from lxml import etree

from tests.capabilities import data_folder, require_data
from tests.transformations.patient_summary.summaries import HEADER
from transformations.fhir import NotFhir, read_fhir_document
from transformations.patient_summary import patient_summary_to_cda
from transformations.terminology import fallback_chain
from transformations.terminology.catalogue import LayeredCatalogue, StoredCatalogue
from transformations.terminology.facts import ConceptFact, DesignationFact
from transformations.terminology.importers import read_source, read_supplement
from transformations.terminology.passes import pivot, translate
from trust.xml import DOCUMENT_LIMITS, parse_xml

CDA = "{urn:hl7-org:v3}"
TRANSLATION = f"{CDA}translation"
CODED = {
    "code",
    "codeSystem",
    "codeSystemName",
    "codeSystemVersion",
    "displayName",
    "nullFlavor",
    "unit",
}


def documents():
    data = data_folder()
    cda = sorted((data / "cda-dev").rglob("*.xml"))
    fhir = [
        *sorted((data / "fhir-dev").glob("EPS-*.json")),
        *sorted((data / "fhir-dev" / "ips-examples").glob("*.json")),
    ]
    return [*cda, *filter(_is_document, fhir)] or [None]


def _is_document(path):
    try:
        read_fhir_document(path.read_bytes())
    except NotFhir:
        return False
    return True


@pytest.fixture(params=documents(), ids=lambda path: path.stem if path else "none")
def root(request):
    if request.param is None:
        require_data("cda-dev")
    data = request.param.read_bytes()
    if request.param.suffix == ".json":
        data = patient_summary_to_cda(read_fhir_document(data), HEADER).document
    return parse_xml(data, DOCUMENT_LIMITS)


@pytest.fixture(scope="module")
def terms(tmp_path_factory):
    source = require_data("terminology/mvc.ndjson")
    return _catalogue(source, tmp_path_factory.getbasetemp())


@cache
def _catalogue(source, folder):
    from transformations.terminology.catalogue import build_catalogue

    def facts():
        for fact in read_source(source, pytest.fail):
            yield fact
            if isinstance(fact, ConceptFact) and fact.display:
                french = f"[fr] {fact.display}"
                yield DesignationFact(fact.system, fact.code, "fr-FR", french)
        yield from read_supplement()

    path = folder / "mvc-fr.sqlite"
    build_catalogue(path, facts(), {"release": "mvc"})
    return LayeredCatalogue([StoredCatalogue(path)])


def differences(before, after, where=""):
    """Yield what changed besides coded attributes and translations."""
    where = f"{where}/{etree.QName(after).localname}"
    if before.tag != after.tag:
        yield f"{where}: another element"
        return
    old, new = dict(before.attrib), dict(after.attrib)
    for name in old.keys() | new.keys():
        if old.get(name) != new.get(name) and name not in CODED:
            yield f"{where}/@{name}"
    if (before.text or "").strip() != (after.text or "").strip():
        yield f"{where}: text"
    left = [one for one in before if one.tag != TRANSLATION]
    right = [one for one in after if one.tag != TRANSLATION]
    if len(left) != len(right):
        yield f"{where}: other children"
    for one, other in zip(left, right, strict=False):
        yield from differences(one, other, where)


def lost_codes(before, after):
    """Yield codes that stand neither in the element nor in its translations."""
    old = list(before.xpath("//*[@code and @codeSystem]"))
    for one in old:
        path = before.getroottree().getelementpath(_untranslated(one))
        place = after.find(path) if path != "." else after
        beside = {
            (each.get("code"), each.get("codeSystem"))
            for each in (place, *place.iter(TRANSLATION))
        }
        if (one.get("code"), one.get("codeSystem")) not in beside:
            yield path


def _untranslated(element):
    while element.tag == TRANSLATION:
        element = element.getparent()
    return element


def coded(root):
    return {
        root.getroottree().getpath(one)
        for one in root.xpath("//*[@code and @codeSystem]")
        if one.tag != TRANSLATION
    }


@pytest.mark.parametrize(
    "run",
    [pivot, lambda root, terms: translate(root, terms, fallback_chain("fr-LU"))],
    ids=["pivot", "translate"],
)
def test_only_displays_codes_with_kept_translations_and_units_change(root, terms, run):
    before = copy.deepcopy(root)
    places = coded(root)
    account = run(root, terms)
    assert not list(differences(before, root))
    assert not list(lost_codes(before, root))
    booked = [root.getroottree().getpath(one.element) for one in account.places]
    assert len(set(booked)) == len(booked)
    assert places <= set(booked)


def test_what_was_pivoted_and_translated_is_still_cda(root, terms):
    from tests.capabilities import require_schemas

    schema = _schema(require_schemas() / "CDA_Pharma.xsd")
    was_valid = schema.validate(root)
    pivot(root, terms)
    assert schema.validate(root) or not was_valid, schema.error_log
    translate(root, terms, fallback_chain("fr-LU"))
    assert schema.validate(root) or not was_valid, schema.error_log


@cache
def _schema(path):
    return etree.XMLSchema(etree.parse(path))

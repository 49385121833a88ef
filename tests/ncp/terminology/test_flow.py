"""Country A pivots before it answers; country B translates and keeps the original."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from lxml import etree

from ncp.errors import NationalError
from ncp.evidence import ExchangeFolder
from ncp.ihe.codes import ResponseStatus
from ncp.terminology.desk import TerminologyDesk
from tests.ncp.country_a.scene import DOCTOR, EVA, CountryA
from tests.ncp.country_b.scene import CountryB
from tests.transformations.terminology.catalogue.samples import build
from tests.transformations.terminology.passes.documents import (
    FACTS,
    NATIONAL,
    catalogue,
)
from transformations.terminology.catalogue import (
    CatalogueRefused,
    LayeredCatalogue,
)
from transformations.terminology.facts import DesignationFact
from transformations.terminology.importers import read_supplement
from transformations.terminology.passes import Unmapped

GENDER = "2.16.840.1.113883.5.1"
NS = {"c": "urn:hl7-org:v3"}


class Standing:
    def __init__(self, catalogue) -> None:
        self._catalogue = catalogue

    def get(self):
        if self._catalogue is None:
            raise CatalogueRefused("nothing speaks")
        return self._catalogue


@pytest.fixture
def country_a(tmp_path):
    country = CountryA(tmp_path)
    yield country
    country.store.close()


def with_desk(country_a: CountryA, catalogue, unmapped=Unmapped.NULL_FLAVOR, **more):
    desk = TerminologyDesk(Standing(catalogue), ("fr-LU",), unmapped)
    services = replace(country_a.services, terminology=desk, **more)
    country_a.serve_by(services)
    return country_a


def french(tmp_path):
    names = (DesignationFact(GENDER, "F", "fr-FR", "Féminin"),)
    facts = (*FACTS, *read_supplement(), *names)
    return LayeredCatalogue([build(tmp_path / "french.sqlite", facts)])


class WithAProblem:
    """The documents of a country, with a problem that has no pivot in each."""

    def __init__(self, documents) -> None:
        self._documents = documents

    def __getattr__(self, name):
        return getattr(self._documents, name)

    def content(self, patient, document) -> bytes:
        bundle = json.loads(self._documents.content(patient, document))
        name = "urn:uuid:00000000-0000-4000-8000-0000000000ff"
        section = {
            "title": "Problems",
            "code": {"coding": [{"system": "http://loinc.org", "code": "11450-4"}]},
            "text": {
                "status": "generated",
                "div": '<div xmlns="http://www.w3.org/1999/xhtml">Eppes</div>',
            },
            "entry": [{"reference": name}],
        }
        bundle["entry"][0]["resource"]["section"].append(section)
        subject = bundle["entry"][0]["resource"]["subject"]
        problem = {
            "resourceType": "Condition",
            "clinicalStatus": {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/"
                        "condition-clinical",
                        "code": "active",
                    }
                ]
            },
            "code": {
                "coding": [
                    {
                        "system": f"urn:oid:{NATIONAL}",
                        "code": "E99",
                        "display": "Eppes",
                    }
                ]
            },
            "subject": subject,
            "onsetDateTime": "2020-01-31",
        }
        bundle["entry"].append({"fullUrl": name, "resource": problem})
        return json.dumps(bundle).encode()


def with_a_problem(country_a, tmp_path, unmapped=Unmapped.NULL_FLAVOR):
    documents = WithAProblem(country_a.services.documents)
    return with_desk(country_a, catalogue(tmp_path), unmapped, documents=documents)


def gender_of(content: bytes):
    (found,) = etree.fromstring(content).xpath(
        "//c:administrativeGenderCode", namespaces=NS
    )
    return found


def fetched_from(country_a: CountryA):
    [entry] = country_a.entries(EVA)
    return country_a.retrieve(EVA, entry.unique_id)


def test_what_leaves_has_the_displays_of_the_catalogue(tmp_path, country_a) -> None:
    with_desk(country_a, catalogue(tmp_path))
    answer = fetched_from(country_a)
    document = etree.fromstring(answer.documents[0].content)
    code = document.find("c:code", namespaces=NS)
    assert code.get("displayName") == "Patient summary"
    assert (answer.status, answer.errors) == (ResponseStatus.SUCCESS, ())


def test_a_code_without_a_pivot_is_a_warning_beside_the_document(
    tmp_path, country_a
) -> None:
    with_a_problem(country_a, tmp_path)
    answer = fetched_from(country_a)
    assert answer.status is ResponseStatus.SUCCESS
    assert [(error.code, error.is_warning) for error in answer.errors] == [
        ("WARNING_PS_MISSING_EXPECTED_MAPPING", True)
    ]
    document = etree.fromstring(answer.documents[0].content)
    (kept,) = document.xpath("//c:value/c:translation[@code='E99']", namespaces=NS)
    assert kept.getparent().get("nullFlavor") == "OTH"
    exchange, translation = list(country_a.store.audit_trail())[-2:]
    assert (exchange.event, exchange.outcome) == ("ITI-39", 0)
    assert (translation.event, translation.side) == ("EHDSI-94", "A")
    # Made, and lacking a code.
    assert translation.outcome == 4
    assert b'csd-code="out"' in translation.dicom


def test_by_the_strict_policy_the_document_is_refused_and_the_record_says_why(
    tmp_path, country_a
) -> None:
    with_a_problem(country_a, tmp_path, Unmapped.REFUSE)
    answer = fetched_from(country_a)
    assert answer.status is ResponseStatus.FAILURE
    assert [error.code for error in answer.errors] == [
        "ERROR_PS_MISSING_EXPECTED_MAPPING"
    ]
    assert not answer.documents
    assert country_a.records()[-1].condition == "codes-unmapped"
    translation = list(country_a.store.audit_trail())[-1]
    assert (translation.event, translation.outcome) == ("EHDSI-94", 8)
    assert b'csd-code="out"' not in translation.dicom


def test_without_a_release_that_speaks_nothing_leaves(country_a) -> None:
    with_desk(country_a, None)
    answer = fetched_from(country_a)
    assert not answer.documents
    assert [error.code for error in answer.errors] == [
        "ERROR_PS_REGISTRY_NOT_AVAILABLE"
    ]


def test_the_kept_exchange_holds_both_forms_and_the_account(
    tmp_path, country_a
) -> None:
    folder = ExchangeFolder(tmp_path / "kept")
    with_desk(country_a, catalogue(tmp_path), exchange_folder=folder)
    answer = fetched_from(country_a)
    [kept] = (tmp_path / "kept").glob("*ITI-39*")
    assert (kept / "document.xml").read_bytes() == answer.documents[0].content
    assert (kept / "friendly.xml").read_bytes() != answer.documents[0].content
    assert '"release": "r"' in (kept / "terminology.json").read_text()


# Country B --------------------------------------------------------------------------


def fetched_by(tmp_path, country_a, desk, language):
    country_b = CountryB(tmp_path, country_a)
    services = replace(country_b.services, terminology=desk)
    country_b.gateway = type(country_b.gateway)(services)
    handle = country_b.treating(EVA)
    [listed] = country_b.gateway.documents(DOCTOR, handle).documents
    fetched = country_b.gateway.fetch(DOCTOR, handle, listed.document, language)
    return country_b, fetched


def test_the_reader_gets_the_original_and_the_translation_beside_it(
    tmp_path, country_a
) -> None:
    desk = TerminologyDesk(Standing(french(tmp_path)), ("fr-LU", "fr"))
    country_b, fetched = fetched_by(tmp_path, country_a, desk, "fr-LU")
    told = fetched.translation
    assert gender_of(told.content).get("displayName") == "Féminin"
    assert gender_of(fetched.content).get("displayName") != "Féminin"
    assert told.languages == ("fr-LU", "fr", "en")
    assert told.account["languages"]["fr-FR"] >= 1
    [retrieved, translation] = list(country_b.store.audit_trail())[-2:]
    assert (retrieved.event, translation.event) == ("ITI-39", "EHDSI-94")
    # Not every code has a French name.
    assert (translation.side, translation.outcome) == ("B", 4)
    assert translation.exchange_id == retrieved.exchange_id
    assert b'csd-code="out"' in translation.dicom


def test_without_a_language_the_document_comes_as_it_is(tmp_path, country_a) -> None:
    desk = TerminologyDesk(Standing(french(tmp_path)), ("fr-LU",))
    _, fetched = fetched_by(tmp_path, country_a, desk, None)
    assert fetched.translation is None


@pytest.mark.parametrize(
    ("desk", "code"),
    [
        (None, "WARNING_PS_MISSING_EXPECTED_TRANSLATION"),
        (TerminologyDesk(Standing(None), ("fr",)), "4500"),
    ],
)
def test_what_cannot_be_translated_is_delivered_and_recorded(
    tmp_path, country_a, desk, code
) -> None:
    country_b, fetched = fetched_by(tmp_path, country_a, desk, "fr")
    assert fetched.translation is None
    assert b"ClinicalDocument" in fetched.content
    events = {each.event: each for each in country_b.store.audit_trail()}
    assert code.encode() in events["ITI-39"].dicom
    assert events["ITI-39"].outcome == 0
    assert ("EHDSI-94" in events) == (desk is not None)
    if desk is not None:
        assert events["EHDSI-94"].outcome == 8
        assert b'csd-code="out"' not in events["EHDSI-94"].dicom


def test_a_desk_without_a_release_says_that_the_house_cannot_answer() -> None:
    with pytest.raises(NationalError, match="No catalogue"):
        TerminologyDesk(Standing(None), ("fr",)).pivoted(b"<x/>")


def test_the_language_asked_for_comes_before_those_of_the_settings(tmp_path) -> None:
    desk = TerminologyDesk(Standing(None), ("fr-LU", "de"))
    assert desk.chain("pt-PT") == ("pt-PT", "pt", "fr-LU", "fr", "de", "en")
    assert desk.chain(None) == ("fr-LU", "fr", "de", "en")

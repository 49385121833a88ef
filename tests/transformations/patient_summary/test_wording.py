"""The narrative speaks the language of the document; what it cannot say is English."""

import json
import re
from dataclasses import replace

import pytest

from tests.transformations.patient_summary import rich, rich_optional, summaries
from tests.transformations.patient_summary.documents import own_bundle
from tests.transformations.patient_summary.summaries import HEADER, carry
from transformations.fhir import read_fhir_document
from transformations.patient_summary import patient_summary_to_cda
from transformations.sections.labels import LABELS

LANGUAGES = ["fr-LU", "de-LU", "pt-PT"]


def spoken(language, *resources, **more):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summaries, "HEADER", replace(HEADER, language=language))
        return carry(*resources, **more)


def words_of(result):
    return " ".join("".join(text.itertext()) for text in result.find("//c:text"))


def in_english(result):
    return "narrative-in-english" in result.rules()


def summary(language):
    return [
        spoken(language, *rich.RESOURCES),
        spoken(
            language,
            others=rich_optional.RESOURCES,
            sections=rich_optional.sections(),
        ),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_we_say_has_words_in_the_language(language):
    assert not any(in_english(result) for result in summary(language))


@pytest.mark.parametrize(
    ("language", "label", "status", "title"),
    [
        ("fr-LU", "Problème", "Actif", "Problèmes actuels"),
        ("de-LU", "Problem", "Aktiv", "Aktuelle Probleme"),
        ("pt-PT", "Problema", "Ativo", "Problemas atuais"),
    ],
)
def test_labels_statuses_and_titles_are_said_in_it(language, label, status, title):
    condition = rich.RESOURCES[0] | {
        "clinicalStatus": summaries.status("condition-clinical", "active")
    }
    result = spoken(language, condition)
    said = " ".join(result.said("11450-4").split())
    assert f"{label}: High blood pressure" in said
    assert f": {status} ;" in said
    found = result.one("//c:section[c:code/@code='11450-4']/c:title")
    assert found.text == title


def test_the_codes_stay_as_the_value_sets_name_them():
    french, english = spoken("fr-LU", *rich.RESOURCES), carry(*rich.RESOURCES)
    names = "//c:value/@displayName"
    assert french.find(names) == english.find(names)


def test_the_words_of_the_source_are_not_touched():
    result = spoken("fr-LU", *rich.RESOURCES)
    assert "High blood pressure" in words_of(result)


def test_another_language_falls_back_to_english_with_a_finding():
    result = spoken("fi-FI", *rich.RESOURCES)
    assert in_english(result)
    assert "Problem: " in words_of(result)


def test_english_needs_no_finding():
    assert not in_english(carry(*rich.RESOURCES))


def test_the_language_is_that_of_the_composition():
    bundle = own_bundle()
    source = read_fhir_document(json.dumps(bundle).encode())
    result = patient_summary_to_cda(source, HEADER, is_strict=True)
    assert "Depuis: " in result.document.decode()


@pytest.mark.parametrize("language", LABELS)
def test_every_language_has_the_same_words_and_none_is_empty(language):
    assert set(LABELS[language]) == set(LABELS["fr"])
    for english, words in LABELS[language].items():
        assert words.strip() == words != ""
        # A sentence stays a sentence, a label a label.
        assert not re.search(r"[.:]$", words), english

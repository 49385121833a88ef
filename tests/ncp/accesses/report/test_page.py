"""The report says who, when, what, why and how it ended, in the reader's language."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest

from ncp.accesses.access import Act, Ending, Professional
from ncp.accesses.report import LANGUAGES, Period, report_pdf
from ncp.accesses.report.page import page_of
from ncp.accesses.report.words import words_in
from ncp.audit import Side
from ncp.ihe.codes import ClassCode
from tests.capabilities import require_program
from tests.ncp.accesses.report.conftest import LOPES, MADE, report_of
from trust.assertions.codes import ROLES, PurposeOfUse
from trust.identifiers import CountryCode

FOREIGN, OURS, LOOKS = range(3)


def keys_of(words: object, path: str = "") -> set[str]:
    """Every key of the words, and how long each list is."""
    if isinstance(words, dict):
        return {p for k, v in words.items() for p in keys_of(v, f"{path}/{k}")}
    if isinstance(words, list):
        return {f"{path}[{len(words)}]"}
    assert isinstance(words, str)
    assert words.strip()
    return {path}


def deeds_of(report, language: str = "en", part: int = FOREIGN) -> list[dict]:
    parts = page_of(report, language)["parts"]
    return [deed for visit in parts[part]["visits"] for deed in visit["deeds"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_word(language):
    words = words_in(language)
    assert keys_of(words) == keys_of(words_in("en"))
    for name, closed in (
        ("acts", Act),
        ("endings", Ending),
        ("kinds", ClassCode),
        ("roles", ROLES),
    ):
        assert set(words[name]) == {str(each) for each in closed}
    assert set(PurposeOfUse) <= set(words["why"])
    assert len(words["months"]) == 12


def test_a_language_without_words_is_refused():
    with pytest.raises(ValueError, match="xx"):
        words_in("xx")


@pytest.mark.spec("sheet 06 6.2 who, when, what document class, purpose, outcome")
def test_it_says_who_when_what_why_and_how_it_ended(make):
    report = report_of(make(Act.FETCHED))
    [visit] = page_of(report, "fr")["parts"][FOREIGN]["visits"]
    assert visit["day"] == "12 mars 2026"
    assert visit["who"] == [
        ("Pays demandeur", "Portugal"),
        ("Établissement", "Hospital de Santa Maria"),
        ("Professionnel", "Dr. João Lopes, Médecin"),
        ("Motif", "Traitement"),
    ]
    [deed] = visit["deeds"]
    assert (deed["time"], deed["what"], deed["ending"]) == (
        "10:31",
        "Demande d'un document : résumé patient",
        "Effectué.",
    )
    assert deed["reference"] == "00000000-0000-0000-0000-000000000001"


def test_both_directions_and_looks_stand_apart(make):
    report = report_of(
        make(Act.FETCHED),
        make(Act.FETCHED, side=Side.B, peer=CountryCode("DE")),
        make(Act.RECORD_SEARCHED, side=None, peer=None, professional=None),
    )
    parts = page_of(report, "de")["parts"]
    assert [len(each["visits"]) for each in parts] == [1, 1, 1]
    assert parts[OURS]["visits"][0]["who"][0] == ("Angefragtes Land", "Deutschland")
    assert parts[LOOKS]["visits"][0]["who"] == []
    told = page_of(report, "de")["summary"]["lines"]
    assert "Länder: Deutschland, Portugal." in told


def test_an_emergency_and_a_next_of_kin_are_told(make):
    report = report_of(
        make(Act.IDENTIFIED, purpose="EMERGENCY", for_next_of_kin=True, kind=None),
        make(Act.FETCHED, purpose="EMERGENCY"),
    )
    [visit] = page_of(report, "en")["parts"][FOREIGN]["visits"]
    assert visit["who"][-1] == (
        "Reason",
        "Emergency, at the request of somebody who was named as your next of kin",
    )


def test_what_was_refused_is_told_with_why(make):
    report = report_of(make(Act.FETCHED, Ending.NO_CONSENT))
    [deed] = deeds_of(report)
    assert deed["ending"].startswith("Refused because your consent was missing")
    assert not deed["is_given"]


@pytest.mark.parametrize("ending", [Ending.FAILED, Ending.REFUSED])
def test_a_submission_that_was_not_confirmed_is_not_said_to_be_absent(make, ending):
    kind = ClassCode.EDISPENSATION
    [deed] = deeds_of(report_of(make(Act.SUBMITTED, ending, kind=kind)))
    assert deed["what"] == "Document sent in: dispensation of a medicine"
    assert deed["ending"].startswith("Not confirmed.")


def test_a_list_says_how_many_documents_it_had(make):
    one, two = ("2.25.1",), ("2.25.1", "2.25.2")
    report = report_of(make(Act.LISTED, documents=one), make(Act.LISTED, documents=two))
    endings = [each["ending"] for each in deeds_of(report, "pt")]
    assert endings == ["Feito. 1 documento.", "Feito. 2 documentos."]


@pytest.mark.parametrize(
    ("who", "told"),
    [
        (None, "not established"),
        (replace(LOPES, name=None), f"{LOPES.user_id}, Medical doctor"),
        (Professional(role_code="2262"), "Pharmacist"),
        (Professional("x", "Ann", "9999", "Apprentice"), "Ann, Apprentice"),
        (Professional(), "not established"),
    ],
)
def test_a_professional_is_told_as_far_as_they_are_known(make, who, told):
    report = report_of(make(Act.FETCHED, professional=who))
    [visit] = page_of(report, "en")["parts"][FOREIGN]["visits"]
    assert ("Professional", told) in visit["who"]


@pytest.mark.parametrize(
    ("code", "name"), [("GR", "Greece"), ("EL", "Greece"), ("XX", "XX"), (None, None)]
)
def test_a_country_is_told_by_its_name_where_it_has_one(make, code, name):
    peer = None if code is None else CountryCode(code)
    report = report_of(make(Act.FETCHED, peer=peer))
    [visit] = page_of(report, "en")["parts"][FOREIGN]["visits"]
    assert visit["who"][0][1] == (name or "not established")


def test_the_hour_that_comes_twice_says_which_one_it_is(make):
    report = report_of(
        make(Act.FETCHED, moment=datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        make(Act.FETCHED, moment=datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    )
    times = [each["time"] for each in deeds_of(report)]
    assert times == ["02:30 (UTC+02:00)", "02:30 (UTC+01:00)"]


def test_the_first_of_a_month_is_written_as_the_language_does():
    since = datetime(2026, 2, 28, 23, 0, tzinfo=UTC)
    report = report_of(period=Period(since, MADE))
    about = dict(page_of(report, "fr")["about"])
    assert about["Période"] == "du 1er mars 2026, 00:00 au 29 novembre 2026, 06:00"


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return report_pdf(report_of(), "lb")


@pytest.mark.spec("ISO 19005-2 (2A) / ISO 14289-1")
def test_it_is_pdf_a_that_can_be_read_aloud(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        metadata = opened.open_metadata()
        assert metadata.pdfa_status == "2A"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang) == "lb"


def test_the_same_report_is_the_same_file(pdf):
    assert report_pdf(report_of(), "lb") == pdf


def test_everything_stands_on_the_page(make, tmp_path):
    program = require_program("pdftotext", "poppler")
    markup = "#panic() *Hospital* $x$"
    report = report_of(
        make(Act.IDENTIFIED, organisation=markup),
        make(Act.FETCHED, side=Side.B, peer=CountryCode("DE")),
    )
    file = tmp_path / "report.pdf"
    file.write_bytes(report_pdf(report, "en"))
    done = subprocess.run(
        [program, "-layout", str(file), "-"], capture_output=True, check=True
    )
    text = done.stdout.decode()
    for each in (markup, "Germany", "PAT-CANARY-1", "Page 1 of 1", "dpo@example.lu",
                 "Nobody searched the record for you."):  # fmt: skip
        assert each in text

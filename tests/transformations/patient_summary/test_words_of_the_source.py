"""What a source says in words only never becomes "no information"."""

import pytest

from tests.transformations.patient_summary.documents import schema
from tests.transformations.patient_summary.summaries import (
    PATIENT,
    carry,
    concept,
    status,
    url,
)
from transformations.mapping import Fate, Severity

CODES = {
    "10160-0": "no-medication-info",
    "48765-2": "no-allergy-info",
    "47519-4": "no-procedure-info",
    "11450-4": "no-problem-info",
    "46264-8": "no-device-info",
}
PENICILLIN = "<p>Severe reaction to penicillin in 2019</p>"


def section(code, div=None, *, text_status="additional", **more):
    found = {"code": concept(code, "http://loinc.org"), **more}
    if div is not None:
        body = f'<div xmlns="http://www.w3.org/1999/xhtml">{div}</div>'
        found["text"] = {"status": text_status, "div": body}
    return found


def critical(result):
    return {
        finding.rule
        for finding in result.result.findings
        if finding.severity is Severity.CRITICAL
    }


@pytest.mark.spec("FHIR R4 Composition.section.text / eHDSI exceptional value OTH")
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("text_status", ["generated", "additional", "extensions"])
def test_words_without_entries_are_quoted_and_denied_by_no_code(code, text_status):
    result = carry(sections=[section(code, PENICILLIN, text_status=text_status)])
    assert "Severe reaction to penicillin in 2019" in result.said(code)
    assert "In the words of the source, not coded" in result.said(code)
    path = f"//c:section[c:code/@code='{code}']"
    assert CODES[code] not in result.result.document.decode()
    node = result.one(f"{path}//*[@nullFlavor='OTH']/c:originalText/c:reference/@value")
    quoted = result.one(f"{path}/c:text/c:paragraph[@ID='{node[1:]}']")
    assert "penicillin" in "".join(quoted.itertext())
    assert not critical(result)
    place = "Bundle.entry[0].resource.section[0].text.div"
    assert result.entries[place].mark.fate is Fate.NARRATIVE
    assert schema().validate(result.cda), schema().error_log[:3]


def test_an_absence_that_is_stated_stays_a_code():
    reason = {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/list-empty-reason",
                "code": "nilknown",
            }
        ]
    }
    none = section(
        "48765-2", "No known allergies", text_status="generated", emptyReason=reason
    )
    result = carry(sections=[none])
    assert "no-known-allergies" in result.result.document.decode()
    assert "In the words of the source" not in result.said("48765-2")


def test_an_empty_text_says_nothing():
    for div in ("", "  \n "):
        result = carry(sections=[section("48765-2", div)])
        assert "no-allergy-info" in result.result.document.decode()
    result = carry(sections=[section("48765-2", "None", text_status="empty")])
    assert "no-allergy-info" in result.result.document.decode()


def test_a_text_that_cannot_be_read_stops_the_document():
    broken = section("48765-2")
    broken["text"] = {"status": "additional", "div": "<div><p>Severe</div>"}
    result = carry(sections=[broken])
    assert critical(result) >= {"narrative-not-carried"}
    place = "Bundle.entry[0].resource.section[0].text.div"
    assert result.entries[place].mark.severity is Severity.CRITICAL
    assert not any("Severe" in f.sentence for f in result.result.findings)


def test_a_picture_without_words_stops_the_document_and_with_words_warns():
    picture = '<img src="data:image/png;base64,AAAA"/>'
    result = carry(sections=[section("48765-2", picture)])
    assert "narrative-not-carried" in critical(result)
    result = carry(sections=[section("48765-2", f"Rash {picture}")])
    assert not critical(result)
    assert "narrative-picture-lost" in result.rules()


def test_only_words_survive_of_markup():
    div = (
        "<script>alert(1)</script><style>p{}</style>"
        "<table><tr><th>Drug</th><th>Dose</th><th>Since</th></tr>"
        "<tr><td>A&nbsp;&amp;&lt;b&gt;</td><td></td><td>2019</td></tr></table>"
        '<a href="https://example.org/x" onclick="run()">more</a>'
    )
    result = carry(sections=[section("10160-0", div)])
    said = result.said("10160-0")
    assert "Drug | Dose | Since" in said
    assert "A &<b> | - | 2019" in said
    assert "more" in said
    text = result.result.document.decode()
    assert "alert" not in text
    assert "example.org/x" not in text
    assert "onclick" not in text


def test_words_that_add_to_entries_are_quoted_beside_them():
    problem = {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": PATIENT},
        "code": {"text": "Asthma"},
    }
    listed = section("11450-4", "And mild eczema", entry=[{"reference": url(3)}])
    result = carry(others=[problem], sections=[listed])
    assert "Asthma" in result.said("11450-4")
    assert "And mild eczema" in result.said("11450-4")
    assert "only; read the text" not in result.said("11450-4")


def test_words_that_repeat_entries_are_written_anew():
    problem = {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": PATIENT},
        "code": {"text": "Asthma"},
    }
    listed = section(
        "11450-4",
        "Repeated elsewhere",
        text_status="generated",
        entry=[{"reference": url(3)}],
    )
    result = carry(others=[problem], sections=[listed])
    assert "Repeated elsewhere" not in result.said("11450-4")


def test_the_words_of_a_withdrawn_entry_are_not_quoted():
    mistake = {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": PATIENT},
        "verificationStatus": status("condition-ver-status", "entered-in-error"),
        "code": {"text": "Asthma"},
    }
    listed = section(
        "11450-4", "Asthma", text_status="generated", entry=[{"reference": url(3)}]
    )
    result = carry(others=[mistake], sections=[listed])
    assert "Asthma" not in result.said("11450-4")
    assert "no-problem-info" in result.result.document.decode()


def test_entries_that_are_not_in_the_document_stop_it_unless_they_are_named():
    lost = section("48765-2", entry=[{"reference": url(77)}])
    assert "entry-not-in-document" in critical(carry(sections=[lost]))
    named = section(
        "48765-2", entry=[{"reference": url(77), "display": "Penicillin allergy"}]
    )
    result = carry(sections=[named])
    assert not critical(result)
    said = " ".join(result.said("48765-2").split())
    assert "Listed by name only: Penicillin allergy" in said
    assert "no-allergy-info" not in result.result.document.decode()


def test_a_section_inside_another_is_not_forgotten():
    inner = {
        "title": "Chronic",
        "code": concept("1-8", "urn:oid:2.999"),
        "text": {
            "status": "additional",
            "div": '<div xmlns="http://www.w3.org/1999/xhtml">Diabetes</div>',
        },
    }
    outer = section("11450-4")
    outer["section"] = [inner]
    result = carry(sections=[outer])
    assert "Diabetes" in result.said("11450-4")


@pytest.mark.spec("CDA R2 §4.3: sections without template are allowed")
def test_a_section_without_template_is_carried_in_its_own_words():
    story = section("81338-6", "She wants to be told first", title="Her story")
    result = carry(sections=[story])
    path = "//c:section[c:code/@code='81338-6']"
    assert result.find(f"{path}/c:templateId") == []
    assert result.one(f"{path}/c:title").text == "Her story"
    assert "told first" in result.said("81338-6")
    assert schema().validate(result.cda), schema().error_log[:3]


def test_a_resource_listed_twice_is_written_once():
    problem = {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": PATIENT},
        "code": {"text": "Asthma"},
    }
    twice = section("11450-4", entry=[{"reference": url(3)}, {"reference": url(3)}])
    result = carry(others=[problem], sections=[twice])
    assert len(result.find("//c:section[c:code/@code='11450-4']/c:entry")) == 1


@pytest.mark.parametrize("code", ["11450-4", "18776-5"])
def test_a_resource_without_rows_is_carried_in_the_words_of_its_section(code):
    plan = {"resourceType": "ServiceRequest", "id": "s", "status": "active"}
    entry = [{"reference": url(3)}]
    worded = section(code, "Colonoscopy planned", text_status="generated", entry=entry)
    result = carry(others=[plan], sections=[worded])
    assert "Colonoscopy planned" in result.said(code)
    assert "resource-type-not-carried" in result.rules()
    assert not critical(result)
    silent = carry(others=[plan], sections=[section(code, entry=entry)])
    assert "resource-type-not-carried" in critical(silent)

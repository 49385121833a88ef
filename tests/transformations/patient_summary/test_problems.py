"""Problems: what a doctor abroad reads of a Condition."""

import pytest

from tests.transformations.patient_summary.summaries import (
    ICD,
    PATIENT,
    SCT,
    TYPE,
    carry,
    concept,
    status,
    url,
)
from transformations.mapping import Fate

OBSERVATION = "//c:observation[c:templateId/@root='1.3.6.1.4.1.12559.11.10.1.3.1.3.7']"
ACT = (
    "//c:act[c:templateId/@root='1.3.6.1.4.1.12559.11.10.1.3.1.3.15']"
    "[.//c:value/@code='I10']"
)
CODE = concept("I10", ICD, "Essential hypertension", "High blood pressure")


def condition(**more):
    return {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": PATIENT},
        "code": CODE,
        **more,
    }


def clinical(code):
    return status("condition-clinical", code)


def verified(code):
    return status("condition-ver-status", code)


def value_of(result, code):
    path = f"{OBSERVATION}//c:observation[c:code/@code='{code}']/c:value/@code"
    found = result.find(path)
    return found[0] if found else None


@pytest.mark.spec("eHDSI EH.3.7")
def test_a_code_of_the_bound_system_is_the_code_and_its_words_are_linked():
    result = carry(condition())
    value = result.one(f"{OBSERVATION}/c:value")
    assert value.get(TYPE) == "CD"
    assert value.get("code") == "I10"
    assert value.get("codeSystem") == "1.3.6.1.4.1.12559.11.10.1.3.1.44.2"
    anchor = result.one(f"{OBSERVATION}/c:value/c:originalText/c:reference/@value")
    assert result.one(f"//c:content[@ID='{anchor[1:]}']").text == "High blood pressure"
    assert result.fate("code.coding[0].code") is Fate.MAPPED


def test_a_code_outside_the_bound_systems_is_a_translation():
    result = carry(condition(code=concept("38341003", SCT, "Hypertension")))
    value = result.one(f"{OBSERVATION}/c:value")
    assert value.get("nullFlavor") == "OTH"
    translation = result.one(f"{OBSERVATION}/c:value/c:translation")
    assert translation.get("code") == "38341003"
    assert translation.get("displayName") == "Hypertension"


def test_the_bound_coding_leads_even_when_it_comes_second():
    both = concept("38341003", SCT, "Hypertension")
    both["coding"].append({"system": ICD, "code": "I10", "display": "Hypertension"})
    result = carry(condition(code=both))
    assert result.one(f"{OBSERVATION}/c:value/@code") == "I10"
    assert result.one(f"{OBSERVATION}/c:value/c:translation/@code") == "38341003"


def test_words_without_a_code_are_kept_as_original_text():
    result = carry(condition(code={"text": "Hot flushes"}))
    assert result.one(f"{OBSERVATION}/c:value/@nullFlavor") == "OTH"
    assert "Hot flushes" in result.said("11450-4")


def test_a_code_without_a_name_is_named_by_its_words_or_by_itself():
    nameless = {"coding": [{"system": ICD, "code": "I10"}]}
    result = carry(condition(code=nameless))
    assert result.one(f"{OBSERVATION}/c:value/@displayName") == "I10"


def test_a_code_of_a_system_without_oid_is_lost_visibly_and_its_words_stay():
    local = concept("x1", "https://codes.example/local", "Local", "A local problem")
    result = carry(condition(code=local))
    assert result.lost("code.coding[0].code") == "warning"
    assert "A local problem" in result.said("11450-4")


@pytest.mark.spec("eHDSI EH.3.15")
@pytest.mark.parametrize(
    ("fhir", "concern", "code"),
    [
        ("active", "active", "55561003"),
        ("recurrence", "active", "255227004"),
        ("relapse", "active", "255227004"),
        ("inactive", "completed", "73425007"),
        ("resolved", "completed", "413322009"),
        ("remission", "completed", "73425007"),
    ],
)
def test_the_clinical_status_is_the_status_of_concern_and_problem(fhir, concern, code):
    result = carry(condition(clinicalStatus=clinical(fhir)))
    assert result.one(f"{ACT}/c:statusCode/@code") == concern
    assert value_of(result, "33999-4") == code
    assert result.fate("clinicalStatus.coding[0].code") is Fate.MAPPED


def test_a_remission_is_told_by_the_outcome():
    result = carry(condition(clinicalStatus=clinical("remission")))
    assert value_of(result, "11323-3") == "765205004"
    assert (
        value_of(carry(condition(clinicalStatus=clinical("active"))), "11323-3") is None
    )


def test_without_a_status_the_concern_claims_none_unless_the_problem_ended():
    assert carry(condition()).find(f"{ACT}/c:statusCode") == []
    ended = carry(condition(abatementDateTime="2020-01-01"))
    assert ended.one(f"{ACT}/c:statusCode/@code") == "completed"


def test_an_unknown_status_is_lost_and_nothing_is_claimed():
    result = carry(condition(clinicalStatus=clinical("sleeping")))
    assert value_of(result, "33999-4") is None
    assert result.lost("clinicalStatus.coding[0].code") == "warning"


def test_a_refuted_problem_is_known_absent_and_refuted():
    result = carry(condition(verificationStatus=verified("refuted")))
    assert value_of(result, "33999-4") == "410516002"
    assert value_of(result, "66455-7") == "refuted"
    assert result.one(f"{ACT}/c:statusCode/@code") == "completed"


@pytest.mark.parametrize(
    "code", ["unconfirmed", "provisional", "differential", "confirmed"]
)
def test_the_certainty_is_carried(code):
    result = carry(condition(verificationStatus=verified(code)))
    assert value_of(result, "66455-7") == code


def test_what_was_entered_in_error_is_not_written():
    result = carry(condition(verificationStatus=verified("entered-in-error")))
    assert "I10" not in {v.get("code") for v in result.find("//c:value")}
    assert result.lost("code.coding[0].code") == "information"
    assert "entered-in-error" in result.rules()
    assert result.one(f"{OBSERVATION}/c:value/@code") == "no-problem-info"


def test_a_problem_of_another_patient_is_refused():
    stranger = {"resourceType": "Patient", "id": "x"}
    foreign = condition(subject={"reference": url(4)})
    result = carry(foreign, others=[stranger])
    assert result.lost("code.coding[0].code") == "critical"
    assert "subject-of-another-patient" in result.rules()
    assert result.find("//c:value[@code='I10']") == []


def test_an_unknown_modifier_extension_withholds_the_entry_and_says_so():
    modifier = [{"url": "https://x.example/not", "valueBoolean": True}]
    result = carry(condition(modifierExtension=modifier))
    assert result.lost("code.coding[0].code") == "critical"
    assert "left out" in result.said("11450-4")


@pytest.mark.parametrize(
    ("system", "code", "written"),
    [
        ("http://loinc.org", "LA6751-7", "6736007"),
        (SCT, "24484000", "24484000"),
        (SCT, "442452003", "442452003"),
    ],
)
def test_the_severity_is_a_grade_of_the_value_set(system, code, written):
    result = carry(condition(severity=concept(code, system, "Grade")))
    assert value_of(result, "SEV") == written


def test_a_severity_outside_the_value_set_is_lost_but_its_words_are_said():
    result = carry(condition(severity=concept("1", SCT, "Odd", "very odd indeed")))
    assert value_of(result, "SEV") is None
    assert result.lost("severity.coding[0].code") == "warning"
    assert "very odd indeed" in result.said("11450-4")


def test_onset_and_abatement_keep_their_precision():
    result = carry(condition(onsetDateTime="2015", abatementDateTime="2016-10"))
    assert result.one(f"{OBSERVATION}/c:effectiveTime/c:low/@value") == "2015"
    assert result.one(f"{OBSERVATION}/c:effectiveTime/c:high/@value") == "201610"


def test_a_problem_of_one_day_is_a_date_and_no_interval():
    result = carry(
        condition(onsetDateTime="2020-01-02", abatementDateTime="2020-01-02")
    )
    time = result.one(f"{OBSERVATION}/c:effectiveTime")
    assert time.get("value") == "20200102"
    assert len(time) == 0


def test_an_onset_that_is_absent_says_why():
    reason = {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                "valueCode": "unknown",
            }
        ]
    }
    result = carry(condition(_onsetDateTime=reason))
    assert result.one(f"{OBSERVATION}/c:effectiveTime/c:low/@nullFlavor") == "UNK"


def test_a_problem_that_is_over_without_a_date_has_an_unknown_end():
    over = condition(clinicalStatus=clinical("resolved"), onsetDateTime="2015")
    result = carry(over)
    assert result.one(f"{OBSERVATION}/c:effectiveTime/c:high/@nullFlavor") == "UNK"


def test_an_age_at_onset_is_told_and_never_turned_into_a_date():
    age = {
        "value": 40,
        "unit": "years",
        "system": "http://unitsofmeasure.org",
        "code": "a",
    }
    result = carry(condition(onsetAge=age))
    assert result.find(f"{OBSERVATION}/c:effectiveTime") == []
    assert "40 years" in result.said("11450-4")
    assert result.fate("onsetAge.value") is Fate.NARRATIVE


def test_the_day_it_was_recorded_is_the_begin_of_the_concern():
    result = carry(condition(recordedDate="2016-10"))
    assert result.one(f"{ACT}/c:effectiveTime/c:low/@value") == "201610"


def test_a_note_is_a_comment_that_points_at_its_words():
    result = carry(condition(note=[{"text": "Ask the cardiologist", "time": "2020"}]))
    act = "//c:act[c:code/@code='48767-8']"
    anchor = result.one(f"{act}/c:text/c:reference/@value")
    assert "cardiologist" in result.one(f"//c:content[@ID='{anchor[1:]}']").text
    assert result.fate("note[0].text") is Fate.NARRATIVE


def test_a_body_site_is_a_target_site():
    result = carry(condition(bodySite=[concept("368208006", SCT, "Left arm")]))
    assert result.one(f"{OBSERVATION}/c:targetSiteCode/@code") == "368208006"


@pytest.mark.parametrize(
    ("system", "code", "kind"),
    [
        ("http://loinc.org", "75326-9", "55607006"),
        ("http://loinc.org", "29308-4", "282291009"),
        (SCT, "64572001", "64572001"),
        (SCT, "1", "404684003"),
    ],
)
def test_the_category_says_what_kind_of_statement_it_is(system, code, kind):
    result = carry(condition(category=[concept(code, system)]))
    assert result.one(f"{OBSERVATION}/c:code/@code") == kind


def test_identifiers_are_kept_and_made_ids_are_stable():
    identified = condition(
        identifier=[{"system": "urn:oid:1.2.3.999", "value": "66d4"}]
    )
    result = carry(identified)
    assert result.one(f"{OBSERVATION}/c:id/@root") == "1.2.3.999"
    first, second = carry(condition()), carry(condition())
    assert first.result.document == second.result.document


@pytest.mark.parametrize(
    ("system", "code", "written"),
    [
        (
            "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips",
            "no-problem-info",
            "no-problem-info",
        ),
        (SCT, "160245001", "no-known-problems"),
    ],
)
def test_an_absence_is_stated_and_claims_no_status(system, code, written):
    absent = condition(
        code=concept(code, system, "x"), clinicalStatus=clinical("active")
    )
    result = carry(absent)
    assert result.one(f"{OBSERVATION}/c:value/@code") == written
    assert value_of(result, "33999-4") is None
    assert result.fate("clinicalStatus.coding[0].code") is Fate.STRUCTURAL


def test_a_resource_of_an_unexpected_type_is_lost_loudly():
    document = {"resourceType": "DocumentReference", "id": "d", "status": "current"}
    listed = {
        "code": concept("11450-4", "http://loinc.org"),
        "entry": [{"reference": url(3)}],
    }
    result = carry(others=[document], sections=[listed])
    assert result.lost("status") == "critical"
    assert "resource-type-not-carried" in result.rules()


CURRENT = "//c:section[c:code/@code='11450-4']"
PAST = "//c:section[c:code/@code='11348-0']"
CODES = ".//c:observation[c:templateId/@root='1.3.6.1.4.1.12559.11.10.1.3.1.3.7']"


def past_illness(*numbers):
    return {
        "code": concept("11348-0", "http://loinc.org"),
        "entry": [{"reference": url(number)} for number in numbers],
    }


def codes_in(result, section):
    return result.find(f"{section}{CODES[1:]}/c:value/@code")


@pytest.mark.spec("eHDSI EH.2.10")
@pytest.mark.parametrize("code", ["inactive", "resolved", "remission"])
def test_a_problem_that_is_over_is_a_past_illness(code):
    gone = condition(id="c2", code=concept("E11", ICD), clinicalStatus=clinical(code))
    result = carry(condition(clinicalStatus=clinical("active")), gone)
    assert codes_in(result, CURRENT) == ["I10"]
    assert codes_in(result, PAST) == ["E11"]
    assert result.one(f"{PAST}/c:templateId/@root").endswith("3.1.2.10")


@pytest.mark.parametrize("more", [{}, {"clinicalStatus": clinical("recurrence")}])
def test_a_problem_that_is_not_over_stays_current(more):
    result = carry(condition(**more))
    assert codes_in(result, CURRENT) == ["I10"]
    assert result.find(PAST) == []


def test_a_refuted_problem_is_no_past_illness():
    result = carry(
        condition(
            verificationStatus=verified("refuted"), clinicalStatus=clinical("inactive")
        )
    )
    assert codes_in(result, CURRENT) == ["I10"]


def test_an_active_problem_among_past_illnesses_is_not_overlooked():
    active = condition(clinicalStatus=clinical("active"))
    silent = condition(id="c2", code=concept("E11", ICD))
    result = carry(others=[active, silent], sections=[past_illness(3, 4)])
    assert codes_in(result, CURRENT) == ["I10"]
    assert codes_in(result, PAST) == ["E11"]


def test_where_all_listed_problems_are_over_none_is_denied_and_none_claimed():
    result = carry(condition(clinicalStatus=clinical("resolved")))
    assert codes_in(result, PAST) == ["I10"]
    assert result.one(f"{CURRENT}{CODES[1:]}/c:value/@nullFlavor") == "OTH"
    assert "stands in another section" in result.said("11450-4")


def test_a_problem_listed_in_both_sections_is_written_once():
    gone = condition(clinicalStatus=clinical("resolved"))
    both = {
        "code": concept("11450-4", "http://loinc.org"),
        "entry": [{"reference": url(3)}],
    }
    result = carry(others=[gone], sections=[both, past_illness(3)])
    assert codes_in(result, PAST) == ["I10"]


@pytest.mark.spec("eHDSI EH.3.7 id 1..1 M")
def test_of_several_identifiers_the_first_is_written_and_the_others_are_lost():
    several = [{"system": "urn:oid:1.2.3", "value": value} for value in "ab"]
    result = carry(condition(identifier=several))
    assert result.one(f"{OBSERVATION}/c:id/@extension") == "a"
    assert result.fate("identifier[0].value") is Fate.MAPPED
    assert result.lost("identifier[1].value") == "warning"

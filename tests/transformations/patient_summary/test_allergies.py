"""Allergies: what a doctor abroad must not misread."""

import pytest

from tests.transformations.patient_summary.summaries import (
    PATIENT,
    SCT,
    TYPE,
    carry,
    concept,
    status,
)
from transformations.mapping import Fate

ACT = "//c:act[c:templateId/@root='1.3.6.1.4.1.12559.11.10.1.3.1.3.16']"
ALLERGY = "//c:observation[c:templateId/@root='1.3.6.1.4.1.12559.11.10.1.3.1.3.17']"
AGENT = (
    f"{ALLERGY}/c:participant[@typeCode='CSM']/c:participantRole[@classCode='MANU']"
    "/c:playingEntity[@classCode='MMAT']/c:code"
)
REACTION = f"{ALLERGY}/c:entryRelationship[@typeCode='MFST']/c:observation"


def allergy(**more):
    return {
        "resourceType": "AllergyIntolerance",
        "id": "a1",
        "patient": {"reference": PATIENT},
        "code": concept("373270004", SCT, "Penicillin"),
        **more,
    }


def value_of(result, code):
    path = f"{ALLERGY}/c:entryRelationship/c:observation[c:code/@code='{code}']/c:value"
    found = result.find(path)
    return found[0] if found else None


def test_the_agent_is_the_consumed_material():
    result = carry(allergy())
    assert result.one(f"{AGENT}/@code") == "373270004"
    assert "Penicillin" in result.said("48765-2")


def test_an_agent_of_another_system_is_a_translation_and_its_words_stay():
    local = concept("9", "urn:oid:2.999.7", "Zaubertrank", "Zaubertrank, rot")
    result = carry(allergy(code=local))
    assert result.one(f"{AGENT}/@nullFlavor") == "OTH"
    assert result.one(f"{AGENT}/c:translation/@codeSystem") == "2.999.7"
    assert "Zaubertrank, rot" in result.said("48765-2")


def test_an_allergy_without_agent_is_reported():
    result = carry(allergy(code={"text": ""}, clinicalStatus=clinical("active")))
    assert "allergy-without-agent" in result.rules()
    assert result.lost("code.text") == "information"


@pytest.mark.spec("eHDSI MVC 42.18")
@pytest.mark.parametrize(
    ("fhir", "code"),
    [("allergy", "609328004"), ("intolerance", "782197009"), (None, "420134006")],
)
def test_the_type_says_what_kind_of_reaction_it_is(fhir, code):
    result = carry(allergy(**({"type": fhir} if fhir else {})))
    assert result.one(f"{ALLERGY}/c:code/@code") == code


def test_the_category_is_told_because_no_code_is_left_for_it():
    result = carry(allergy(category=["food", "biologic"]))
    assert result.fate("category[1]") is Fate.NARRATIVE
    assert "biologic" in result.said("48765-2")


def clinical(code):
    return status("allergyintolerance-clinical", code)


def verified(code):
    return status("allergyintolerance-verification", code)


@pytest.mark.spec("eHDSI EH.3.34")
@pytest.mark.parametrize(
    ("code", "concern"),
    [("active", "active"), ("inactive", "completed"), ("resolved", "completed")],
)
def test_the_clinical_status_is_carried_by_status_and_concern(code, concern):
    result = carry(allergy(clinicalStatus=clinical(code)))
    assert value_of(result, "33999-4").get("code") == code
    assert value_of(result, "33999-4").get(TYPE) == "CE"
    assert result.one(f"{ACT}/c:statusCode/@code") == concern
    assert result.one(f"{ALLERGY}/c:statusCode/@code") == "completed"


@pytest.mark.spec("eHDSI EH.3.35")
@pytest.mark.parametrize("code", ["unconfirmed", "confirmed", "refuted"])
def test_the_certainty_is_carried(code):
    result = carry(allergy(verificationStatus=verified(code)))
    assert value_of(result, "66455-7").get("code") == code


def test_a_certainty_without_a_code_is_a_critical_loss():
    result = carry(allergy(verificationStatus=verified("presumed")))
    assert value_of(result, "66455-7") is None
    assert result.lost("verificationStatus.coding[0].code") == "critical"


@pytest.mark.spec("eHDSI EH.3.33")
@pytest.mark.parametrize("code", ["low", "high", "unable-to-assess"])
def test_the_criticality_is_carried(code):
    result = carry(allergy(criticality=code))
    assert value_of(result, "82606-5").get("code") == code
    assert result.fate("criticality") is Fate.MAPPED


def test_what_was_entered_in_error_is_not_written():
    result = carry(allergy(verificationStatus=verified("entered-in-error")))
    assert result.find(AGENT) == []
    assert result.one(f"{ALLERGY}/c:value/@code") == "no-allergy-info"


@pytest.mark.spec("eHDSI EH.3.44")
def test_each_manifestation_is_an_observation_with_onset_and_severity():
    result = carry(
        allergy(
            reaction=[
                {
                    "manifestation": [
                        concept("126485001", SCT, "Urticaria"),
                        concept("267036007", SCT, "Dyspnea"),
                    ],
                    "onset": "2010-02",
                    "severity": "severe",
                }
            ]
        )
    )
    assert result.find(f"{REACTION}/c:value/@code") == ["126485001", "267036007"]
    assert result.find(f"{REACTION}/c:effectiveTime/c:low/@value") == ["201002"] * 2
    severity = f"{REACTION}/c:entryRelationship[@inversionInd='true']/c:observation"
    assert result.find(f"{severity}/c:value/@code") == ["24484000"] * 2
    assert result.fate("reaction[0].severity") is Fate.MAPPED


def test_a_reaction_without_onset_says_that_it_is_unknown():
    result = carry(allergy(reaction=[{"manifestation": [{"text": "rash"}]}]))
    assert result.one(f"{REACTION}/c:effectiveTime/c:low/@nullFlavor") == "UNK"
    assert result.one(f"{REACTION}/c:value/@nullFlavor") == "OTH"
    assert "rash" in result.said("48765-2")


def test_what_a_reaction_has_no_code_for_is_told():
    reaction = {
        "manifestation": [{"text": "rash"}],
        "description": "after two tablets",
        "substance": concept("1", SCT, "Amoxicillin"),
        "exposureRoute": {"text": "by mouth"},
        "note": [{"text": "needed adrenaline"}],
    }
    result = carry(allergy(reaction=[reaction]))
    for words in ("after two", "Amoxicillin (SNOMED CT 1)", "by mouth", "adrenaline"):
        assert words in result.said("48765-2")
    assert result.fate("reaction[0].substance.coding[0].code") is Fate.NARRATIVE


def test_onset_and_abatement_are_the_interval_of_the_allergy():
    ended = {
        "url": "http://hl7.org/fhir/StructureDefinition/allergyintolerance-abatement",
        "valueDateTime": "2012-03",
    }
    result = carry(allergy(onsetDateTime="2010", extension=[ended]))
    assert result.one(f"{ALLERGY}/c:effectiveTime/c:low/@value") == "2010"
    assert result.one(f"{ALLERGY}/c:effectiveTime/c:high/@value") == "201203"


def test_an_absent_allergy_has_no_agent_and_no_status():
    ips = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
    absent = allergy(
        code=concept("no-known-food-allergies", ips, "x"),
        clinicalStatus=clinical("active"),
    )
    result = carry(absent)
    assert result.one(f"{ALLERGY}/c:value/@code") == "no-known-food-allergies"
    assert result.find(AGENT) == []
    assert value_of(result, "33999-4") is None


def test_a_section_that_is_empty_for_a_reason_says_it():
    reason = concept(
        "nilknown", "http://terminology.hl7.org/CodeSystem/list-empty-reason"
    )
    empty = {"code": concept("48765-2", "http://loinc.org"), "emptyReason": reason}
    result = carry(sections=[empty])
    assert result.one(f"{ALLERGY}/c:value/@code") == "no-known-allergies"


def test_a_section_that_is_missing_knows_nothing():
    assert carry().one(f"{ALLERGY}/c:value/@code") == "no-allergy-info"

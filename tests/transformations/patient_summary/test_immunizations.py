"""Immunizations: what was given is an entry, what was not is told."""

import pytest

from tests.transformations.patient_summary.documents import schema
from tests.transformations.patient_summary.summaries import (
    ICD,
    PATIENT,
    SCT,
    carry,
    concept,
    url,
)
from transformations.mapping import Fate

ACT = (
    "//c:substanceAdministration"
    "[c:templateId/@root='1.3.6.1.4.1.12559.11.10.1.3.1.3.19']"
)
SECTION = "//c:section[c:code/@code='11369-6']"
MATERIAL = f"{ACT}/c:consumable/c:manufacturedProduct/c:manufacturedMaterial"
TETANUS = concept("863911006", SCT, "Tetanus vaccine", "Tetanus")
UCUM = "http://unitsofmeasure.org"


def immunization(**more):
    return {
        "resourceType": "Immunization",
        "id": "i1",
        "status": "completed",
        "patient": {"reference": PATIENT},
        "vaccineCode": TETANUS,
        "occurrenceDateTime": "2021-09-05",
        **more,
    }


def said(result):
    return " ".join(result.said("11369-6").split())


@pytest.mark.spec("eHDSI EH.3.19, EH.3.18")
def test_a_vaccine_given_has_code_name_date_lot_and_maker():
    result = carry(
        immunization(
            lotNumber="A1",
            manufacturer={"reference": url(77), "display": "Maker"},
            route=concept("78421000", SCT, "Intramuscular route"),
            doseQuantity={"value": 0.5, "system": UCUM, "code": "mL"},
        )
    )
    assert result.one(f"{ACT}/c:code/@codeSystem") == "1.3.5.1.4.1.19376.1.5.3.2"
    assert result.one(f"{ACT}/c:statusCode/@code") == "completed"
    assert result.one(f"{ACT}/c:effectiveTime/@value") == "20210905"
    assert result.one(f"{MATERIAL}/c:code/@code") == "863911006"
    assert result.one(f"{MATERIAL}/c:code/c:originalText/c:reference/@value")
    assert result.one(f"{MATERIAL}/c:name").text == "Tetanus"
    assert result.one(f"{MATERIAL}/c:lotNumberText").text == "A1"
    assert result.one(f"{ACT}//c:manufacturerOrganization/c:name").text == "Maker"
    assert result.one(f"{ACT}/c:routeCode/@code") == "78421000"
    assert result.one(f"{ACT}/c:doseQuantity/@value") == "0.5"
    assert schema().validate(result.cda), schema().error_log[:3]


def test_the_diseases_are_agents_and_the_dose_number_a_position():
    protocol = {
        "targetDisease": [
            concept("A35", ICD, "Other tetanus"),
            concept("76902006", SCT, "Tetanus"),
        ],
        "doseNumberPositiveInt": 2,
        "series": "Basic",
    }
    result = carry(immunization(protocolApplied=[protocol]))
    agents = f"{ACT}/c:participant/c:participantRole[@classCode='AGNT']"
    assert result.find(f"{agents}/c:code/@code") == ["A35"]
    assert result.find(f"{agents}/c:code/@nullFlavor") == ["OTH"]
    assert len(result.find(f"{agents}/c:playingEntity[@classCode='ENT']")) == 2
    position = f"{ACT}/c:entryRelationship/c:observation[c:code/@code='30973-2']"
    assert result.one(f"{position}/c:value/@value") == "2"
    assert "Series: Basic" in said(result)


def test_several_dose_numbers_are_told_and_none_is_chosen():
    protocols = [{"doseNumberPositiveInt": 1}, {"doseNumberPositiveInt": 3}]
    result = carry(immunization(protocolApplied=protocols))
    assert result.find(f"{ACT}//c:observation[c:code/@code='30973-2']") == []
    assert "Dose number: 1 ; Dose number: 3" in said(result)


@pytest.mark.parametrize("status", ["not-done", "odd"])
def test_what_was_not_given_is_told_and_is_no_entry(status):
    result = carry(
        immunization(status=status, statusReason=concept("PATOBJ", text="refused"))
    )
    assert result.find(ACT) == []
    assert "Not given: Tetanus" in said(result)
    assert "refused" in said(result)
    assert result.find(f"{SECTION}/c:templateId") == []
    assert result.fate("status") is Fate.NARRATIVE
    assert schema().validate(result.cda), schema().error_log[:3]


def test_what_was_entered_in_error_leaves_no_trace():
    result = carry(immunization(status="entered-in-error"))
    assert result.find(SECTION) == []


def test_the_absence_of_vaccinations_is_told():
    ips = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
    none = concept("no-known-immunizations", ips, "No known immunizations")
    result = carry(immunization(vaccineCode=none))
    assert result.find(ACT) == []
    assert "No known immunizations" in said(result)


def test_a_vaccine_that_nobody_names_is_unknown():
    result = carry(immunization(vaccineCode={}))
    assert result.one(f"{MATERIAL}/c:code/@nullFlavor") == "UNK"
    assert "vaccine-unknown" in result.rules()


def test_who_gave_it_is_a_performer():
    nurse = {
        "resourceType": "Practitioner",
        "id": "n",
        "name": [{"family": "Klein", "given": ["Eva"]}],
    }
    result = carry(
        immunization(performer=[{"actor": {"reference": url(4)}}]), others=[nurse]
    )
    performer = f"{ACT}/c:performer/c:assignedEntity"
    assert result.one(f"{performer}//c:family").text == "Klein"
    assert result.one(f"{performer}/c:id/@nullFlavor") == "NI"


def test_a_date_in_words_leaves_the_time_unknown():
    vague = immunization(occurrenceString="as a child")
    del vague["occurrenceDateTime"]
    result = carry(vague)
    assert result.one(f"{ACT}/c:effectiveTime/@nullFlavor") == "UNK"
    assert "as a child" in said(result)

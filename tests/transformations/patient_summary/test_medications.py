"""Medicines: what is taken, what is not, and which."""

import pytest

from tests.transformations.patient_summary.summaries import (
    ICD,
    PATIENT,
    SCT,
    carry,
    concept,
    url,
)
from transformations.mapping import Fate

ACT = "//c:substanceAdministration"
MATERIAL = f"{ACT}/c:consumable/c:manufacturedProduct/c:manufacturedMaterial"
ATC = "http://www.whocc.no/atc"


def statement(**more):
    return {
        "resourceType": "MedicationStatement",
        "id": "m1",
        "status": "active",
        "subject": {"reference": PATIENT},
        "medicationReference": {"reference": url(4)},
        **more,
    }


def request(**more):
    return {
        **statement(),
        "resourceType": "MedicationRequest",
        "intent": "order",
        **more,
    }


def medication(**more):
    return {
        "resourceType": "Medication",
        "id": "x",
        "code": concept("319996000", SCT, "Simvastatin 10 mg", "Simvastatin tablet"),
        **more,
    }


def given(**more):
    """Return a statement whose medicine is a concept."""
    value = statement(medicationCodeableConcept={"text": "Aspirin"}, **more)
    del value["medicationReference"]
    return value


def test_a_medication_of_its_own_is_the_material():
    result = carry(statement(), others=[medication()])
    assert result.one(f"{MATERIAL}/c:code/@code") == "319996000"
    assert result.one(f"{MATERIAL}/c:name").text == "Simvastatin tablet"
    path = "Bundle.entry[3].resource.code.coding[0].code"
    assert result.entries[path].mark.fate is Fate.MAPPED


def test_one_medication_of_two_statements_is_written_twice_and_booked_once():
    second = statement(id="m2", medicationReference={"reference": url(5)})
    first = statement(medicationReference={"reference": url(5)})
    result = carry(first, second, others=[medication()])
    assert result.find(f"{MATERIAL}/c:code/@code") == ["319996000"] * 2


def test_a_contained_medication_is_followed():
    inner = medication(id="inner")
    result = carry(
        statement(medicationReference={"reference": "#inner"}, contained=[inner])
    )
    assert result.one(f"{MATERIAL}/c:code/@code") == "319996000"


def test_a_relative_reference_is_followed():
    result = carry(
        statement(medicationReference={"reference": "Medication/x"}),
        others=[medication()],
    )
    assert result.one(f"{MATERIAL}/c:code/@code") == "319996000"


def test_a_concept_without_code_is_a_name():
    result = carry(given())
    assert result.one(f"{MATERIAL}/c:name").text == "Aspirin"
    assert result.one(f"{MATERIAL}/c:code/@nullFlavor") == "OTH"


def test_a_medication_that_is_missing_leaves_its_name_and_a_finding():
    reference = {"reference": url(77), "display": "Simvastatin"}
    result = carry(statement(medicationReference=reference))
    assert result.one(f"{MATERIAL}/c:name").text == "Simvastatin"
    assert result.lost("medicationReference.reference") == "critical"
    assert "medication-only-named" in result.rules()


def test_a_statement_that_names_no_medicine_says_unknown():
    bare = statement(status="active")
    del bare["medicationReference"]
    result = carry(bare | {"effectiveDateTime": "2020-01-01"})
    assert result.one(f"{MATERIAL}/c:code/@nullFlavor") == "UNK"
    assert "medication-unknown" in result.rules()


@pytest.mark.spec("eHDSI EH.3.32")
def test_an_atc_code_is_the_class_of_the_material():
    coded = concept("L02BG03", ATC, "anastrozole")
    result = carry(statement(), others=[medication(code=coded)])
    kind = (
        f"{MATERIAL}/p:asSpecializedKind[@classCode='GRIC']/p:generalizedMaterialKind"
    )
    assert result.one(f"{kind}/p:code/@code") == "L02BG03"


def test_a_classification_extension_is_the_class_of_the_material():
    base = "https://profiles.ihe.net/PHARM/MPD/StructureDefinition"
    extension = {
        "url": f"{base}/ihe-ext-medication-classification",
        "valueCodeableConcept": concept("C10AA01", ATC, "simvastatin"),
    }
    result = carry(statement(), others=[medication(extension=[extension])])
    path = f"{MATERIAL}/p:asSpecializedKind/p:generalizedMaterialKind/p:code/@code"
    assert result.one(path) == "C10AA01"


def quantity(value, code, system="http://unitsofmeasure.org", unit=None):
    found = {"value": value, "system": system, "code": code}
    return found | ({"unit": unit} if unit else {})


def test_an_ingredient_has_its_substance_and_strength():
    ingredient = {
        "itemCodeableConcept": concept("C10AA01", ATC, "simvastatin"),
        "isActive": True,
        "strength": {"numerator": quantity(10, "mg"), "denominator": quantity(1, "1")},
    }
    result = carry(statement(), others=[medication(ingredient=[ingredient])])
    found = f"{MATERIAL}/p:ingredient[@classCode='ACTI']"
    assert result.one(f"{found}/p:ingredientSubstance/p:code/@code") == "C10AA01"
    assert result.one(f"{found}/p:quantity/c:numerator/@value") == "10"
    assert result.one(f"{found}/p:quantity/c:numerator/@unit") == "mg"
    assert result.one(f"{found}/p:quantity/c:denominator/@unit") == "1"


def test_an_ingredient_without_strength_is_named_and_its_codes_are_told():
    known = concept("C10AA01", ATC, "simvastatin")
    ingredient = {"itemCodeableConcept": known}
    result = carry(statement(), others=[medication(ingredient=[ingredient])])
    found = f"{MATERIAL}/p:ingredient"
    assert result.one(f"{found}/p:ingredientSubstance/p:name").text == "simvastatin"
    assert result.find(f"{found}/p:quantity") == []
    assert "simvastatin (ATC C10AA01)" in result.said("10160-0")


def test_a_strength_with_a_limit_is_told_and_never_written_by_half():
    ingredient = {
        "itemCodeableConcept": concept("C10AA01", ATC, "simvastatin"),
        "strength": {
            "numerator": quantity(10, "mg"),
            "denominator": {**quantity(5, "mL"), "comparator": "<"},
        },
    }
    result = carry(statement(), others=[medication(ingredient=[ingredient])])
    assert result.find(f"{MATERIAL}/p:ingredient/p:quantity") == []
    assert "10 mg / < 5 mL" in result.said("10160-0")


def test_an_ingredient_of_its_own_is_followed():
    ingredient = {
        "itemReference": {"reference": url(5)},
        "strength": {"numerator": quantity(10, "mg")},
    }
    item = medication(id="i", code=concept("C10AA01", ATC, "simvastatin"))
    result = carry(statement(), others=[medication(ingredient=[ingredient]), item])
    found = f"{MATERIAL}/p:ingredient"
    assert result.one(f"{found}/p:ingredientSubstance/p:code/@code") == "C10AA01"
    assert result.one(f"{found}/p:quantity/c:denominator/@value") == "1"


def test_an_ingredient_that_is_missing_leaves_its_name():
    ingredient = {"itemReference": {"reference": url(77), "display": "Simvastatin"}}
    result = carry(statement(), others=[medication(ingredient=[ingredient])])
    path = f"{MATERIAL}/p:ingredient/p:ingredientSubstance/p:name"
    assert result.one(path).text == "Simvastatin"


def test_an_inactive_ingredient_is_not_called_active():
    ingredient = {"itemCodeableConcept": {"text": "Lactose"}, "isActive": False}
    result = carry(statement(), others=[medication(ingredient=[ingredient])])
    assert result.one(f"{MATERIAL}/p:ingredient/@classCode") == "IACT"
    assert "inactive" in result.said("10160-0")


def test_the_dose_form_is_carried():
    form = concept("10219000", "http://standardterms.edqm.eu", "Tablet")
    result = carry(statement(), others=[medication(form=form)])
    assert result.one(f"{MATERIAL}/p:formCode/@code") == "10219000"


@pytest.mark.spec("eHDSI EH.3.4 statusCode")
@pytest.mark.parametrize(
    ("fhir", "code", "words"),
    [
        ("active", "active", ""),
        ("completed", "completed", ""),
        ("stopped", "completed", "Stopped"),
    ],
)
def test_what_is_taken_is_active_and_what_is_over_completed(fhir, code, words):
    result = carry(given(status=fhir))
    assert result.one(f"{ACT}/c:statusCode/@code") == code
    assert words in result.said("10160-0")


NEITHER = {
    "intended": "Intended, not yet taken: Aspirin",
    "on-hold": "On hold, not taken at present: Aspirin",
    "unknown": "Not known whether it is taken: Aspirin",
    "not-taken": "Not taken: Aspirin",
    "draft": "Draft, not ordered yet: Aspirin",
    "cancelled": "Cancelled before it was taken: Aspirin",
    "no-such-status": "Status not understood: Aspirin (no-such-status)",
}


def said(result):
    return " ".join(result.said("10160-0").split())


def is_withheld(result):
    """Whether the coded part counts no medicine and denies none either."""
    codes = result.find(f"{ACT}/c:code/@nullFlavor")
    return codes == ["OTH"] and result.find(f"{MATERIAL}/c:name") == []


@pytest.mark.spec("eHDSI EH.3.4 statusCode: active or completed, no nullFlavor")
@pytest.mark.parametrize("status", NEITHER)
def test_what_is_neither_active_nor_completed_is_told_and_not_coded(status):
    result = carry(given(status=status))
    assert NEITHER[status] in said(result)
    assert is_withheld(result)
    assert "no-medication-info" not in result.result.document.decode()
    rules = {rule for rule in result.rules() if rule.startswith("medication-")}
    assert len(rules) == 1
    assert result.fate("status") in {Fate.DERIVED, Fate.NARRATIVE}


def test_a_status_that_is_missing_is_not_made_up():
    bare = given()
    del bare["status"]
    result = carry(bare)
    assert is_withheld(result)
    assert "medication-status-unreadable" in result.rules()


def test_what_is_told_only_is_told_with_dose_and_reason():
    held = statement(
        status="on-hold",
        statusReason=[{"text": "Surgery"}],
        dosage=[
            {
                "text": "one in the morning",
                "route": {"text": "oral"},
                "doseAndRate": [{"doseQuantity": quantity(5, "mg")}],
            }
        ],
        reasonCode=[concept("I10", ICD, "Hypertension")],
        effectivePeriod={"start": "2020-01-01"},
    )
    result = carry(held, others=[medication()])
    words = said(result)
    for part in ("Surgery", "one in the morning", "oral", "5 mg", "Hypertension"):
        assert part in words
    assert "Simvastatin 10 mg (SNOMED CT 319996000)" in words
    assert "2020-01-01" in words
    assert result.fate("dosage[0].text") is Fate.NARRATIVE


def test_a_withheld_medicine_does_not_hide_the_others():
    result = carry(given(status="on-hold"), given(id="m2"))
    assert result.find(f"{MATERIAL}/c:name/text()") == ["Aspirin"]
    assert result.find(f"{ACT}/c:statusCode/@code") == ["active"]
    assert "On hold, not taken at present: Aspirin" in said(result)


def test_an_absence_claims_no_intake_whatever_its_status():
    ips = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
    none = given(status="unknown")
    none["medicationCodeableConcept"] = concept("no-known-medications", ips)
    result = carry(none)
    assert result.one(f"{ACT}/c:code/@code") == "no-known-medications"


def test_what_must_not_be_given_is_never_an_entry():
    result = carry(request(doNotPerform=True), others=[medication()])
    assert result.find(f"{MATERIAL}/c:code") == []
    assert "Not to be given: Simvastatin tablet" in said(result)
    assert result.fate("doNotPerform") is Fate.DERIVED


def test_what_was_only_proposed_is_no_entry():
    result = carry(request(intent="proposal"), others=[medication()])
    assert "Proposed only" in result.said("10160-0")
    assert result.find(f"{MATERIAL}/c:code") == []


def test_what_was_entered_in_error_is_not_written():
    result = carry(given(status="entered-in-error"))
    assert result.one(f"{ACT}/c:code/@code") == "no-medication-info"


def test_a_request_is_carried_with_its_kind_in_words():
    result = carry(request(), others=[medication()])
    assert result.one(f"{ACT}/@moodCode") == "INT"
    assert "order" in result.said("10160-0")


@pytest.mark.spec("eHDSI EH.3.41")
def test_a_reason_is_an_observation_with_an_id_of_its_own():
    result = carry(given(reasonCode=[concept("I10", ICD), concept("E11", ICD)]))
    observation = f"{ACT}/c:entryRelationship[@typeCode='RSON']/c:observation"
    assert result.find(f"{observation}/c:value/@code") == ["I10", "E11"]
    assert len(set(result.find(f"{observation}/c:id/@root"))) == 2


def test_no_medication_is_stated_with_two_unknown_times():
    ips = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
    none = given()
    none["medicationCodeableConcept"] = concept("no-known-medications", ips)
    result = carry(none)
    assert result.one(f"{ACT}/c:code/@code") == "no-known-medications"
    assert result.find(f"{ACT}/c:effectiveTime/@nullFlavor") == ["UNK", "NA"]

"""Codes that the sections of a patient summary write, with the value set beside them.

Closed FHIR code lists stand here as tables from FHIR code to CDA code. A FHIR code
without a line has no code in the CDA value set: the section says so in words.

Spec: eHDSI MVC 8.1.0 (EH.42.x value sets) / FHIR R4 code systems of the same elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transformations.hl7v3.oids import (
    ACT_CODE,
    LOINC,
    MISPRINTED_IHE_ACT_CODE,
    SNOMED_CT,
)
from transformations.mapping import CodeMeaning
from transformations.sections.codes import (
    ABSENT_UNKNOWN,
    ALLERGY_CLINICAL,
    ALLERGY_VERIFICATION,
    ATC,
    CLINICAL_FINDING,
    CONDITION_CLINICAL,
    EMA_SUBSTANCES,
    EMDN,
    ICD_10,
    LOINC_URI,
    SNOMED_CT_URI,
    TERMINOLOGY,
    FhirCode,
    sct,
)

# Which code systems the value set of an element draws on; another goes to translation.
REACTION_SYSTEMS = (SNOMED_CT, ICD_10)  # 42.11, 42.5
ALLERGEN_SYSTEMS = (SNOMED_CT, ATC, EMA_SUBSTANCES)  # 42.19, 42.24, 42.61
PROCEDURE_SYSTEMS = (SNOMED_CT, ABSENT_UNKNOWN)  # 42.10, 42.51
DEVICE_SYSTEMS = (SNOMED_CT, EMDN, ABSENT_UNKNOWN)  # 42.8, 42.48
VACCINE_SYSTEMS = (SNOMED_CT, ATC)  # 42.28

CONDITION_VERIFICATION = f"{TERMINOLOGY}/condition-ver-status"
CONDITION_CATEGORY = f"{TERMINOLOGY}/condition-category"

# eHDSICodeProb 42.23: what kind of statement a problem is
PROBLEM = sct("55607006", "Problem")
DIAGNOSIS = sct("282291009", "Diagnosis interpretation")
FINDING_REPORTED = sct("418799008", "Finding reported by subject or history provider")
COMPLAINT = sct("409586006", "Complaint")
DISEASE = sct("64572001", "Disease")
FUNCTIONAL_FINDING = sct("248536006", "Finding of functional performance and activity")

PROBLEM_TYPES: dict[FhirCode, CodeMeaning] = {
    FhirCode(CONDITION_CATEGORY, "problem-list-item"): PROBLEM,
    FhirCode(CONDITION_CATEGORY, "encounter-diagnosis"): DIAGNOSIS,
    # LOINC answers for the type of a problem, as IPS binds them.
    FhirCode(LOINC_URI, "75326-9"): PROBLEM,
    FhirCode(LOINC_URI, "29308-4"): DIAGNOSIS,
    FhirCode(LOINC_URI, "75325-1"): FINDING_REPORTED,
    FhirCode(LOINC_URI, "75324-4"): FUNCTIONAL_FINDING,
    FhirCode(LOINC_URI, "75323-6"): DISEASE,
    FhirCode(LOINC_URI, "75322-8"): COMPLAINT,
    FhirCode(LOINC_URI, "75321-0"): CLINICAL_FINDING,
    **{
        FhirCode(SNOMED_CT_URI, kind.code): kind
        for kind in (
            CLINICAL_FINDING,
            PROBLEM,
            DIAGNOSIS,
            FINDING_REPORTED,
            COMPLAINT,
            DISEASE,
            FUNCTIONAL_FINDING,
        )
    },
}

# eHDSISeverity 42.13
MILD = sct("255604002", "Mild")
MODERATE = sct("6736007", "Moderate")
SEVERE = sct("24484000", "Severe")

REACTION_SEVERITIES = {"mild": MILD, "moderate": MODERATE, "severe": SEVERE}
CONDITION_SEVERITIES: dict[FhirCode, CodeMeaning] = {
    **{
        FhirCode(SNOMED_CT_URI, grade.code): grade
        for grade in (
            MILD,
            sct("371923003", "Mild to moderate"),
            MODERATE,
            sct("371924009", "Moderate to severe"),
            SEVERE,
            sct("442452003", "Life threatening severity"),
        )
    },
    # LOINC answers for the severity, as IPS binds them.
    FhirCode(LOINC_URI, "LA6752-5"): MILD,
    FhirCode(LOINC_URI, "LA6751-7"): MODERATE,
    FhirCode(LOINC_URI, "LA6750-9"): SEVERE,
}

# eHDSIStatusCode 42.15
KNOWN_ABSENT = sct("410516002", "Known absent")
CHRONIC = sct("90734009", "Chronic")
INTERMITTENT = sct("7087005", "Intermittent")
SUSPECTED = sct("415684004", "Suspected")
PROBLEM_STATUSES: dict[FhirCode, CodeMeaning] = {
    # Finer than the status of FHIR, beside which they stand.
    **{
        FhirCode(SNOMED_CT_URI, status.code): status
        for status in (CHRONIC, INTERMITTENT, SUSPECTED)
    },
    FhirCode(CONDITION_CLINICAL, "active"): sct("55561003", "Active"),
    FhirCode(CONDITION_CLINICAL, "recurrence"): sct("255227004", "Recurrent"),
    # A relapse is a problem that came back: the nearest status there is.
    FhirCode(CONDITION_CLINICAL, "relapse"): sct("255227004", "Recurrent"),
    FhirCode(CONDITION_CLINICAL, "inactive"): sct("73425007", "Inactive"),
    FhirCode(CONDITION_CLINICAL, "resolved"): sct("413322009", "Problem resolved"),
    # The status of a remission is inactive; that it is one, the outcome says.
    FhirCode(CONDITION_CLINICAL, "remission"): sct("73425007", "Inactive"),
}
# eHDSIResolutionOutcome 42.30
PROBLEM_OUTCOMES: dict[FhirCode, CodeMeaning] = {
    FhirCode(CONDITION_CLINICAL, "remission"): sct(
        "765205004", "Disorder in remission"
    ),
}
# What a status of CDA is in FHIR: clinical status, verification status.
STATUSES_OF_PROBLEM: dict[str, tuple[str, str]] = {
    "55561003": ("active", ""),
    CHRONIC.code: ("active", ""),
    INTERMITTENT.code: ("active", ""),
    SUSPECTED.code: ("active", "provisional"),
    "255227004": ("recurrence", ""),
    "73425007": ("inactive", ""),
    "413322009": ("resolved", ""),
    KNOWN_ABSENT.code: ("", "refuted"),
}
# A problem of which no status is told, by the outcome.
REMISSION = "765205004"
OUTCOMES_OF_PROBLEM = {
    REMISSION: "remission",
    "162467007": "resolved",
    "81323004": "resolved",
}
ACTIVE_PROBLEM = frozenset({"active", "recurrence", "relapse"})

# eHDSICertainty 42.64
_CONDITION_CERTAINTY = "2.16.840.1.113883.4.642.4.1075"
PROBLEM_CERTAINTIES: dict[FhirCode, CodeMeaning] = {
    FhirCode(CONDITION_VERIFICATION, code): CodeMeaning(
        code, code.capitalize(), _CONDITION_CERTAINTY
    )
    for code in ("unconfirmed", "provisional", "differential", "confirmed", "refuted")
}

# eHDSIAdverseEventType 42.18
ALLERGIC_DISPOSITION = sct("609328004", "Allergic disposition")
INTOLERANCE = sct("782197009", "Intolerance to substance")
PROPENSITY = sct("420134006", "Propensity to adverse reaction")
ADVERSE_EVENT_TYPES = {"allergy": ALLERGIC_DISPOSITION, "intolerance": INTOLERANCE}

# What each code says of type and category, those of older waves too; an unlisted code
# stays unread.
_OLD_TYPES = {
    "416098002": ("allergy", "medication"),
    "414285001": ("allergy", "food"),
    "426232007": ("allergy", "environment"),
    "419199007": ("allergy", ""),
    "59037007": ("intolerance", "medication"),
    "235719002": ("intolerance", "food"),
    "419511003": ("", "medication"),
    "418471000": ("", "food"),
    "418038007": ("", ""),
}
_TYPES_OF_REACTION: dict[str, dict[str, Any]] = {
    **{meaning.code: {"type": name} for name, meaning in ADVERSE_EVENT_TYPES.items()},
    PROPENSITY.code: {},
    **{
        code: {
            **({"type": kind} if kind else {}),
            **({"category": [category]} if category else {}),
        }
        for code, (kind, category) in _OLD_TYPES.items()
    },
}


def type_of_reaction(attributes: Mapping[str, str]) -> dict[str, Any] | None:
    """Return type and category of an allergy; nothing for a code of no list."""
    if attributes.get("codeSystem") != SNOMED_CT:
        return None
    return _TYPES_OF_REACTION.get(attributes.get("code", ""))


# FHIR has three grades: one between two is the worse of them, and told in words.
REACTION_GRADES = {
    MILD.code: ("mild", ""),
    "371923003": ("moderate", "Mild to moderate"),
    MODERATE.code: ("moderate", ""),
    "371924009": ("severe", "Moderate to severe"),
    SEVERE.code: ("severe", ""),
    "442452003": ("severe", "Life threatening severity"),
}

# eHDSICriticality 42.57, eHDSIAllergyCertainty 42.58, eHDSIAllergyStatus 42.59
_CRITICALITY = "2.16.840.1.113883.4.642.4.130"
CRITICALITIES = {
    "low": CodeMeaning("low", "Low Risk", _CRITICALITY),
    "high": CodeMeaning("high", "High Risk", _CRITICALITY),
    "unable-to-assess": CodeMeaning(
        "unable-to-assess", "Unable to Assess Risk", _CRITICALITY
    ),
}
_ALLERGY_CERTAINTY = "2.16.840.1.113883.4.642.4.1371"
ALLERGY_CERTAINTIES: dict[FhirCode, CodeMeaning] = {
    FhirCode(ALLERGY_VERIFICATION, code): CodeMeaning(
        code, code.capitalize(), _ALLERGY_CERTAINTY
    )
    for code in ("unconfirmed", "confirmed", "refuted")
}
_ALLERGY_STATUS = "2.16.840.1.113883.4.642.4.1373"
ALLERGY_STATUSES: dict[FhirCode, CodeMeaning] = {
    FhirCode(ALLERGY_CLINICAL, code): CodeMeaning(
        code, code.capitalize(), _ALLERGY_STATUS
    )
    for code in ("active", "inactive", "resolved")
}

# codes the templates fix
SEVERITY_OBSERVATION = CodeMeaning("SEV", "Severity", ACT_CODE)
CRITICALITY_OBSERVATION = CodeMeaning(
    "82606-5", "Allergy or intolerance criticality", LOINC
)
CERTAINTY_OBSERVATION = CodeMeaning("66455-7", "Condition status", LOINC)
STATUS_OBSERVATION = CodeMeaning("33999-4", "Status", LOINC)
HEALTH_STATUS_OBSERVATION = CodeMeaning("11323-3", "Health status", LOINC)

# FHIR has a code of its own for what CDA says by an interpretation.
NORMAL_RANGE = CodeMeaning("N", "Normal", "2.16.840.1.113883.5.83")
NORMAL_RANGES: dict[FhirCode, CodeMeaning] = {
    FhirCode(f"{TERMINOLOGY}/referencerange-meaning", "normal"): NORMAL_RANGE,
}

# eHDSIBloodGroup 42.20; the code of the observation is fixed
BLOOD_GROUP = CodeMeaning("34530-6", "ABO and Rh group panel - Blood", LOINC)
BLOOD_GROUP_CODES: dict[FhirCode, CodeMeaning] = {
    FhirCode(LOINC_URI, code): BLOOD_GROUP for code in ("34530-6", "882-1", "883-9")
}
BLOOD_GROUPS: dict[FhirCode, CodeMeaning] = {
    FhirCode(SNOMED_CT_URI, code): sct(code, f"Blood group {name}")
    for code, name in {
        "112144000": "A",
        "278152006": "A Rh(D) negative",
        "278149003": "A Rh(D) positive",
        "165743006": "AB",
        "278154007": "AB Rh(D) negative",
        "278151004": "AB Rh(D) positive",
        "112149005": "B",
        "278153001": "B Rh(D) negative",
        "278150003": "B Rh(D) positive",
        "58460004": "O",
        "278148006": "O Rh(D) negative",
        "278147001": "O Rh(D) positive",
    }.items()
}

# eHDSIBloodPressure 42.21: the only vital signs that have a template
VITAL_SIGNS = sct("46680005", "Vital signs")
BLOOD_PRESSURES: dict[FhirCode, CodeMeaning] = {
    FhirCode(LOINC_URI, "8480-6"): CodeMeaning(
        "8480-6", "Systolic blood pressure", LOINC
    ),
    FhirCode(LOINC_URI, "8462-4"): CodeMeaning(
        "8462-4", "Diastolic blood pressure", LOINC
    ),
}
# Panels of LOINC that are nothing but the two pressures.
BLOOD_PRESSURE_PANELS: dict[FhirCode, CodeMeaning] = {
    FhirCode(LOINC_URI, code): VITAL_SIGNS for code in ("85354-9", "55284-4", "35094-2")
}

# eHDSICurrentPregnancyStatus 42.60
PREGNANCY_STATUS = CodeMeaning("82810-3", "Pregnancy status", LOINC)
PREGNANCY_STATUS_CODES = {FhirCode(LOINC_URI, "82810-3"): PREGNANCY_STATUS}
_PREGNANT = sct("77386006", "Pregnant")
_NOT_PREGNANT = sct("60001007", "Not pregnant")
_PREGNANCY_UNKNOWN = sct("261665006", "Unknown")
PREGNANCY_STATUSES: dict[FhirCode, CodeMeaning] = {
    **{
        FhirCode(SNOMED_CT_URI, status.code): status
        for status in (
            _PREGNANT,
            _NOT_PREGNANT,
            _PREGNANCY_UNKNOWN,
            sct("102876002", "Multigravida"),
            sct("127364007", "Primigravida"),
        )
    },
    # LOINC answers, as IPS binds them.
    FhirCode(LOINC_URI, "LA15173-0"): _PREGNANT,
    FhirCode(LOINC_URI, "LA26683-5"): _NOT_PREGNANT,
    FhirCode(LOINC_URI, "LA4489-6"): _PREGNANCY_UNKNOWN,
}
# eHDSIPregnancyInformation 42.9
DUE_DATES: dict[FhirCode, CodeMeaning] = {
    FhirCode(LOINC_URI, code): CodeMeaning(code, display, LOINC)
    for code, display in {
        "11778-8": "Delivery date Estimated",
        "11779-6": "Delivery date Estimated from last menstrual period",
        "11780-4": "Delivery date Estimated from ovulation date",
    }.items()
}
DATE_OF_PREGNANCY = CodeMeaning("93857-1", "Date and time of obstetric delivery", LOINC)
DATE_OF_PREGNANCY_CODES = {FhirCode(LOINC_URI, "93857-1"): DATE_OF_PREGNANCY}
# eHDSIOutcomeOfPregnancy 42.62
_MISCARRIAGE = sct("17369002", "Miscarriage")
_TERMINATION = sct("57797005", "Termination of pregnancy")
_ECTOPIC = sct("34801009", "Ectopic pregnancy")
PREGNANCY_OUTCOMES: dict[FhirCode, CodeMeaning] = {
    **{
        FhirCode(SNOMED_CT_URI, outcome.code): outcome
        for outcome in (
            _MISCARRIAGE,
            _TERMINATION,
            _ECTOPIC,
            sct("417044008", "Hydatidiform mole, benign"),
            sct("276507005", "Fetal death"),
            sct("281050002", "Livebirth"),
            sct("276506001", "Newborn death"),
            sct("237364002", "Stillbirth"),
        )
    },
    # Counts of LOINC that mean exactly one outcome; births are more than livebirths.
    FhirCode(LOINC_URI, "11614-5"): _MISCARRIAGE,
    FhirCode(LOINC_URI, "11613-7"): _TERMINATION,
    FhirCode(LOINC_URI, "33065-4"): _ECTOPIC,
}

# eHDSISocialHistory 42.14
_TOBACCO = sct("229819007", "Tobacco use and exposure")
_ALCOHOL = sct("897148007", "Alcoholic beverage intake")
_EMPLOYMENT = sct("364703007", "Employment detail")
SOCIAL_HISTORY: dict[FhirCode, CodeMeaning] = {
    **{
        FhirCode(SNOMED_CT_URI, habit.code): habit
        for habit in (
            _TOBACCO,
            _ALCOHOL,
            _EMPLOYMENT,
            sct("256235009", "Exercise"),
            sct("364393001", "Nutritional observable"),
            sct("425400000", "Toxic exposure status"),
            sct("363908000", "Details of drug misuse behaviour"),
            sct("228272008", "Health-related behaviour"),
        )
    },
    FhirCode(LOINC_URI, "72166-2"): _TOBACCO,
    FhirCode(LOINC_URI, "11367-0"): _TOBACCO,
    FhirCode(LOINC_URI, "74013-4"): _ALCOHOL,
    FhirCode(LOINC_URI, "11331-6"): _ALCOHOL,
    FhirCode(LOINC_URI, "11341-5"): _EMPLOYMENT,
}

# One digit of the system is mistyped in the rules, and demanded so.
IMMUNIZATION = CodeMeaning("IMMUNIZ", "Immunization", MISPRINTED_IHE_ACT_CODE)
POSITION_OF_VACCINATION = CodeMeaning("30973-2", "Dose number", LOINC)

# ActStatus: what CDA allows per act
PROCEDURE_STATUSES = {
    "completed": "completed",
    "in-progress": "active",
    "on-hold": "active",
    "preparation": "active",
    "not-done": "cancelled",
    "stopped": "aborted",
}
# Only active and completed exist; a status that is neither is told in words.
MEDICATION_STATUSES = {
    "active": "active",
    "completed": "completed",
    "stopped": "completed",
}

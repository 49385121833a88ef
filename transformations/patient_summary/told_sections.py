"""Sections that CDA carries in words: plans, directives, alerts; and travels.

The templates of care plan and advance directives have no coded entries, and for alerts
and travels there is no template. What FHIR says in elements is told, element by
element, with the codes beside the words.

Spec: eHDSI Health Maintenance Care Plan EH.2.8, Advance Directives EH.2.16 (Wave 8) /
FHIR R4 CarePlan, Goal, ImmunizationRecommendation, Consent, Flag.
"""

from __future__ import annotations

from transformations.mapping import (
    Alt,
    Each,
    Follow,
    Ignore,
    Section,
    Severity,
    Subject,
)
from transformations.mapping.place import Term
from transformations.patient_summary.observations import OBSERVATION
from transformations.sections.withheld import InWords, Withheld, by_status
from transformations.sections.words import Told
from transformations.terminology import SectionCode

_IN_ERROR = Withheld(by_status("entered-in-error"))
_GOAL_WORDS: tuple[Term, ...] = (
    Told("description", "Goal"),
    Told("lifecycleStatus", "Status of the goal"),
    Told("achievementStatus", "Achieved"),
    Told("category[]", "Category"),
    Told("priority", "Priority"),
    Told("startDate", "Since"),
    Told("startCodeableConcept", "Since"),
    Each(
        "target[]",
        ".",
        Told("measure", "Target"),
        Told("detailQuantity", "Target value"),
        Told("detailRange", "Target value"),
        Told("detailCodeableConcept", "Target value"),
        Told("detailString", "Target value"),
        Told("detailBoolean", "Target value"),
        Told("detailInteger", "Target value"),
        Told("detailRatio", "Target value"),
        Told("dueDate", "Due"),
        Told("dueDuration", "Due in"),
    ),
    Told("statusDate", "Status since"),
    Told("statusReason", "Reason of the status"),
    Told("note[]", "Note"),
    Told("outcomeCode[]", "Outcome"),
    Told("addresses[]", "Concerns"),
    Told("expressedBy", "Goal of"),
    Ignore("identifier[]", "words have no identifier"),
    Ignore("outcomeReference[]", "what it led to is not carried"),
)
_GOAL_OF_PLAN = Follow(".", {"Goal": (Subject("subject"), *_GOAL_WORDS)})
_CARE_PLAN = (
    Subject("subject"),
    Alt(
        _IN_ERROR,
        InWords(
            Told("title", "Plan"),
            Told("description", "Plan"),
            Told("category[]", "Category"),
            Told("status", "Status"),
            Told("intent", "Kind of plan"),
            Told("period", "Valid"),
            Told("created", "Recorded"),
            Each(
                "activity[]",
                ".",
                Told("detail.doNotPerform", "Not to be done"),
                Told("detail.code", "Activity"),
                Told("detail.description", "Activity"),
                Told("detail.kind", "Kind of activity"),
                Told("detail.status", "Status of the activity"),
                Told("detail.statusReason", "Reason of the status"),
                Told("detail.reasonCode[]", "Reason"),
                Told("detail.reasonReference[]", "Reason"),
                Told("detail.scheduledPeriod", "When"),
                Told("detail.scheduledString", "When"),
                Told("detail.productCodeableConcept", "With"),
                Told("detail.productReference", "With"),
                Told("detail.dailyAmount", "Amount in a day"),
                Told("detail.quantity", "Quantity"),
                Told("detail.location", "Place"),
                Told("detail.performer[]", "Performed by"),
                Told("outcomeCodeableConcept[]", "Outcome"),
                Told("progress[]", "Progress"),
                Told("reference", "Activity"),
                Ignore(
                    "detail.scheduledTiming", "words of a schedule", Severity.WARNING
                ),
                Ignore("detail.goal[]", "goals stand with the plan"),
                Ignore("outcomeReference[]", "what it led to is not carried"),
            ),
            Each("goal[]", ".", _GOAL_OF_PLAN),
            Told("addresses[]", "Concerns"),
            Told("note[]", "Note"),
            Told("author", "Planned by"),
            Ignore("identifier[]", "words have no identifier"),
            Ignore("careTeam[]", "the care team is not carried"),
            Ignore("contributor[]", "contributors are not carried"),
            Ignore("encounter", "a summary does not name the encounter"),
            Ignore("supportingInfo[]", "supporting facts are not carried"),
            Ignore("basedOn[]", "other plans are not carried"),
            Ignore("replaces[]", "other plans are not carried"),
            Ignore("partOf[]", "other plans are not carried"),
            Ignore("instantiatesCanonical[]", "protocols are not carried"),
            Ignore("instantiatesUri[]", "protocols are not carried"),
        ),
    ),
)
_RECOMMENDATION = (
    Subject("patient"),
    InWords(
        Each(
            "recommendation[]",
            ".",
            Told("vaccineCode[]", "Vaccine recommended"),
            Told("contraindicatedVaccineCode[]", "Vaccine not to be given"),
            Told("targetDisease", "Against"),
            Told("forecastStatus", "Status"),
            Told("forecastReason[]", "Reason"),
            Each("dateCriterion[]", ".", Told("code", "Date"), Told("value", "When")),
            Told("series", "Series"),
            Told("description", "Plan"),
            Told("doseNumberPositiveInt", "Dose number"),
            Told("doseNumberString", "Dose number"),
            Told("seriesDosesPositiveInt", "Doses of the series"),
            Told("seriesDosesString", "Doses of the series"),
            Ignore("supportingImmunization[]", "supporting facts are not carried"),
            Ignore(
                "supportingPatientInformation[]", "supporting facts are not carried"
            ),
        ),
        Told("date", "Recorded"),
        Told("authority", "Recommended by"),
        Ignore("identifier[]", "words have no identifier"),
    ),
)
_CONSENT = (
    Subject("patient"),
    Alt(
        _IN_ERROR,
        InWords(
            Told("status", "Status"),
            Told("scope", "Directive"),
            Told("category[]", "Directive"),
            Told("dateTime", "Stated on"),
            Told("policyRule", "Rule"),
            Told("provision.type", "Provision"),
            Told("provision.code[]", "Provision"),
            Told("provision.action[]", "Provision"),
            Told("provision.purpose[]", "Purpose"),
            Told("provision.period", "Valid"),
            Told("performer[]", "Stated by"),
            Told("organization[]", "Kept by"),
            Told("sourceReference", "Document"),
            Told("sourceAttachment.title", "Document"),
            Each("policy[]", ".", Told("authority", "Rule"), Told("uri", "Rule")),
            Ignore("identifier[]", "words have no identifier"),
            Ignore("verification[]", "who verified it is not carried"),
        ),
    ),
)
_FLAG = (
    Subject("subject"),
    Alt(
        _IN_ERROR,
        InWords(
            Told("code", "Alert"),
            Told("status", "Status"),
            Told("category[]", "Category"),
            Told("period", "Valid"),
            Told("author", "Stated by"),
            Ignore("identifier[]", "words have no identifier"),
            Ignore("encounter", "a summary does not name the encounter"),
        ),
    ),
)

CARE_PLANS = Section(
    code=SectionCode.CARE_PLAN,
    display="Plan of care note",
    title="Care plan",
    prefix="pln",
    template_ids=("EH.2.8", "CCD.1.10"),
    entries={
        "CarePlan": _CARE_PLAN,
        "ImmunizationRecommendation": _RECOMMENDATION,
        "Goal": (Subject("subject"), InWords(*_GOAL_WORDS)),
    },
)
ADVANCE_DIRECTIVES = Section(
    code=SectionCode.ADVANCE_DIRECTIVES,
    display="Advance directives",
    title="Advance directives",
    prefix="adv",
    template_ids=("EH.2.16",),
    entries={"Consent": _CONSENT},
)
ALERTS = Section(
    code=SectionCode.ALERTS,
    display="Alerts",
    title="Alerts",
    prefix="alt",
    template_ids=(),
    entries={"Flag": _FLAG, "Observation": OBSERVATION},
)
TRAVELS = Section(
    code=SectionCode.TRAVEL_HISTORY,
    display="History of Travel Narrative",
    title="Travel history",
    prefix="trv",
    template_ids=(),
    entries={"Observation": OBSERVATION},
)

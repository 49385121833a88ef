"""Results: laboratory and other findings, reports, and the blood group.

Spec: eHDSI Coded Results EH.2.5, Blood Group EH.3.25, Result Organizer EH.3.42 (Wave 8)
/ FHIR R4 Observation, DiagnosticReport / IPS 2.0.1, EPS 1.0.0 results.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping import (
    IDENTIFIER,
    Alt,
    Const,
    Context,
    EntryId,
    Forth,
    Group,
    Ignore,
    Link,
    Pair,
    Row,
    Section,
    Severity,
    Subject,
)
from transformations.patient_summary.codes import (
    BLOOD_GROUP,
    BLOOD_GROUP_CODES,
    BLOOD_GROUPS,
)
from transformations.patient_summary.observations import (
    BESIDE,
    interpretation_to_cda,
    judge_empty,
    judge_observation,
    members_to_cda,
    observation,
    organizer_id_to_cda,
    status_in_words,
)
from transformations.patient_summary.observations_reading import (
    REPORT_READ,
    SHARED_READ,
)
from transformations.patient_summary.observed_values import time_to_cda
from transformations.sections.concepts import CODE_OF_ANY_SYSTEM, Concept, find_coding
from transformations.sections.recoding import code_to_fhir, recode
from transformations.sections.withheld import Guarded, Withheld
from transformations.sections.words import Told
from transformations.terminology import SectionCode


def is_blood_group(resource: Any) -> bool:
    """Whether code and value both are those of the template for blood groups."""
    return (
        find_coding(resource.get("code"), BLOOD_GROUP_CODES) is not None
        and find_coding(resource.get("valueCodeableConcept"), BLOOD_GROUPS) is not None
        and "component" not in resource
        and "hasMember" not in resource
    )


def blood_group_code_to_cda(resource: Any, node: CdaNode, cx: Context) -> bool:
    """Write the code that the template fixes, with the source's own beside it."""
    recode(resource, node.add("code"), BLOOD_GROUP, cx, label="Observation")
    return True


def has_results(report: Any) -> bool:
    """Whether a report has results: an organizer without a component is none."""
    return bool(report.get("result"))


def report_status_to_cda(report: Any, organizer: CdaNode, cx: Context) -> bool:
    """Write completed; a report that is not final is withheld before."""
    organizer.add("statusCode", code="completed")
    return status_in_words(report, organizer, cx)


_REPORT_IN_WORDS = (
    Told("conclusion", "Conclusion"),
    Told("conclusionCode[]", "Conclusion"),
    Told("issued", "Issued"),
    Told("performer[]", "Performed by"),
    Told("resultsInterpreter[]", "Interpreted by"),
    Told("specimen[]", "Specimen"),
    Ignore("category[]", "the section says what kind it is"),
    Ignore("encounter", "a summary does not name the encounter"),
    Ignore("basedOn[]", "orders and plans are not carried"),
    Ignore("imagingStudy[]", "images are not carried", Severity.WARNING),
    Ignore("media[]", "images are not carried", Severity.WARNING),
    Ignore("presentedForm[]", "attached documents are not carried", Severity.WARNING),
)

BLOOD_GROUP_OBSERVATION = Guarded(
    is_blood_group,
    Group(
        "entry/observation{classCode=OBS,moodCode=EVN}<EH.3.25,EH.3.20,IHE.4.13>",
        EntryId(once=True),
        Pair("code <-> code of the template", blood_group_code_to_cda, code_to_fhir),
        Link(),
        Forth(Const("statusCode", code="completed")),
        Row(
            "valueCodeableConcept",
            "value{xsi:type=CE}",
            Concept(BLOOD_GROUPS, "Value"),
            say="Value",
        ),
        Pair("effective <-> effectiveTime", time_to_cda),
        Pair("interpretation", interpretation_to_cda),
        Pair("status in words", status_in_words),
        Told("bodySite", "Body site"),
        Told("note[]", "Note"),
        *BESIDE,
        SHARED_READ,
        Ignore("referenceRange[]", "a blood group has no range", Severity.WARNING),
    ),
)

_CODED_REPORT = Group(
    "entry/organizer{classCode=CLUSTER,moodCode=EVN}<EH.3.42>",
    Row("code", "code", CODE_OF_ANY_SYSTEM, say="Report"),
    Row("identifier[]", "id", IDENTIFIER, once=True),
    Pair("status <-> status of the organizer", report_status_to_cda),
    Pair("effective <-> effectiveTime", time_to_cda),
    *_REPORT_IN_WORDS,
    Pair("result <-> component", members_to_cda),
    Pair("id of the organizer", organizer_id_to_cda),
)
DIAGNOSTIC_REPORT = (
    Subject("subject"),
    Alt(
        Withheld(judge_observation, Told("code", "Report"), *_REPORT_IN_WORDS),
        Forth(Guarded(has_results, _CODED_REPORT)),
        REPORT_READ,
        Withheld(judge_empty, Told("code", "Report"), *_REPORT_IN_WORDS),
    ),
)

RESULTS = Section(
    code=SectionCode.RESULTS,
    display="Relevant diagnostic tests/laboratory data Narrative",
    title="Results",
    prefix="res",
    template_ids=("EH.2.5",),
    entries={
        "Observation": observation(BLOOD_GROUP_OBSERVATION),
        "DiagnosticReport": DIAGNOSTIC_REPORT,
    },
    demands=("EH.3.25", "EH.3.42"),
    is_read=True,
)

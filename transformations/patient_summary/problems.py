"""Problems: Condition and the problem concern of CDA.

Spec: eHDSI Active Problems EH.2.9, Problem Concern EH.3.15, Problem EH.3.7 (Wave 8) /
FHIR R4 Condition / IPS 2.0.1 Condition-uv-ips / EPS 1.0.0 condition.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.mapping import (
    TS,
    Alt,
    Back,
    Const,
    Context,
    EntryId,
    Forth,
    Group,
    Ignore,
    IgnoreCda,
    Link,
    Otherwise,
    Pair,
    Row,
    Section,
    Severity,
    Subject,
)
from transformations.mapping.absence import data_absent
from transformations.mapping.cda_path import parse_cda_path
from transformations.patient_summary.absent import (
    absence_entry,
    absence_in,
    write_absent_concern,
)
from transformations.patient_summary.codes import (
    ACTIVE_PROBLEM,
    CERTAINTY_OBSERVATION,
    CONDITION_SEVERITIES,
    CONDITION_VERIFICATION,
    PROBLEM_CERTAINTIES,
    PROBLEM_TYPES,
    SEVERITY_OBSERVATION,
)
from transformations.patient_summary.problem_status import (
    is_refuted,
    status_to_cda,
    status_to_fhir,
)
from transformations.sections.absent_reading import read_absence_at
from transformations.sections.codes import (
    CLINICAL_FINDING,
    CONDITION_CLINICAL,
    DISORDER_SYSTEMS,
)
from transformations.sections.concepts import (
    CODE_OF_ANY_SYSTEM,
    Concept,
    OpenConcept,
    fhir_codes,
    find_coding,
    lose_codings,
    take_coding,
    tell_concept,
    write_code,
)
from transformations.sections.statements import (
    BODY_SITE,
    CONCERN_HAS_NO_ID,
    CONCERN_TIME,
    FRAME_TEXT,
    NOTES,
    ONE_MOMENT,
    RECORDER,
    SUBJECT_OF,
    concern,
    read_concern_status,
    read_negation,
    statement,
)
from transformations.sections.withheld import ENTERED_IN_ERROR, Verdict, withheld
from transformations.sections.words import Told
from transformations.terminology import Absence, SectionCode

DISORDER = OpenConcept("CD", DISORDER_SYSTEMS)
KIND = Concept(PROBLEM_TYPES, "Category")
_ENTRY_OBSERVATION = "entry/act/entryRelationship[typeCode=SUBJ]/observation"
_ENDS = parse_cda_path(
    "entryRelationship[typeCode=SUBJ]/observation<EH.3.7>/effectiveTime/high",
    class_of("Act"),
)
_TIMES = parse_cda_path(
    "entryRelationship[typeCode=SUBJ]/observation<EH.3.7>/effectiveTime",
    class_of("Act"),
)


def _is_over(condition: Any) -> bool | None:
    """Whether the problem is over; ``None`` when the source does not say."""
    codes = fhir_codes(condition.get("clinicalStatus"), CONDITION_CLINICAL)
    if codes:
        return codes[0] not in ACTIVE_PROBLEM
    if any(key.startswith("abatement") for key in condition):
        return True
    return True if is_refuted(condition) else None


def judge_problem(condition: Any, _cx: Context | None) -> Verdict | None:
    """Withhold what was entered in error."""
    codes = fhir_codes(condition.get("verificationStatus"), CONDITION_VERIFICATION)
    return ENTERED_IN_ERROR if "entered-in-error" in codes else None


def concern_status_to_cda(condition: Any, act: CdaNode, _cx: Context) -> bool:
    """Write whether the concern is active or completed, as its problem is."""
    is_over = _is_over(condition)
    if is_over is not None:
        act.add("statusCode", code="completed" if is_over else "active")
    return False


def kind_to_cda(condition: Any, observation: CdaNode, cx: Context) -> bool:
    """Let the first category with a line say what kind of statement this is."""
    categories = condition.get("category") or []
    kind = None
    for concept in categories:
        found = find_coding(concept, PROBLEM_TYPES)
        if found is None or kind is not None:
            lose_codings(concept, cx, "CDA has one kind of problem from a closed list")
        else:
            kind = found[1]
            take_coding(concept["coding"][found[0]], cx)
            lose_codings(concept, cx, "another coding says it", skip=found[:1])
        tell_concept(concept, "Category", cx)
    write_code(observation.add("code"), kind or CLINICAL_FINDING)
    return False


def kind_to_fhir(observation: CdaNode, condition: Any, cx: Context) -> bool:
    """Read the kind of statement as the category; a kind of no list as it is."""
    code = observation.first("code")
    if code is None:
        return False
    found: dict[str, Any] = {}
    is_read = KIND.to_fhir(code, found, "category", cx) or CODE_OF_ANY_SYSTEM.to_fhir(
        code, found, "category", cx
    )
    if not is_read:
        return False
    condition["category"] = [found["category"]]
    return False


def ended_to_fhir(act: CdaNode, condition: Any, cx: Context) -> bool:
    """Let end and status agree.

    FHIR forbids an end that is unknown of a problem that is active. The one moment of a
    problem that is over is its end too.
    """
    codes = fhir_codes(condition.get("clinicalStatus"), CONDITION_CLINICAL)
    if not codes:
        return False
    if codes[0] not in ACTIVE_PROBLEM:
        if any("value" in times.attributes for times in _TIMES.find_all(act)):
            condition.setdefault("abatementDateTime", condition.get("onsetDateTime"))
    elif "abatementDateTime" in condition:
        sentence = "the problem is told as active and as ended"
        cx.find(Severity.WARNING, "problem-active-and-ended", sentence)
    elif condition.pop("_abatementDateTime", None) is not None:
        for end in _ENDS.find_all(act):
            cx.supersede(end, "@nullFlavor", "the problem is told as active")
    return False


def negation_to_fhir(observation: CdaNode, condition: Any, cx: Context) -> bool:
    """Read a negated problem as a refuted one."""
    return read_negation(observation, condition, CONDITION_VERIFICATION, cx)


def moment_to_fhir(interval: CdaNode, condition: Any, cx: Context) -> bool:
    """Read a time that is one moment as the onset: it does not say that it ended."""
    if "onsetDateTime" in condition:
        return False
    return TS.to_fhir(interval, condition, "onsetDateTime", cx)


def concern_status_to_fhir(act: CdaNode, condition: Any, cx: Context) -> bool:
    """Read the concern's status where the problem has none of its own."""
    return read_concern_status(act, condition, CONDITION_CLINICAL, cx)


def end_without_date_to_cda(condition: Any, interval: CdaNode, _cx: Context) -> bool:
    """Write an unknown end where a problem is over and nobody says since when."""
    is_ended = _is_over(condition) and not is_refuted(condition)
    if is_ended and interval.first("high") is None and interval.children:
        interval.add("high", nullFlavor="UNK")
    return False


def write_absent_problem(section: CdaNode, absence: Absence, cx: Context) -> None:
    """Write the entry that says that there are no problems, or none known of."""
    write_absent_concern(
        section, absence, cx, ("EH.3.15", "CCD.1.27"), "EH.3.7", CLINICAL_FINDING
    )


TIMES = Group(
    "effectiveTime",
    Alt(
        Row("onsetDateTime", "low", TS, say="Since"),
        Row("onsetPeriod.start", "low", TS, say="Since"),
    ),
    Alt(
        Row("abatementDateTime", "high", TS, say="Until"),
        Row("abatementPeriod.end", "high", TS, say="Until"),
    ),
    Pair("over, but since when is unknown", end_without_date_to_cda),
    ONE_MOMENT,
    Back("one moment -> onset", moment_to_fhir),
)

PROBLEM = Group(
    "entryRelationship{typeCode=SUBJ,inversionInd=false}"
    "/observation{classCode=OBS,moodCode=EVN}<EH.3.7>",
    Row("code", "value{xsi:type=CD}", DISORDER, say="Problem"),
    EntryId(once=True),
    Pair("category <-> kind of statement", kind_to_cda, kind_to_fhir),
    Link(),
    Const("statusCode", code="completed"),
    TIMES,
    Row("bodySite[]", "targetSiteCode", BODY_SITE, say="Body site"),
    statement(
        "severity",
        SUBJECT_OF,
        "EH.3.8",
        SEVERITY_OBSERVATION,
        Concept(CONDITION_SEVERITIES, "Severity", cda="CD"),
        say="Severity",
        value="CD",
    ),
    statement(
        "verificationStatus",
        SUBJECT_OF,
        "EH.3.49",
        CERTAINTY_OBSERVATION,
        Concept(PROBLEM_CERTAINTIES, "Certainty", Severity.CRITICAL),
        say="Certainty",
    ),
    Pair("clinicalStatus <-> status and outcome", status_to_cda, status_to_fhir),
    NOTES,
    Back("negationInd -> refuted", negation_to_fhir),
    Told("onsetAge", "Since the age of"),
    Told("onsetRange", "Since the age of"),
    Told("onsetString", "Since"),
    Told("onsetPeriod.end", "Since, at the latest"),
    Told("abatementAge", "Until the age of"),
    Told("abatementRange", "Until the age of"),
    Told("abatementString", "Until"),
    Told("abatementPeriod.start", "Until, at the earliest"),
)

NOT_CARRIED = (
    Ignore("encounter", "a summary does not name the encounter"),
    Ignore("recorder", "who recorded a problem has no place in a summary"),
    Ignore("asserter", "who asserted a problem has no place in a summary"),
    Ignore("stage[]", "the stage has no place in CDA", Severity.WARNING),
    Ignore("evidence[]", "the evidence has no place in CDA"),
)

CONDITION = (
    Subject("subject"),
    Alt(
        withheld(judge_problem),
        absence_entry(SectionCode.PROBLEMS, "code", write_absent_problem),
        Group(
            "entry/act{classCode=ACT,moodCode=EVN}<EH.3.15,CCD.1.27>",
            *concern(
                Pair("clinicalStatus -> status of the concern", concern_status_to_cda)
            ),
            PROBLEM,
            Forth(Row("recordedDate", "effectiveTime/low", TS, say="Recorded")),
            RECORDER,
            FRAME_TEXT,
            Back("status of the concern -> clinicalStatus", concern_status_to_fhir),
            Back("an end that is unknown", ended_to_fhir),
            Otherwise("code", data_absent("unknown")),
            IgnoreCda("id", CONCERN_HAS_NO_ID),
            IgnoreCda("effectiveTime", CONCERN_TIME),
            *NOT_CARRIED,
        ),
    ),
)


def is_over(condition: Any) -> bool | None:
    """Whether a problem belongs to the past; ``None`` where the source does not say.

    A refuted problem is not over, it never was: it stays where the source lists it. An
    absence or a mistake is no problem of the past either.
    """
    is_no_problem = (
        is_refuted(condition)
        or judge_problem(condition, None) is not None
        or absence_in(condition.get("code"), SectionCode.PROBLEMS) is not None
    )
    return None if is_no_problem else _is_over(condition)


def home_of_listed(condition: Any) -> SectionCode:
    """Send a listed problem that is over to the past illnesses."""
    return SectionCode.PAST_ILLNESS if is_over(condition) else SectionCode.PROBLEMS


def home_of_past(condition: Any) -> SectionCode:
    """Bring a problem that is active back from the past illnesses.

    Where the section and the status of a problem disagree, the reader must not
    overlook that it is active.
    """
    is_active = is_over(condition) is False
    return SectionCode.PROBLEMS if is_active else SectionCode.PAST_ILLNESS


PROBLEMS = Section(
    code=SectionCode.PROBLEMS,
    display="Problem list - Reported",
    title="Current problems",
    prefix="prb",
    template_ids=("EH.2.9", "CCD.1.11"),
    entries={"Condition": CONDITION},
    write_absent=write_absent_problem,
    home=home_of_listed,
    read_absent=read_absence_at(SectionCode.PROBLEMS, f"{_ENTRY_OBSERVATION}/value"),
    apart=f"{_ENTRY_OBSERVATION}<EH.3.7>",
    is_read=True,
)

PAST_ILLNESSES = Section(
    code=SectionCode.PAST_ILLNESS,
    display="History of Past illness Narrative",
    title="Past illnesses",
    prefix="pst",
    template_ids=("EH.2.10",),
    entries={"Condition": CONDITION},
    home=home_of_past,
    apart=f"{_ENTRY_OBSERVATION}<EH.3.7>",
    is_read=True,
)

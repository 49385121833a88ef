"""The status of a problem: one element in FHIR, status and outcome in CDA.

Spec: eHDSI Problem Status EH.3.9, Health Status EH.3.10 (Wave 8) / FHIR R4
Condition.clinicalStatus, Condition.verificationStatus.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.hl7v3.oids import SNOMED_CT
from transformations.mapping import CodeMeaning, Context, Severity
from transformations.mapping.cda_path import parse_cda_path
from transformations.mapping.codecs.coded import read_names
from transformations.patient_summary.codes import (
    CONDITION_VERIFICATION,
    HEALTH_STATUS_OBSERVATION,
    KNOWN_ABSENT,
    OUTCOMES_OF_PROBLEM,
    PROBLEM_OUTCOMES,
    PROBLEM_STATUSES,
    REMISSION,
    STATUS_OBSERVATION,
    STATUSES_OF_PROBLEM,
)
from transformations.sections.codes import CONDITION_CLINICAL, SNOMED_CT_URI, FhirCode
from transformations.sections.concepts import (
    CODE_OF_ANY_SYSTEM,
    fhir_codes,
    find_coding,
    lose_codings,
    take_coding,
    tell_concept,
)
from transformations.sections.statements import add_statement, statement_frame

_STATUSES = parse_cda_path(
    "entryRelationship[typeCode=REFR]/observation<EH.3.9>/value",
    class_of("Observation"),
)
_OUTCOMES = parse_cda_path(
    "entryRelationship[typeCode=REFR]/observation<EH.3.10>/value",
    class_of("Observation"),
)
_STATUS_FRAME = statement_frame(STATUS_OBSERVATION)
_OUTCOME_FRAME = statement_frame(HEALTH_STATUS_OBSERVATION)
_STATUS_TEMPLATES = ("EH.3.9", "CCD.1.57", "CCD.1.50")


def is_refuted(condition: Any) -> bool:
    """Whether somebody made sure that the patient does not have the problem."""
    concept = condition.get("verificationStatus")
    return "refuted" in fhir_codes(concept, CONDITION_VERIFICATION)


def status_to_cda(condition: Any, observation: CdaNode, cx: Context) -> bool:
    """Write the status, and the outcome where the status is a remission.

    A refuted problem is written as known absent: that is what a reader must see first.
    """
    concept = condition.get("clinicalStatus")
    status = find_coding(concept, PROBLEM_STATUSES)
    if is_refuted(condition):
        _write_status(observation, KNOWN_ABSENT, cx)
    elif status is not None:
        _write_status(observation, status[1], cx)
    outcome = find_coding(concept, PROBLEM_OUTCOMES)
    if outcome is not None:
        _write_outcome(observation, outcome[1].display, cx)
    if isinstance(concept, dict):
        _book_status(concept, status[0] if status else None, cx)
    return status is not None


def status_to_fhir(observation: CdaNode, condition: Any, cx: Context) -> bool:
    """Read the status, and the outcome where it says more.

    A status finer than FHIR's stands beside FHIR's own; what is known absent is
    refuted.
    """
    passed = False
    is_in_remission = any(
        outcome.attributes.get("code") == REMISSION
        for outcome in _OUTCOMES.find_all(observation)
    )
    for chain in _STATUSES.find_chains(observation):
        value = chain[-1]
        code = value.attributes.get("code", "")
        found = STATUSES_OF_PROBLEM.get(code)
        if found is None or value.attributes.get("codeSystem") != SNOMED_CT:
            continue
        _STATUS_FRAME.read(chain[-2], condition, cx)
        if (is_in_remission and found[0] == "inactive") or (
            found[1] == "refuted" and is_refuted(condition)
        ):
            # The outcome says it more exactly, or the certainty says it already.
            cx.settle(value, ".")
            continue
        cx.book_chain(chain, _STATUSES.steps)
        read_names(value, cx)
        _set_status(condition, code, *found)
        passed = True
    return _read_outcome(observation, condition, cx) or passed


def _set_status(condition: Any, code: str, clinical: str, verification: str) -> None:
    finer = PROBLEM_STATUSES.get(FhirCode(SNOMED_CT_URI, code))
    if clinical:
        status = _coding(CONDITION_CLINICAL, clinical)
        codings = [status] if finer is None else [_named(finer), status]
        condition["clinicalStatus"] = {"coding": codings}
    if verification:
        status = _coding(CONDITION_VERIFICATION, verification)
        condition["verificationStatus"] = {"coding": [status]}


def _coding(system: str, code: str) -> dict[str, str]:
    return {"system": system, "code": code}


def _named(code: CodeMeaning) -> dict[str, str]:
    return {"system": SNOMED_CT_URI, "code": code.code, "display": code.display}


def _read_outcome(observation: CdaNode, condition: Any, cx: Context) -> bool:
    """Read the outcome as a status, where it is one, else in words."""
    passed = False
    for chain in _OUTCOMES.find_chains(observation):
        value = chain[-1]
        found: dict[str, Any] = {}
        clinical = _status_of_outcome(value)
        if clinical and "clinicalStatus" not in condition:
            read_names(value, cx)
            status = _coding(CONDITION_CLINICAL, clinical)
            condition["clinicalStatus"] = {"coding": [status]}
        elif CODE_OF_ANY_SYSTEM.to_fhir(value, found, "outcome", cx):
            words = _words_of(found["outcome"])
            condition.setdefault("note", []).append({"text": f"Outcome: {words}"})
        else:
            continue
        cx.book_chain(chain, _OUTCOMES.steps)
        _OUTCOME_FRAME.read(chain[-2], condition, cx)
        passed = True
    return passed


def _status_of_outcome(value: CdaNode) -> str:
    if value.attributes.get("codeSystem") != SNOMED_CT:
        return ""
    return OUTCOMES_OF_PROBLEM.get(value.attributes.get("code", ""), "")


def _words_of(concept: dict[str, Any]) -> str:
    """Say a concept with its codes, for a note that must not lose them."""
    said = [concept["text"]] if "text" in concept else []
    for coding in concept.get("coding", ()):
        name = coding.get("display", "")
        code = " ".join(filter(None, (coding.get("system"), coding["code"])))
        version = coding.get("version")
        said.append(f"{name} ({code}{f', {version}' if version else ''})".strip())
    return "; ".join(said)


def _write_status(observation: CdaNode, status: Any, cx: Context) -> None:
    anchor = cx.narrative.say_ours("Status", status.display)
    add_statement(
        observation, "REFR", _STATUS_TEMPLATES, STATUS_OBSERVATION, status, anchor
    )


def _write_outcome(observation: CdaNode, words: str, cx: Context) -> None:
    anchor = cx.narrative.say_ours("Outcome", words)
    outcome = next(iter(PROBLEM_OUTCOMES.values()))
    add_statement(
        observation, "REFR", ("EH.3.10",), HEALTH_STATUS_OBSERVATION, outcome, anchor
    )


def _book_status(concept: dict[str, Any], index: int | None, cx: Context) -> None:
    if index is None:
        lose_codings(concept, cx, "the value set has no such status", Severity.WARNING)
    else:
        take_coding(concept["coding"][index], cx)
        lose_codings(concept, cx, "another coding says it", skip=(index,))
    tell_concept(concept, "Status", cx)

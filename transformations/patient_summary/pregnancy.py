"""Pregnancy: current status with the expected date, dates and outcomes of the past.

Spec: eHDSI Pregnancy History EH.2.7, status EH.3.45, expected delivery date EH.3.24,
outcome EH.3.46, date EH.3.47 (Wave 8) / IPS 2.0.1 Observation-pregnancy-*.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.hl7v3.numbers import to_real
from transformations.mapping import (
    INT,
    TS,
    Const,
    Context,
    EntryId,
    Follow,
    Forth,
    Group,
    Ignore,
    Link,
    Pair,
    Row,
    Section,
    Subject,
    Table,
)
from transformations.mapping.cda_path import parse_cda_path
from transformations.mapping.place import Term
from transformations.patient_summary.codes import (
    DATE_OF_PREGNANCY,
    DATE_OF_PREGNANCY_CODES,
    DUE_DATES,
    PREGNANCY_OUTCOMES,
    PREGNANCY_STATUS,
    PREGNANCY_STATUS_CODES,
    PREGNANCY_STATUSES,
)
from transformations.patient_summary.observations import (
    BESIDE,
    judge_observation,
    observation,
    status_in_words,
)
from transformations.patient_summary.observations_reading import (
    PANEL_READ,
    SHARED_READ,
)
from transformations.patient_summary.observed_values import time_to_cda
from transformations.sections.codes import UCUM_URI
from transformations.sections.concepts import Concept, find_coding
from transformations.sections.recoding import code_to_fhir, recode
from transformations.sections.withheld import Guarded
from transformations.sections.words import Told, say_element
from transformations.terminology import SectionCode

# The rules want the type of the entry written here, and only here.
_ENTRY = "entry{typeCode=COMP}"
_OBSERVATION = "observation{classCode=OBS,moodCode=EVN}"
_DUE = f"{_OBSERVATION}<EH.3.24,EH.3.20,IHE.4.13,IHE.4.13.5>"


def is_status(resource: Any) -> bool:
    """Whether it says if she is pregnant, in a code that CDA knows."""
    return (
        find_coding(resource.get("code"), PREGNANCY_STATUS_CODES) is not None
        and find_coding(resource.get("valueCodeableConcept"), PREGNANCY_STATUSES)
        is not None
        and "component" not in resource
    )


def is_due_date(resource: Any) -> bool:
    """Whether it is an expected date of delivery."""
    is_coded = find_coding(resource.get("code"), DUE_DATES) is not None
    return is_coded and _is_one_date(resource)


def is_past_date(resource: Any) -> bool:
    """Whether it is the date of an earlier delivery."""
    is_coded = find_coding(resource.get("code"), DATE_OF_PREGNANCY_CODES) is not None
    return is_coded and _is_one_date(resource)


def _is_one_date(resource: Any) -> bool:
    """Whether a date is all there is: the templates have no place for parts."""
    return (
        "valueDateTime" in resource
        and "component" not in resource
        and "hasMember" not in resource
    )


def is_outcome(resource: Any) -> bool:
    """Whether it counts one of the outcomes that CDA knows."""
    is_coded = find_coding(resource.get("code"), PREGNANCY_OUTCOMES) is not None
    return is_coded and _count(resource) is not None and "component" not in resource


def _count(resource: Any) -> int | None:
    quantity = resource.get("valueQuantity")
    if isinstance(quantity, dict) and "comparator" not in quantity:
        number = to_real(quantity.get("value"))
        if number is not None and Decimal(number) == int(Decimal(number)):
            return int(Decimal(number))
    number = resource.get("valueInteger")
    return number if isinstance(number, int) else None


def count_to_cda(resource: Any, node: CdaNode, cx: Context) -> bool:
    """Write how many there were."""
    value = node.add("value")
    value.set_type("INT")
    if INT.to_cda(resource, "valueInteger", value, cx):
        cx.narrative.say("Number", INT.phrase(value))
        return True
    quantity = resource["valueQuantity"]
    cx.take(quantity, "value")
    for name in ("unit", "code", "system"):
        cx.settle(quantity, name)
    value.attributes["value"] = f"{_count(resource)}"
    cx.narrative.say("Number", f"{_count(resource)}")
    return True


def count_to_fhir(node: CdaNode, resource: Any, cx: Context) -> bool:
    """Read how many there were, as IPS wants it: a quantity without unit."""
    value = node.first("value")
    counted: dict[str, Any] = {}
    if value is None or not INT.to_fhir(value, counted, "value", cx):
        return False
    resource["valueQuantity"] = {**counted, "system": UCUM_URI, "code": "1"}
    return True


def status_code_to_cda(resource: Any, node: CdaNode, cx: Context) -> bool:
    """Write the code that the template fixes."""
    recode(resource, node.add("code"), PREGNANCY_STATUS, cx, label="Observation")
    return True


def date_code_to_cda(resource: Any, node: CdaNode, cx: Context) -> bool:
    """Write the code that the template fixes."""
    recode(resource, node.add("code"), DATE_OF_PREGNANCY, cx, label="Observation")
    return True


def outcome_code_to_cda(resource: Any, node: CdaNode, cx: Context) -> bool:
    """Write the outcome, which is the code, beside what the source called it."""
    found = find_coding(resource["code"], PREGNANCY_OUTCOMES)
    if found is not None:
        recode(resource, node.add("code"), found[1], cx, label="Observation")
    return True


def due_date_to_cda(resource: Any, node: CdaNode, cx: Context) -> bool:
    """Write the expected date inside the status; CDA has room for one."""
    for reference in resource.get("hasMember") or []:
        name = reference.get("reference")
        located = (
            cx.document.resolve(name, cx.located) if isinstance(name, str) else None
        )
        if located is None or not _is_writable(located.resource, node, cx):
            for words in say_element({"x": reference}, "x", "Reference", cx):
                cx.narrative.say("Part", words)
            continue
        cx.carried.add(id(located.resource))
        _DUE_INSIDE.write(reference, node, cx)
    return False


def due_date_to_fhir(node: CdaNode, resource: Any, cx: Context) -> bool:
    """Read the expected dates inside the status, each an Observation of its own."""
    members = []
    for chain in _DUE_PATH.find_chains(node):
        due = {"resourceType": "Observation", "subject": {"reference": cx.patient}}
        if _DUE_OF_CDA.read(chain[-1], due, cx):
            cx.book_chain(chain, _DUE_PATH.steps)
            members.append({"reference": cx.make_resource(due)})
    if members:
        resource["hasMember"] = members
    return bool(members)


def _is_writable(due: Any, node: CdaNode, cx: Context) -> bool:
    return (
        is_due_date(due)
        and id(due) not in cx.carried
        and due.get("status") in {"final", "amended", "corrected"}
        and judge_observation(due, cx) is None
        and node.first("entryRelationship") is None
    )


_SHARED: tuple[Term, ...] = (
    Pair("status in words", status_in_words),
    Told("interpretation[]", "Interpretation"),
    Told("bodySite", "Body site"),
    Told("note[]", "Note"),
    Ignore("referenceRange[]", "its template has no range of what is normal"),
    *BESIDE,
    SHARED_READ,
)
_DUE_TERMS: tuple[Term, ...] = (
    EntryId(),
    Row("code", "code", Concept(DUE_DATES, "Observation"), say="Observation"),
    Link(),
    Forth(Const("statusCode", code="completed")),
    Pair("effective <-> effectiveTime", time_to_cda),
    Row("valueDateTime", "value{xsi:type=TS}", TS, say="Value"),
    *_SHARED,
)
_DUE_PATH = parse_cda_path(
    "entryRelationship/observation<EH.3.24>", class_of("Observation")
)
_DUE_OF_CDA = Table("expected date", "Observation", "Observation", *_DUE_TERMS)
_DUE_INSIDE = Table(
    "pregnancy",
    "Reference",
    "Observation",
    Follow(
        ".",
        {
            "Observation": (
                Subject("subject"),
                Group(
                    f"entryRelationship{{typeCode=COMP,inversionInd=false}}/{_DUE}",
                    *_DUE_TERMS,
                ),
            )
        },
    ),
)
STATUS = Guarded(
    is_status,
    Group(
        f"{_ENTRY}/{_OBSERVATION}<EH.3.45>",
        EntryId(),
        Pair("code <-> code of the template", status_code_to_cda, code_to_fhir),
        Link(),
        Forth(Const("statusCode", code="completed")),
        Row(
            "valueCodeableConcept",
            "value{xsi:type=CE}",
            Concept(PREGNANCY_STATUSES, "Value"),
            say="Value",
        ),
        Pair("effective <-> effectiveTime", time_to_cda),
        *_SHARED,
        Pair("hasMember <-> expected date", due_date_to_cda, due_date_to_fhir),
    ),
)
DUE_DATE = Guarded(is_due_date, Group(f"{_ENTRY}/{_DUE}", *_DUE_TERMS))
PAST_DATE = Guarded(
    is_past_date,
    Group(
        f"{_ENTRY}/{_OBSERVATION}<EH.3.47>",
        EntryId(),
        Pair("code <-> code of the template", date_code_to_cda, code_to_fhir),
        Link(),
        Forth(Const("statusCode", code="completed")),
        Row("valueDateTime", "value{xsi:type=TS}", TS, say="Value"),
        Told("effectiveDateTime", "Recorded"),
        *_SHARED,
    ),
)
OUTCOME = Guarded(
    is_outcome,
    Group(
        f"{_ENTRY}/{_OBSERVATION}<EH.3.46>",
        EntryId(),
        Pair("code <-> outcome", outcome_code_to_cda, code_to_fhir),
        Link(),
        Forth(Const("statusCode", code="completed")),
        Pair("number <-> value", count_to_cda, count_to_fhir),
        Told("effectiveDateTime", "Date"),
        Told("effectivePeriod", "Date"),
        *_SHARED,
    ),
)

PREGNANCIES = Section(
    code=SectionCode.PREGNANCY,
    display="History of pregnancies Narrative",
    title="Pregnancies",
    prefix="prg",
    template_ids=("EH.2.7",),
    entries={
        "Observation": observation(
            STATUS, DUE_DATE, PAST_DATE, OUTCOME, panel=PANEL_READ
        )
    },
    is_read=True,
)

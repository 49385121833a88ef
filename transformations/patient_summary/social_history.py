"""Social history: tobacco, alcohol, employment and other habits.

Spec: eHDSI Social History EH.2.13, observation EH.3.23 (Wave 8) /
IPS 2.0.1 Observation-tobaccouse, -alcoholuse.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping import (
    TS,
    Const,
    Context,
    EntryId,
    Forth,
    Group,
    Ignore,
    Link,
    Pair,
    PeriodCodec,
    Section,
)
from transformations.patient_summary.codes import SOCIAL_HISTORY
from transformations.patient_summary.observations import (
    BESIDE,
    observation,
    status_in_words,
)
from transformations.patient_summary.observations_reading import (
    PANEL_READ,
    SHARED_READ,
)
from transformations.patient_summary.observed_values import value_to_cda
from transformations.patient_summary.observed_values_reading import value_to_fhir
from transformations.sections.concepts import find_coding
from transformations.sections.recoding import code_to_fhir, recode
from transformations.sections.withheld import Guarded
from transformations.sections.words import Told
from transformations.terminology import SectionCode

_PERIOD = PeriodCodec(open_start="UNK")


def is_habit(resource: Any) -> bool:
    """Whether the template has a code for it and can hold all of it."""
    is_coded = find_coding(resource.get("code"), SOCIAL_HISTORY) is not None
    return is_coded and "component" not in resource and "hasMember" not in resource


def habit_to_cda(resource: Any, node: CdaNode, cx: Context) -> bool:
    """Write the habit under its code, beside what the source called it.

    The value is carried as it is: a status where the source gives a status, an amount
    where it gives an amount; neither is computed from the other.
    """
    found = find_coding(resource["code"], SOCIAL_HISTORY)
    if found is not None:
        recode(resource, node.add("code"), found[1], cx, label="Habit")
    return True


def since_to_cda(resource: Any, node: CdaNode, cx: Context) -> bool:
    """Write since when; the template wants the beginning of an interval."""
    interval = node.add("effectiveTime")
    if _PERIOD.to_cda(resource, "effectivePeriod", interval, cx):
        cx.narrative.say("Date", _PERIOD.phrase(interval))
    else:
        interval.clear()
    _begin(interval)
    low = interval.first("low")
    for name in ("effectiveDateTime", "effectiveInstant"):
        if low is not None and TS.to_cda(resource, name, low, cx):
            low.attributes.pop("nullFlavor", None)
            cx.narrative.say("Date", TS.phrase(low))
            break
    return False


def _begin(interval: CdaNode) -> None:
    moment = interval.attributes.pop("value", None)
    if moment is not None:
        interval.add("low", value=moment)
        interval.add("high", value=moment)
    elif interval.first("low") is None:
        interval.add("low", nullFlavor="UNK")


HABIT = Guarded(
    is_habit,
    Group(
        "entry/observation{classCode=OBS,moodCode=EVN}"
        "<EH.3.23,EH.3.20,IHE.4.13,IHE.4.13.4,CCD.1.33>",
        EntryId(once=True),
        Pair("code <-> habit", habit_to_cda, code_to_fhir),
        Link(),
        Forth(Const("statusCode", code="completed")),
        Pair("value <-> value[x]", value_to_cda, value_to_fhir),
        Pair("effective <-> since when", since_to_cda),
        Pair("status in words", status_in_words),
        Told("interpretation[]", "Interpretation"),
        Told("bodySite", "Body site"),
        Told("note[]", "Note"),
        Ignore("referenceRange[]", "a habit has no range of what is normal"),
        *BESIDE,
        SHARED_READ,
    ),
)

HABITS = Section(
    code=SectionCode.SOCIAL_HISTORY,
    display="Social history Narrative",
    title="Social history",
    prefix="soc",
    template_ids=("EH.2.13", "CCD.1.15"),
    entries={"Observation": observation(HABIT, panel=PANEL_READ)},
    demands=("EH.3.23",),
    is_read=True,
)

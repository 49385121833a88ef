"""Functional status: what a person can do, and the conditions that limit it.

Spec: eHDSI Functional Status EH.2.14, organizer EH.3.39, observation EH.3.40 (Wave 8) /
IPS 2.0.1 sectionFunctionalStatus.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.cda.template_ids import expand
from transformations.mapping import Const, Context, Forth, Group, Pair, Section
from transformations.patient_summary.observations import ORGANIZED, observation
from transformations.patient_summary.observations_reading import PANEL_READ
from transformations.patient_summary.problems import CONDITION
from transformations.terminology import SectionCode

_PARTS = {expand("EH.3.43"): expand("EH.3.40")}


def parts_to_cda(_resource: Any, organizer: CdaNode, _cx: Context) -> bool:
    """Let the components be those of a functional status."""
    for component in organizer.elements("component"):
        for part in component.elements("observation"):
            for template_id in part.elements("templateId"):
                root = template_id.attributes["root"]
                template_id.attributes["root"] = _PARTS.get(root, root)
    return False


ABILITY = Group(
    "entry/organizer{classCode=CLUSTER,moodCode=EVN}<EH.3.39>",
    *ORGANIZED,
    Const("statusCode", code="completed"),
    Pair("templates of the parts", parts_to_cda),
)

ABILITIES = Section(
    code=SectionCode.FUNCTIONAL_STATUS,
    display="Functional status assessment note",
    title="Functional status",
    prefix="fun",
    template_ids=("EH.2.14",),
    entries={
        "Observation": observation(Forth(ABILITY), panel=PANEL_READ),
        "Condition": CONDITION,
    },
    is_read=True,
)

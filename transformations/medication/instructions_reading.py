"""Instructions to who dispenses, read as notes.

Spec: eHDSI Medication FulFillment Instructions EH.3.13 (all waves) /
FHIR R4 MedicationStatement.note, MedicationRequest.note.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.mapping import Back, Const, Context, IgnoreCda, Severity, Table
from transformations.mapping.cda_path import parse_cda_path
from transformations.medication.codes import FULFILMENT
from transformations.sections.statements import words_of_act

_FULFILMENTS = parse_cda_path(
    "entryRelationship[typeCode=SUBJ]/act<EH.3.13>", class_of("SubstanceAdministration")
)


def kind_to_fhir(act: CdaNode, _: Any, cx: Context) -> bool:
    """Book the code of an instruction: that it is meant for who dispenses."""
    for code in act.elements("code"):
        if code.attributes.get("code") == FULFILMENT.code:
            cx.settle(code, ".")
        else:
            reason = "what kind of instruction it is has no place in a note"
            cx.lose(code, ".", reason, Severity.INFORMATION)
    return False


_FULFILMENT = Table(
    "instruction to who dispenses",
    "Annotation",
    "Act",
    Back("code", kind_to_fhir),
    Const("statusCode", code="completed"),
    IgnoreCda("id", "a note of FHIR has no identifier"),
)


def fulfilments_to_fhir(act: CdaNode, statement: Any, cx: Context) -> bool:
    """Read instructions to who dispenses as notes."""
    notes = []
    for chain in _FULFILMENTS.find_chains(act):
        words = words_of_act(chain[-1], cx)
        if words:
            cx.book_chain(chain, _FULFILMENTS.steps)
            _FULFILMENT.read(chain[-1], {}, cx)
            notes.append({"text": words})
    if notes:
        statement.setdefault("note", []).extend(notes)
    return bool(notes)

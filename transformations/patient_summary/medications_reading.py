"""What is taken, read from CDA: every entry of the section is a MedicationStatement.

The section lists what a patient takes; whether somebody ordered it, an entry of CDA
does not say.

Spec: eHDSI Medication Item EH.3.4 (Wave 8), IHE PCC 1.3.6.1.4.1.19376.1.5.3.1.4.7 /
FHIR R4 MedicationStatement / IPS 2.0.1, EPS 1.0.0.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.header.people_reading import read_author
from transformations.hl7v3.oids import ACT_CODE
from transformations.mapping import (
    IDENTIFIER,
    TS,
    Back,
    Const,
    Context,
    IgnoreCda,
    Link,
    Otherwise,
    Row,
    Severity,
    Table,
)
from transformations.mapping.absence import data_absent
from transformations.mapping.cda_path import parse_cda_path
from transformations.medication.dosage_reading import DOSAGE_READ, TREATMENT_READ
from transformations.medication.instructions_reading import fulfilments_to_fhir
from transformations.medication.medicines_reading import MEDICINE_READ
from transformations.sections.absent_reading import read_absence_at
from transformations.sections.reasons import REASONS
from transformations.sections.statements import NOTES, notes
from transformations.terminology import (
    Absence,
    AbsenceKind,
    SectionCode,
    absence_statement,
)

_SECTION = class_of("Section")
_ENTRY = "entry/substanceAdministration"
_ITEMS = tuple(
    parse_cda_path(f"{_ENTRY}[moodCode={mood}]{{classCode=SBADM}}", _SECTION)
    for mood in ("INT", "EVN")
)
_STATUSES = {
    "active": "active",
    "completed": "completed",
    "suspended": "on-hold",
    "aborted": "stopped",
    "cancelled": "not-taken",
    "nullified": "entered-in-error",
}


def status_to_fhir(act: CdaNode, statement: Any, cx: Context) -> bool:
    """Read the status; what is negated is not taken, whatever else is said."""
    node = act.first("statusCode")
    status = None if node is None else _STATUSES.get(node.attributes.get("code", ""))
    if act.attributes.get("negationInd") in {"true", "1"}:
        cx.derive(act, "@negationInd")
        statement["status"] = "not-taken"
        return False
    if node is not None and status is not None:
        cx.derive(node, "@code")
        statement["status"] = status
    return False


def author_to_fhir(act: CdaNode, statement: Any, cx: Context) -> bool:
    """Read who stated it, and when; a device states nothing of its own in FHIR."""
    for author in act.elements("author"):
        for time in author.elements("time"):
            if "dateAsserted" not in statement:
                TS.to_fhir(time, statement, "dateAsserted", cx)
        assigned = author.first("assignedAuthor")
        if assigned is None or assigned.first("assignedPerson") is None:
            reason = "only a person or an organization states something in FHIR"
            cx.lose(author, ".", reason)
            continue
        reference = read_author(author, cx)
        if reference and "informationSource" not in statement:
            statement["informationSource"] = {"reference": reference}
    return False


ITEM = Table(
    "medication",
    "MedicationStatement",
    "SubstanceAdministration",
    Back("statusCode -> status", status_to_fhir),
    MEDICINE_READ,
    Row("identifier[]", "id", IDENTIFIER),
    Link(),
    Const("code", code="DRUG", codeSystem=ACT_CODE),
    TREATMENT_READ,
    DOSAGE_READ,
    REASONS,
    NOTES,
    notes("REFR", "EH.3.11"),
    Back("instructions to who dispenses -> note", fulfilments_to_fhir),
    Back("author -> informationSource and dateAsserted", author_to_fhir),
    IgnoreCda(
        "entryRelationship[typeCode=COMP]",
        "parts of a regimen that changes have no place here; the text says them",
        Severity.CRITICAL,
    ),
    Otherwise("status", "unknown"),
    Otherwise("effectiveDateTime", data_absent("unknown"), unless=("effectivePeriod",)),
)


def item_to_fhir(section: CdaNode, statement: Any, cx: Context) -> bool:
    """Read an entry, whether it is an intent or has happened."""
    return any(ITEM.read_at(path, section, statement, cx) for path in _ITEMS)


_read_stated = read_absence_at(
    SectionCode.MEDICATIONS,
    f"{_ENTRY}/code",
    f"{_ENTRY}/consumable/manufacturedProduct/manufacturedMaterial/code",
)
_CODE = parse_cda_path(f"{_ENTRY}/code", _SECTION)
_MATERIAL = parse_cda_path(
    f"{_ENTRY}/consumable/manufacturedProduct/manufacturedMaterial", _SECTION
)


def read_absent_medication(section: CdaNode, cx: Context) -> Absence | None:
    """Read that there are no medicines, or none known of.

    Some write that nothing is known as a ``nullFlavor`` for the code, and name no
    medicine.
    """
    stated = _read_stated(section, cx)
    if stated is not None or _names_medicine(section):
        return stated
    for node in _CODE.find_all(section):
        if "nullFlavor" in node.attributes and not node.children:
            cx.derive(node, "@nullFlavor")
            return absence_statement(
                SectionCode.MEDICATIONS, AbsenceKind.NO_INFORMATION
            )
    return None


def _names_medicine(section: CdaNode) -> bool:
    """Whether a material says anything but that there is none."""
    return any(
        part.attributes.get("code") or part.text or any(part.elements())
        for material in _MATERIAL.find_all(section)
        for part in material.elements()
        if not part.tag.endswith("}templateId")
    )


MEDICATION_READ = Back("substanceAdministration -> statement", item_to_fhir)

"""Immunizations read from CDA: those given, and those that were not.

Spec: eHDSI Immunization EH.3.19, product EH.3.18, position EH.3.28 (Wave 8) /
FHIR R4 Immunization / IPS 2.0.1 Immunization-uv-ips, EPS 1.0.0.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.header.people_reading import read_organization, read_party
from transformations.hl7v3.numbers import from_real
from transformations.mapping import (
    ADDRESS,
    IDENTIFIER,
    PQ,
    RANGE,
    ST,
    TEL,
    TS,
    Alt,
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
from transformations.medication.medicines_reading import named_concept_to_fhir
from transformations.patient_summary.codes import (
    IMMUNIZATION,
    POSITION_OF_VACCINATION,
    VACCINE_SYSTEMS,
)
from transformations.sections.codes import DISORDER_SYSTEMS
from transformations.sections.concepts import CODE_OF_ANY_SYSTEM, OpenConcept
from transformations.sections.statements import NOTES, fixed_code, notes
from transformations.terminology import absent_reason_of

VACCINE = OpenConcept("CE", VACCINE_SYSTEMS)
DISEASE = OpenConcept("CD", DISORDER_SYSTEMS)

_ACT = class_of("SubstanceAdministration")
_ENTRY = parse_cda_path(
    "entry/substanceAdministration{classCode=SBADM,moodCode=EVN}", class_of("Section")
)
_AGENTS = parse_cda_path(
    "participant[typeCode=IND]/participantRole[classCode=AGNT]", _ACT
)
_POSITIONS = parse_cda_path(
    "entryRelationship[typeCode=SUBJ]/observation<EH.3.28>", _ACT
)
_STATUSES = {
    "completed": "completed",
    "cancelled": "not-done",
    "nullified": "entered-in-error",
}


def status_to_fhir(act: CdaNode, immunization: Any, cx: Context) -> bool:
    """Read whether it was given; what is negated or cancelled was not.

    Of any other status FHIR has none, and only the text says it.
    """
    if act.attributes.get("negationInd") in {"true", "1"}:
        cx.derive(act, "@negationInd")
        immunization["status"] = "not-done"
        return False
    node = act.first("statusCode")
    status = None if node is None else _STATUSES.get(node.attributes.get("code", ""))
    if node is not None and status is not None:
        cx.derive(node, "@code")
        immunization["status"] = status
    return False


def vaccine_to_fhir(material: CdaNode, immunization: Any, cx: Context) -> bool:
    """Read code and name of the vaccine."""
    return named_concept_to_fhir(material, "", VACCINE, immunization, "vaccineCode", cx)


def manufacturer_to_fhir(product: CdaNode, immunization: Any, cx: Context) -> bool:
    """Read who made it."""
    for organization in product.elements("manufacturerOrganization"):
        reference = read_organization(organization, cx)
        if reference:
            immunization["manufacturer"] = {"reference": reference}
            return True
    return False


def moment_to_fhir(act: CdaNode, immunization: Any, cx: Context) -> bool:
    """Read when it was given: a moment, or the beginning of an interval.

    FHIR demands an occurrence: where there is none, words say why.
    """
    reason = absent_reason_of("UNK")
    for time in act.elements("effectiveTime"):
        for node in (time, *time.elements("low")):
            if TS.to_fhir(node, immunization, "occurrenceDateTime", cx):
                return True
            said = absent_reason_of(node.attributes.get("nullFlavor", "UNK"))
            if said == reason:
                cx.settle(node, "@nullFlavor")
            else:
                reason = said
                cx.derive(node, "@nullFlavor")
    immunization["occurrenceString"] = reason
    return False


def dose_to_fhir(act: CdaNode, immunization: Any, cx: Context) -> bool:
    """Read how much was given; two bounds that differ are no dose of FHIR."""
    for node in act.elements("doseQuantity"):
        if "value" in node.attributes:
            return PQ.to_fhir(node, immunization, "doseQuantity", cx)
        bounds = [bound.attributes.get("value") for bound in node.elements()]
        if len(set(bounds)) == 1 and bounds[0] is not None:
            found: dict[str, Any] = {}
            RANGE.to_fhir(node, found, "range", cx)
            immunization["doseQuantity"] = next(iter(found["range"].values()))
            return True
    return False


def performers_to_fhir(act: CdaNode, immunization: Any, cx: Context) -> bool:
    """Read who gave it: a person in a role, or an organization."""
    found = []
    for performer in act.elements("performer"):
        reference = _performer(performer, cx)
        if reference:
            found.append({"actor": {"reference": reference}})
        for time in performer.elements("time"):
            cx.lose(time, ".", "when somebody took part has no place in FHIR")
    if found:
        immunization["performer"] = found
    return bool(found)


def _performer(performer: CdaNode, cx: Context) -> str:
    entity = performer.first("assignedEntity")
    if entity is None or entity.first("assignedPerson") is not None:
        return read_party(performer, cx)
    organization: dict[str, Any] = {"resourceType": "Organization"}
    for one in entity.elements("representedOrganization"):
        _ORGANIZATION.read(one, organization, cx)
    passed = _ENTITY.read(entity, organization, cx)
    if len(organization) == 1 and not passed:
        return ""
    return cx.make_resource(organization)


_ORGANIZATION = Table(
    "who gave it",
    "Organization",
    "Organization",
    Row("identifier[]", "id", IDENTIFIER),
    Row("name", "name", ST),
    Row("telecom[]", "telecom", TEL),
    Row("address[]", "addr", ADDRESS),
)
_ENTITY = Table(
    "who gave it",
    "Organization",
    "AssignedEntity",
    Row("identifier[]", "id", IDENTIFIER),
    Row("telecom[]", "telecom", TEL),
    Row("address[]", "addr", ADDRESS),
)


def protocol_to_fhir(act: CdaNode, immunization: Any, cx: Context) -> bool:
    """Read the diseases it is against, and which dose of a series it was."""
    protocol: dict[str, Any] = {}
    diseases = []
    for chain in _AGENTS.find_chains(act):
        found: dict[str, Any] = {}
        if _AGENT.read(chain[-1], found, cx):
            cx.book_chain(chain, _AGENTS.steps)
            diseases += found["targetDisease"]
    if diseases:
        protocol["targetDisease"] = diseases
    _POSITION.read_at(_POSITIONS, act, protocol, cx)
    if not protocol:
        return False
    if not {"doseNumberPositiveInt", "doseNumberString"} & protocol.keys():
        # FHIR demands a number, or words.
        protocol["doseNumberString"] = absent_reason_of("UNK")
    immunization["protocolApplied"] = [protocol]
    return True


def number_to_fhir(observation: CdaNode, protocol: Any, cx: Context) -> bool:
    """Read the number of a dose; one that is no counting number as words."""
    for value in observation.elements("value"):
        words = value.attributes.get("value", "")
        number = from_real(words)
        if isinstance(number, int) and number > 0:
            cx.attr(value, "value")
            protocol["doseNumberPositiveInt"] = number
            return True
        said = cx.text(value) or cx.attr(value, "value")
        if said is not None and said.strip():
            protocol["doseNumberString"] = said.strip()
            return True
    return False


def entity_to_fhir(role: CdaNode, _protocol: Any, cx: Context) -> bool:
    """Book the entity that the template wants and that says nothing."""
    for entity in role.elements("playingEntity"):
        if not any(entity.elements()):
            cx.settle(entity, ".")
    return False


_AGENT = Table(
    "agent",
    "ImmunizationProtocolApplied",
    "ParticipantRole",
    Row("targetDisease[]", "code", DISEASE, absent="UNK"),
    Back("entity of the agent", entity_to_fhir),
)
_POSITION = Table(
    "position",
    "ImmunizationProtocolApplied",
    "Observation",
    fixed_code(POSITION_OF_VACCINATION),
    Link(),
    Const("statusCode", code="completed"),
    IgnoreCda("id", "a dose of FHIR has no identifier"),
    Back("value -> doseNumber[x]", number_to_fhir),
)
_MATERIAL = Table(
    "vaccine",
    "Immunization",
    "Material",
    Back("code, name -> vaccineCode", vaccine_to_fhir),
    Row("lotNumber", "lotNumberText", ST),
    Alt(
        Row("expirationDate", "pharm:expirationTime", TS),
        Row("expirationDate", "pharm:expirationTime/high", TS),
    ),
)


def material_to_fhir(product: CdaNode, immunization: Any, cx: Context) -> bool:
    """Read the vaccine."""
    passed = False
    for material in product.elements("manufacturedMaterial"):
        passed = _MATERIAL.read(material, immunization, cx) or passed
    return passed


_PRODUCTS = parse_cda_path(
    "consumable{typeCode=CSM}/manufacturedProduct{classCode=MANU}", _ACT
)
_PRODUCT = Table(
    "vaccine",
    "Immunization",
    "ManufacturedProduct",
    Back("material", material_to_fhir),
    Back("manufacturerOrganization -> manufacturer", manufacturer_to_fhir),
)


def product_to_fhir(act: CdaNode, immunization: Any, cx: Context) -> bool:
    """Read what was given, and who made it."""
    passed = False
    for chain in _PRODUCTS.find_chains(act):
        if _PRODUCT.read(chain[-1], immunization, cx):
            cx.book_chain(chain, _PRODUCTS.steps)
            passed = True
    if "vaccineCode" not in immunization:
        immunization["vaccineCode"] = data_absent("unknown")
        sentence = "the source does not name the vaccine"
        cx.find(Severity.WARNING, "vaccine-unknown", sentence)
    return passed


def kind_to_fhir(act: CdaNode, _: Any, cx: Context) -> bool:
    """Book the code that says that it is a vaccine, whatever system it names."""
    for code in act.elements("code"):
        if code.attributes.get("code") == IMMUNIZATION.code:
            cx.settle(code, ".")
    return False


GIVEN = Table(
    "immunization",
    "Immunization",
    "SubstanceAdministration",
    Back("statusCode, negationInd -> status", status_to_fhir),
    Back("product -> vaccine", product_to_fhir),
    Row("identifier[]", "id", IDENTIFIER),
    Link(),
    Back("code", kind_to_fhir),
    Back("effectiveTime -> occurrence[x]", moment_to_fhir),
    Row("route", "routeCode", CODE_OF_ANY_SYSTEM),
    Row("site", "approachSiteCode", CODE_OF_ANY_SYSTEM),
    Back("doseQuantity", dose_to_fhir),
    Back("performer", performers_to_fhir),
    Back("agent, position -> protocolApplied", protocol_to_fhir),
    NOTES,
    notes("REFR", "EH.3.11"),
    IgnoreCda("author", "who recorded a vaccine has no place in FHIR"),
    Otherwise("status", data_absent("unknown")),
)


def immunization_to_fhir(section: CdaNode, immunization: Any, cx: Context) -> bool:
    """Read an entry of the section."""
    return GIVEN.read_at(_ENTRY, section, immunization, cx)


IMMUNIZATION_READ = Back("substanceAdministration -> vaccine", immunization_to_fhir)

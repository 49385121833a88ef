"""Immunizations: Immunization in both worlds.

Spec: eHDSI Immunizations EH.2.15, Immunization EH.3.19, product EH.3.18, position
EH.3.28 (Wave 8) / FHIR R4 Immunization / IPS 2.0.1 Immunization-uv-ips, EPS 1.0.0.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.cda.template_ids import expand
from transformations.mapping import (
    IDENTIFIER,
    NAME,
    PQ,
    ST,
    TS,
    Alt,
    Context,
    Each,
    EntryId,
    Fill,
    Follow,
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
from transformations.medication.medicines import name_of
from transformations.patient_summary.codes import (
    IMMUNIZATION,
    POSITION_OF_VACCINATION,
)
from transformations.patient_summary.immunizations_reading import (
    DISEASE,
    IMMUNIZATION_READ,
    VACCINE,
)
from transformations.sections.concepts import CODE_OF_ANY_SYSTEM, write_code
from transformations.sections.statements import NOTES, fixed_code
from transformations.sections.withheld import ENTERED_IN_ERROR, Verdict, Withheld
from transformations.sections.words import Told
from transformations.terminology import ABSENT_UNKNOWN_URI, SectionCode

_PRODUCT = (
    "consumable{typeCode=CSM}/manufacturedProduct{classCode=MANU}<EH.3.18,CCD.1.53>"
)
_MATERIAL = "manufacturedMaterial{classCode=MMAT,determinerCode=KIND}"
_PERFORMER = "performer{typeCode=PRF}/assignedEntity{classCode=ASSIGNED}"


def judge_immunization(immunization: Any, _cx: Context) -> Verdict | None:
    """Withhold errors, and what was not given: an entry would say that it was.

    The template has no negation, and its ``statusCode`` is read as "given" by whoever
    shows a list of vaccines. A statement that there were none is told as well, because
    the vocabulary of CDA has no code for it.
    """
    if immunization.get("status") == "entered-in-error":
        return ENTERED_IN_ERROR
    if _is_absence(immunization.get("vaccineCode")):
        return Verdict(
            "immunization-absence",
            "CDA has no code for the absence of immunizations",
            Severity.INFORMATION,
            "Statement",
            name_of(immunization.get("vaccineCode")),
        )
    if immunization.get("status") == "completed":
        return None
    return Verdict(
        "immunization-not-given",
        "the vaccine was not given; an entry would say that it was",
        Severity.WARNING,
        "Not given",
        name_of(immunization.get("vaccineCode")),
    )


def _is_absence(concept: Any) -> bool:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    return any(coding.get("system") == ABSENT_UNKNOWN_URI for coding in codings or ())


def vaccine_to_cda(immunization: Any, material: CdaNode, cx: Context) -> bool:
    """Write code and name of the vaccine; the rules want both."""
    code = material.add("code")
    if not VACCINE.to_cda(immunization, "vaccineCode", code, cx):
        code.attributes["nullFlavor"] = "UNK"
        material.add("name", nullFlavor="UNK")
        cx.find(
            Severity.WARNING, "vaccine-unknown", "the source does not name the vaccine"
        )
        cx.narrative.say_ours("Vaccine", "unknown")
        return False
    anchor = cx.narrative.say("Vaccine", VACCINE.phrase(code))
    VACCINE.link(code, anchor)
    name = name_of(immunization.get("vaccineCode"))
    material.add("name", name or VACCINE.phrase(code) or "-")
    return True


def position_to_cda(immunization: Any, act: CdaNode, cx: Context) -> bool:
    """Write which dose of a series it was; CDA has room for one number.

    Of several protocols with different numbers none is chosen: all are told.
    """
    protocols = immunization.get("protocolApplied") or []
    numbers = {
        protocol.get("doseNumberPositiveInt")
        for protocol in protocols
        if "doseNumberPositiveInt" in protocol
    }
    for protocol in protocols:
        if len(numbers) == 1 and protocol is protocols[0]:
            _write_position(protocol, act, cx)
        elif "doseNumberPositiveInt" in protocol:
            cx.narrative.say(
                "Dose number", f"{cx.tell(protocol, 'doseNumberPositiveInt')}"
            )
    return False


def _write_position(protocol: Any, act: CdaNode, cx: Context) -> None:
    number = f"{cx.take(protocol, 'doseNumberPositiveInt')}"
    link = act.add("entryRelationship", typeCode="SUBJ", inversionInd="false")
    node = link.add("observation", classCode="OBS", moodCode="EVN")
    node.add("templateId", root=expand("EH.3.28"))
    node.add("templateId", root=expand("CCD.1.46"))
    write_code(node.add("code"), POSITION_OF_VACCINATION)
    anchor = cx.narrative.say("Dose number", number)
    node.add("text").add("reference", value=f"#{anchor}")
    node.add("statusCode", code="completed")
    node.add("value", value=number).set_type("INT")


def diseases_to_cda(protocol: Any, act: CdaNode, cx: Context) -> bool:
    """Write each disease the vaccine is against as an agent."""
    diseases = protocol.get("targetDisease") or []
    for index in range(len(diseases)):
        participant = CdaNode(act.kind.child("participant"), None, {"typeCode": "IND"})
        role = participant.add("participantRole", classCode="AGNT")
        code = role.add("code")
        if DISEASE.to_cda(diseases, index, code, cx):
            DISEASE.link(code, cx.narrative.say("Against", DISEASE.phrase(code)))
            role.add("playingEntity", classCode="ENT")
            act.graft(participant)
    return False


def status_to_cda(immunization: Any, act: CdaNode, cx: Context) -> bool:
    """Write that it was given: nothing else is an entry."""
    cx.derive(immunization, "status")
    act.add("statusCode", code="completed")
    return False


def time_unknown_to_cda(_immunization: Any, act: CdaNode, _cx: Context) -> bool:
    """Write that the date is unknown; the template wants one always."""
    if act.first("effectiveTime") is None:
        act.add("effectiveTime", nullFlavor="UNK").set_type("IVL_TS")
    return False


_ORGANIZATION = (
    Row("identifier[]", "id", IDENTIFIER),
    Row("name", "representedOrganization/name", ST, say="Given by"),
    Fill("id", "NI"),
    Ignore("address[]", "where it was given is not carried"),
    Ignore("telecom[]", "where it was given is not carried"),
    Ignore("type[]", "the kind of organization is not carried"),
    Ignore("active", "it is not said of who gave a vaccine"),
    Ignore("alias[]", "the name is carried"),
    Ignore("partOf", "the organization is named alone"),
    Ignore("contact[]", "contacts are not carried"),
)
_PERSON = (
    Row("identifier[]", "id", IDENTIFIER),
    Row("name[]", "assignedPerson/name", NAME, say="Given by", once=True),
    Fill("id", "NI"),
    Ignore("active", "it is not said of who gave a vaccine"),
    Ignore("address[]", "where it was given is not carried"),
    Ignore("telecom[]", "where it was given is not carried"),
    Ignore("gender", "it is not said of who gave a vaccine"),
    Ignore("birthDate", "it is not said of who gave a vaccine"),
    Ignore("qualification[]", "it is not said of who gave a vaccine"),
    Ignore("communication[]", "it is not said of who gave a vaccine"),
    Ignore("photo[]", "it is not said of who gave a vaccine"),
)
_ROLE = (
    Row("identifier[]", "id", IDENTIFIER),
    Follow("practitioner", {"Practitioner": _PERSON}),
    Follow("organization", {"Organization": _ORGANIZATION}),
    Ignore("active", "it is not said of who gave a vaccine"),
    Ignore("code[]", "the role of who gave a vaccine is not carried"),
    Ignore("specialty[]", "the role of who gave a vaccine is not carried"),
    Ignore("telecom[]", "where it was given is not carried"),
    Ignore("location[]", "where it was given is not carried"),
    Ignore("period", "the role of who gave a vaccine is not carried"),
)
_MANUFACTURER = (
    Row("identifier[]", "id", IDENTIFIER),
    Row("name", "name", ST, say="Manufacturer"),
    Ignore("address[]", "the address of the manufacturer is not carried"),
    Ignore("telecom[]", "the address of the manufacturer is not carried"),
    Ignore("active", "it is not said of a manufacturer"),
    Ignore("type[]", "the kind of organization is not carried"),
)


def manufacturer_named_to_cda(immunization: Any, product: CdaNode, cx: Context) -> bool:
    """Write a manufacturer of whom only the name is here."""
    reference = immunization.get("manufacturer")
    name = reference.get("display") if isinstance(reference, dict) else None
    if not isinstance(name, str) or not name.strip():
        return False
    cx.take(reference, "display")
    cx.settle(reference, "type")
    cx.lose(reference, "reference", "names nothing in this document")
    product.add("manufacturerOrganization").add("name", name.strip())
    cx.narrative.say("Manufacturer", name.strip())
    return True


def performer_named_to_cda(performer: Any, _act: CdaNode, cx: Context) -> bool:
    """Say who gave it where only the name is here."""
    reference = performer.get("actor")
    if not isinstance(reference, dict) or not isinstance(reference.get("display"), str):
        return False
    cx.lose(reference, "reference", "names nothing in this document")
    cx.settle(reference, "type")
    cx.narrative.say("Given by", cx.tell(reference, "display"))
    return True


_IN_WORDS = (
    Told("status", "Status"),
    Told("vaccineCode", "Vaccine"),
    Told("occurrenceDateTime", "Date"),
    Told("occurrenceString", "Date"),
    Told("statusReason", "Reason of the status"),
    Told("reasonCode[]", "Reason"),
    Told("note[]", "Note"),
    Each("protocolApplied[]", ".", Told("targetDisease[]", "Against")),
)

_GIVEN = Group(
    "entry/substanceAdministration{classCode=SBADM,moodCode=EVN}"
    "<EH.3.19,IHE.4.12,CCD.1.24>",
    EntryId(once=True),
    Link(),
    fixed_code(IMMUNIZATION),
    Pair("status <-> status of the act", status_to_cda),
    Group(
        _PRODUCT,
        Group(
            _MATERIAL,
            Pair("vaccineCode <-> code and name", vaccine_to_cda),
            Row("lotNumber", "lotNumberText", ST, say="Lot"),
            always=True,
        ),
        Alt(
            Follow(
                "manufacturer",
                {"Organization": _MANUFACTURER},
                "manufacturerOrganization",
            ),
            Pair("manufacturer by name", manufacturer_named_to_cda),
        ),
        always=True,
    ),
    Row("occurrenceDateTime", "effectiveTime{xsi:type=IVL_TS}", TS, say="Date"),
    Told("occurrenceString", "Date"),
    Pair("when is unknown", time_unknown_to_cda),
    Row("route", "routeCode", CODE_OF_ANY_SYSTEM, say="Route"),
    Row("doseQuantity", "doseQuantity", PQ, say="Dose"),
    Pair("dose number <-> position", position_to_cda),
    Each(
        "protocolApplied[]",
        ".",
        Pair("targetDisease <-> agent", diseases_to_cda),
        Told("doseNumberString", "Dose number"),
        Told("seriesDosesPositiveInt", "Doses of the series"),
        Told("seriesDosesString", "Doses of the series"),
        Told("series", "Series"),
        Told("authority", "Recommended by"),
    ),
    Each(
        "performer[]",
        ".",
        Alt(
            Follow(
                "actor",
                {
                    "Organization": _ORGANIZATION,
                    "Practitioner": _PERSON,
                    "PractitionerRole": _ROLE,
                },
                _PERFORMER,
            ),
            Pair("who gave it by name", performer_named_to_cda),
        ),
        Told("function", "Role of who gave it"),
    ),
    NOTES,
    Told("site", "Body site"),
    Told("expirationDate", "Expires on"),
    Told("reasonCode[]", "Reason"),
    Told("reasonReference[]", "Reason"),
    Told("isSubpotent", "Dose without full effect"),
    Told("subpotentReason[]", "Reason of the lesser effect"),
    Told("primarySource", "Recorded by who gave it"),
    Told("reportOrigin", "Reported by"),
    Told("recorded", "Recorded"),
    Each(
        "reaction[]",
        ".",
        Told("date", "Reaction on"),
        Told("detail", "Reaction"),
        Told("reported", "Reported by the patient"),
    ),
    Ignore("encounter", "a summary does not name the encounter"),
    Ignore("location", "where it was given is not carried"),
    Ignore("education[]", "material handed out is not carried"),
    Ignore("programEligibility[]", "who pays is not carried"),
    Ignore("fundingSource", "who pays is not carried"),
)

IMMUNIZATION_ENTRY = (
    Subject("patient"),
    Alt(Withheld(judge_immunization, *_IN_WORDS), Forth(_GIVEN), IMMUNIZATION_READ),
)

IMMUNIZATIONS = Section(
    code=SectionCode.IMMUNIZATIONS,
    display="History of Immunization Narrative",
    title="Vaccinations",
    prefix="imm",
    template_ids=("EH.2.15", "CCD.1.6"),
    entries={"Immunization": IMMUNIZATION_ENTRY},
    demands=("EH.3.19",),
    is_read=True,
)

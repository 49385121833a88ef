"""Medical devices: DeviceUseStatement with its Device, and the supply of CDA.

Spec: eHDSI Medical Devices EH.2.4, Medical Device EH.3.5 (Wave 8) /
FHIR R4 DeviceUseStatement, Device / IPS 2.0.1, EPS 1.0.0 device.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.cda.template_ids import expand
from transformations.mapping import (
    IDENTIFIER,
    ST,
    TS,
    Alt,
    Back,
    Context,
    Each,
    EntryId,
    Follow,
    Forth,
    Group,
    Ignore,
    Link,
    Otherwise,
    Pair,
    PeriodCodec,
    Row,
    Section,
    Severity,
    Subject,
)
from transformations.mapping.absence import SAYS_NOTHING, data_absent
from transformations.mapping.steps import EntryRefused
from transformations.patient_summary.absent import (
    absence_in,
    say_absence,
    write_absence_code,
)
from transformations.patient_summary.codes import DEVICE_SYSTEMS
from transformations.sections.absent_reading import read_absence_at
from transformations.sections.concepts import OpenConcept, take_coding
from transformations.sections.withheld import by_status, withheld
from transformations.sections.words import Told
from transformations.terminology import Absence, SectionCode

DEVICE_TYPE = OpenConcept("CE", DEVICE_SYSTEMS)
# Unique device identifiers, whoever issued them. Seen: eHDSI and C-CDA samples.
UDI = "2.16.840.1.113883.3.3719"

_ENDED = frozenset({"completed", "stopped"})
_IN_USE = frozenset({"active"})
_WHOSE = "participant{typeCode=DEV}/participantRole{classCode=MANU}"
_PLAYING = "playingDevice{classCode=DEV,determinerCode=INSTANCE}"


def use_to_cda(use: Any, supply: CdaNode, cx: Context) -> bool:
    """Write when a device is used; a use that ended without a date has an unknown end.

    The template wants a beginning always.
    """
    times = supply.first("effectiveTime")
    if times is None:
        times = supply.add("effectiveTime")
        times.set_type("IVL_TS")
    if "nullFlavor" in times.attributes:
        flavor = times.attributes.pop("nullFlavor")
        times.add("low", nullFlavor=flavor)
    if times.first("low") is None and "value" not in times.attributes:
        times.add("low", nullFlavor="UNK")
    status = cx.derive(use, "status")
    if status in _ENDED and times.first("high") is None:
        times.add("high", nullFlavor="UNK")
    if isinstance(status, str) and status not in _IN_USE:
        cx.narrative.say("Use", status)
    return False


def udi_to_cda(carrier: Any, role: CdaNode, cx: Context) -> bool:
    """Write the barcode text of a unique device identifier, else its device part."""
    for name in ("carrierHRF", "deviceIdentifier"):
        if isinstance(carrier.get(name), str):
            value = cx.take(carrier, name)
            role.add("id", root=UDI, extension=value)
            cx.narrative.say("Unique device identifier", value)
            break
    cx.settle(carrier, "id")
    reason = "the barcode text says it, or CDA has no place for it"
    for name in carrier:
        if name not in {"id", "carrierHRF"} and not (
            name == "deviceIdentifier" and "carrierHRF" not in carrier
        ):
            cx.lose(carrier, name, reason, Severity.INFORMATION)
    return True


def ids_to_fhir(role: CdaNode, device: Any, cx: Context) -> bool:
    """Read the ids of a device; a unique device identifier is one of its own."""
    carriers, identifiers = [], []
    for node in role.elements("id"):
        found: dict[str, Any] = {}
        if node.attributes.get("root") == UDI and node.attributes.get("extension"):
            cx.derive(node, "@root")
            carriers.append({"carrierHRF": cx.attr(node, "extension")})
        elif IDENTIFIER.to_fhir(node, found, "id", cx):
            identifiers.append(found["id"])
    if carriers:
        device["udiCarrier"] = carriers
    if identifiers:
        device["identifier"] = identifiers
    return bool(carriers or identifiers)


def patient_to_fhir(_role: CdaNode, device: Any, cx: Context) -> bool:
    """Let the device be the patient's."""
    if cx.patient is not None:
        device["patient"] = {"reference": cx.patient}
    return False


def use_to_fhir(supply: CdaNode, use: Any, cx: Context) -> bool:
    """Read from the end of its use whether a device is still used."""
    is_over = any(
        end.attributes.get("nullFlavor") not in SAYS_NOTHING
        for times in supply.elements("effectiveTime")
        for end in times.elements("high")
    )
    use["status"] = "completed" if is_over else "active"
    del cx
    return False


def owner_to_cda(device: Any, _role: CdaNode, cx: Context) -> bool:
    """Check that the device is this patient's; another's must not be written."""
    reference = device.get("patient")
    if not isinstance(reference, dict):
        return False
    located = cx.follow(reference)
    if located is not None and located.resource is not cx.document.patient.resource:
        sentence = "the device is another patient's than the document's"
        cx.find(Severity.CRITICAL, "subject-of-another-patient", sentence)
        raise EntryRefused(sentence)
    return False


def known_to_cda(_use: Any, supply: CdaNode, _cx: Context) -> bool:
    """Refuse a use of nothing: an entry without device says nothing to a reader."""
    if supply.first("participant") is None:
        raise EntryRefused("the source does not say which device is used")
    return False


def known_to_fhir(_supply: CdaNode, use: Any, _cx: Context) -> bool:
    """Refuse a use of nothing: FHIR demands the device."""
    if "device" not in use:
        raise EntryRefused("the entry does not say which device is used")
    return False


def absent_device_to_cda(use: Any, section: CdaNode, cx: Context) -> bool:
    """Write the absence that the type of the device states."""
    reference = use.get("device")
    name = reference.get("reference") if isinstance(reference, dict) else None
    located = cx.document.resolve(name, cx.located) if isinstance(name, str) else None
    concept = None if located is None else located.resource.get("type")
    found = absence_in(concept, SectionCode.DEVICES)
    if found is None or located is None or concept is None:
        return False
    cx.follow(reference)
    write_absent_device(section, found[1], cx)
    reason = "a statement of absence has no place for it"
    for key in use:
        if key not in {"resourceType", "id", "meta", "text", "subject", "device"}:
            cx.lose(use, key, reason, Severity.INFORMATION)
    cx.lose_resource(located, reason, Severity.INFORMATION)
    del cx.bookings[id(located.resource)]["type"]
    take_coding(concept["coding"][found[0]], cx)
    return True


def write_absent_device(section: CdaNode, absence: Absence, cx: Context) -> None:
    """Write the entry that says that there are no devices, or none known of."""
    anchor = say_absence(absence, cx)
    supply = section.add("entry").add("supply", classCode="SPLY", moodCode="EVN")
    supply.add("templateId", root=expand("EH.3.5"))
    supply.add("id", root=cx.new_id(absence.code))
    supply.add("text").add("reference", value=f"#{anchor}")
    times = supply.add("effectiveTime")
    times.set_type("IVL_TS")
    times.add("low", nullFlavor="NA")
    role = supply.add("participant", typeCode="DEV").add(
        "participantRole", classCode="MANU"
    )
    device = role.add("playingDevice", classCode="DEV", determinerCode="INSTANCE")
    write_absence_code(device.add("code"), absence, anchor)


DEVICE = (
    Pair("patient of the device", owner_to_cda),
    Row("type", f"{_PLAYING}/code", DEVICE_TYPE, say="Device", absent="UNK"),
    Row("modelNumber", f"{_PLAYING}/manufacturerModelName", ST, say="Model"),
    Each("udiCarrier[]", ".", Pair("UDI <-> id of the device", udi_to_cda)),
    Forth(Row("identifier[]", "id", IDENTIFIER, say="Identifier")),
    Back("id -> UDI and identifiers", ids_to_fhir),
    Back("the device is the patient's", patient_to_fhir),
    Each("deviceName[]", ".", Told("name", "Name"), Told("type", "Kind of name")),
    Told("manufacturer", "Manufacturer"),
    Told("serialNumber", "Serial number"),
    Told("lotNumber", "Lot"),
    Told("partNumber", "Part number"),
    Told("distinctIdentifier", "Distinct identifier"),
    Told("manufactureDate", "Made on"),
    Told("expirationDate", "Expires on"),
    Told("status", "Status of the device"),
    Told("statusReason[]", "Reason of the status"),
    Told("safety[]", "Safety"),
    Told("note[]", "Note on the device"),
    Each("version[]", ".", Told("value", "Version"), Told("type", "Kind of version")),
    Ignore("definition", "the definition of the device is not carried"),
    Ignore("owner", "the owner of the device is not carried"),
    Ignore("contact[]", "contacts of the maker are not carried"),
    Ignore("location", "where the device is has no place in CDA"),
    Ignore("url", "the network address has no place in CDA"),
    Ignore("parent", "the parent device has no place in CDA"),
    Ignore("property[]", "properties have no place in CDA", Severity.WARNING),
    Ignore("specialization[]", "specialisations have no place in CDA"),
)

DEVICE_USE = (
    Subject("subject"),
    Alt(
        withheld(by_status("entered-in-error")),
        Pair("a device that states an absence", absent_device_to_cda),
        Group(
            "entry/supply{classCode=SPLY,moodCode=EVN}<EH.3.5>",
            Follow("device", {"Device": DEVICE}, cda=_WHOSE),
            Pair("used is what is known", known_to_cda, known_to_fhir),
            EntryId(),
            Link(),
            Alt(
                Row(
                    "timingPeriod",
                    "effectiveTime{xsi:type=IVL_TS}",
                    PeriodCodec(open_start="UNK"),
                    say="Used",
                ),
                Row(
                    "timingDateTime",
                    "effectiveTime{xsi:type=IVL_TS}/low",
                    TS,
                    say="Used since",
                ),
            ),
            Pair("status and timing <-> time of use", use_to_cda, use_to_fhir),
            Otherwise(
                "timingDateTime", data_absent("unknown"), unless=("timingPeriod",)
            ),
            Told("bodySite", "Body site"),
            Told("reasonCode[]", "Reason"),
            Told("reasonReference[]", "Reason"),
            Told("note[]", "Note"),
            Told("recordedOn", "Recorded"),
            Ignore(
                "timingTiming", "CDA has no schedule for a device", Severity.WARNING
            ),
            Ignore("source", "who stated it has no place in a summary"),
            Ignore("basedOn[]", "orders and plans are not carried"),
            Ignore("derivedFrom[]", "what it was derived from is not carried"),
        ),
    ),
)

DEVICES = Section(
    code=SectionCode.DEVICES,
    display="History of medical device use",
    title="Medical devices and implants",
    prefix="dev",
    template_ids=("EH.2.4", "CCD.1.7"),
    entries={"DeviceUseStatement": DEVICE_USE},
    write_absent=write_absent_device,
    read_absent=read_absence_at(
        SectionCode.DEVICES,
        "entry/supply/participant/participantRole/playingDevice/code",
        "entry/supply",
        by_flavor=True,
    ),
    is_read=True,
)

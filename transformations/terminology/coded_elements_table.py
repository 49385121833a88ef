"""The coded elements of eHDSI documents: place, usage, value sets.

A fact table, Wave 8. Letters of usage, in the order PS, PS-L1, eP, eP-L1, eD, OrCD:
R required, A required or nullFlavor, S the same but no OTH, O optional, E other codes
allowed, - none.

Source: eHDSI CDA templates v8.0.0 (bindings), list of coded elements of OpenNCP 9
(usage). Beyond that list: guardian, certainty of problems, reason for a medication,
body site, target disease of a vaccination, and the headers of original documents.
"""

from __future__ import annotations

from transformations.terminology.coded_elements import CodedElement, element
from transformations.terminology.value_sets import CONFIDENTIALITY

_EH = "1.3.6.1.4.1.12559.11.10.1.3.1.3"
_SUMMARY = f"{_EH}.4"
_PRESCRIBED = f"{_EH}.2"
_DISPENSED = f"{_EH}.3"
_SEVERITY_IHE = "1.3.6.1.4.1.19376.1.5.3.1.4.1"
_STATUS_IHE = "1.3.6.1.4.1.19376.1.5.3.1.4.1.1"
_OUTCOME_IHE = "1.3.6.1.4.1.19376.1.5.3.1.4.1.2"

_MATERIAL = "manufacturedProduct/manufacturedMaterial"
_PACKAGE = "asContent/containerPackagedProduct"
_SUBSTANCE = "ingredient/ingredientSubstance/code"
_CLASS = "asSpecializedKind/generalizedMaterialKind/code"

_HEADER = (
    # Its only nullFlavor is UNK, beside which no code can stand.
    element(
        "gender",
        "ClinicalDocument",
        "recordTarget/patientRole/patient/administrativeGenderCode",
        "SSSSSS",
        34,
    ),
    element(
        "guardian relationship",
        "ClinicalDocument",
        "recordTarget/patientRole/patient/guardian/code",
        "OOOOOO",
        38,
    ),
    element(
        "relationship of a contact",
        "ClinicalDocument",
        "participant/associatedEntity/code",
        "OO---O",
        38,
    ),
    element(
        "profession of a performer",
        "ClinicalDocument",
        "documentationOf/serviceEvent/performer/functionCode",
        "OO---O",
        1,
    ),
    element(
        "profession of the author",
        "ClinicalDocument",
        "author/functionCode",
        "OORROO",
        1,
    ),
    element("profession of an author", "section", "author/functionCode", "O-R-O-", 1),
    element("document code", "ClinicalDocument", "code", "RRRRR-", 32),
    element("document code", "ClinicalDocument", "code", "-----R", 52, 53, 54, 55),
    element(
        "confidentiality",
        "ClinicalDocument",
        "confidentialityCode",
        "AAAAAA",
        CONFIDENTIALITY,
    ),
    # A section beyond those of the catalogue is allowed: it has words for people.
    element("section", "section", "code", "E-E-E-", 26),
)


def _packages(name: str, owner: str, material: str, usage: str) -> list[CodedElement]:
    """Write the rows of three nested packages."""
    return [
        element(
            f"{name} (level {level})",
            owner,
            "/".join([material, *[_PACKAGE] * level, "formCode"]),
            usage,
            3,
        )
        for level in (1, 2, 3)
    ]


def _product(owner: str, holder: str, usages: dict[str, str]) -> list[CodedElement]:
    """Write the rows of a medicinal product, whose structure all documents share."""
    material = f"{holder}/{_MATERIAL}"
    part = f"{material}/part/partProduct"
    return [
        element("dose form", owner, f"{material}/formCode", usages["form"], 2),
        element(
            "class of substance", owner, f"{material}/{_CLASS}", usages["class"], 24
        ),
        element(
            "active ingredient",
            owner,
            f"{material}/{_SUBSTANCE}",
            usages["ingredient"],
            24,
            61,
        ),
        *_packages("package", owner, material, usages["package"]),
        element("dose form of a part", owner, f"{part}/formCode", usages["part"], 2),
        element(
            "active ingredient of a part",
            owner,
            f"{part}/{_SUBSTANCE}",
            usages["part"],
            24,
            61,
        ),
        element(
            "class of substance of a part",
            owner,
            f"{part}/{_CLASS}",
            usages["part"],
            24,
        ),
        *_packages("package of a part", owner, part, usages["part package"]),
    ]


_MEDICINES = (
    *_product(
        _SUMMARY,
        "consumable",
        {
            "form": "O-----",
            "class": "A-----",
            "ingredient": "A-----",
            "package": "O-----",
            "part": "O-----",
            "part package": "O-----",
        },
    ),
    *_product(
        _PRESCRIBED,
        "consumable",
        {
            "form": "--R---",
            "class": "--A---",
            "ingredient": "--O---",
            "package": "--A---",
            "part": "--O---",
            "part package": "--A---",
        },
    ),
    *_product(
        _DISPENSED,
        "product",
        {
            "form": "----R-",
            "class": "----A-",
            "ingredient": "----O-",
            "package": "----A-",
            "part": "----O-",
            "part package": "----A-",
        },
    ),
    # The prescription that a dispensation refers to has no template of its own.
    *_product(
        "substanceAdministration",
        "consumable",
        dict.fromkeys(
            ("form", "class", "ingredient", "package", "part", "part package"), "----O-"
        ),
    ),
    element("absence of medication", _SUMMARY, "code", "O-----", 49),
    element("timing event", _SUMMARY, "effectiveTime/event", "O-----", 41),
    element("timing event", _PRESCRIBED, "effectiveTime/event", "--O---", 41),
    element("timing event", _SUMMARY, "effectiveTime/comp/event", "O-----", 41),
    element("timing event", _PRESCRIBED, "effectiveTime/comp/event", "--O---", 41),
    element("route", _SUMMARY, "routeCode", "O-----", 12),
    element("route", _PRESCRIBED, "routeCode", "--O---", 12),
    element("route", "substanceAdministration", "routeCode", "----O-", 12),
    element("substitution", "code:SUBST", "value", "--O-O-", 7),
    # No template of a prescription has a reason; ours has that of the summary.
    element("reason for a medication", f"{_EH}.41", "value", "O-O---", 5, 63),
    element("kind of reason", f"{_EH}.41", "code", "O-O---", 23),
)

_CLINICAL = (
    element("kind of intolerance", f"{_EH}.17", "code", "A-----", 18),
    element("absence of allergies", f"{_EH}.17", "value", "O-----", 47),
    element(
        "allergy agent",
        f"{_EH}.17",
        "participant/participantRole/playingEntity/code",
        "A-----",
        24,
        19,
        61,
    ),
    element("manifestation", f"{_EH}.44", "value", "A-----", 11, 5),
    element("kind of manifestation", f"{_EH}.44", "code", "A-----", 23),
    element("criticality", f"{_EH}.33", "value", "O-----", 57),
    element("certainty of an allergy", f"{_EH}.35", "value", "O-----", 58),
    element("status of an allergy", f"{_EH}.34", "value", "O-----", 59),
    element("problem", f"{_EH}.7", "value", "A-----", 5, 50, 63),
    element("kind of problem", f"{_EH}.7", "code", "O-----", 23),
    element("certainty of a problem", f"{_EH}.49", "value", "O-----", 64),
    element("severity", f"{_EH}.8", "value", "O-----", 13),
    element("severity", _SEVERITY_IHE, "value", "O-----", 13),
    element("status of a problem", f"{_EH}.9", "value", "O-----", 15),
    element("status of a problem", _STATUS_IHE, "value", "O-----", 15),
    element("outcome of a problem", f"{_EH}.10", "value", "O-----", 30),
    element("outcome of a problem", _OUTCOME_IHE, "value", "O-----", 30),
    element("vaccine", f"{_EH}.19", f"consumable/{_MATERIAL}/code", "A-----", 28),
    element(
        "target disease", f"{_EH}.19", "participant/participantRole/code", "O-----", 5
    ),
    element("procedure", f"{_EH}.26", "code", "A-----", 10, 51),
    element("body site", f"{_EH}.26", "targetSiteCode", "O-----", 65),
    element(
        "device",
        f"{_EH}.5",
        "participant/participantRole/playingDevice/code",
        "A-----",
        8,
        48,
    ),
    element("social history", f"{_EH}.23", "code", "A-----", 14),
    element("blood group", f"{_EH}.25", "value", "A-----", 20),
    element("blood group", "code:34530-6", "value", "A-----", 20),
    element("pregnancy status", f"{_EH}.45", "value", "A-----", 60),
    element("expected delivery", f"{_EH}.24", "code", "O-----", 9),
    element("outcome of pregnancy", f"{_EH}.46", "code", "R-----", 62),
    element("blood pressure", f"{_EH}.22", "code", "R-----", 21),
)

CODED_ELEMENTS: tuple[CodedElement, ...] = (*_HEADER, *_MEDICINES, *_CLINICAL)

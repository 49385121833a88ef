"""The value sets of the Master Value Set Catalogue: numbers, OIDs and names.

A fact table, release 8.1.0 (Wave 8), with the sets that CDA binds and the catalogue
does not hold. The number of the lab codes (70) is not published.

Source: eHDSI MVC 8.1.0 (names and OIDs as assigned) / eHDSI CDA templates, Wave 8.
"""

from __future__ import annotations

MVC_OID = "1.3.6.1.4.1.12559.11.10.1.3.1.42"
MVC_URL = "http://terminology.ehdsi.eu/ValueSet/"
CONFIDENTIALITY = "2.16.840.1.113883.1.11.10228"
"""The value set of HL7 v3 that Wave 8 binds ``confidentialityCode`` to."""

# On which code systems the value sets draw that documents are bound to: a code of
# another system is in none of them, whatever a catalogue may lack.
_DRAWN_ON: dict[str, tuple[int, ...]] = {
    "0.4.0.127.0.16.1.1.2.1": (2, 3, 12, 56),
    "1.0.3166.1": (4,),
    "1.3.6.1.4.1.12559.11.10.1.3.1.44.2": (5,),
    "1.3.6.1.4.1.12559.11.10.1.3.1.44.4": (46,),
    "1.3.6.1.4.1.12559.11.10.1.3.1.44.5": (63,),
    "1.3.6.1.4.1.12559.11.10.1.3.1.44.6": (8,),
    "2.16.840.1.113883.2.9.6.2.7": (1,),
    "2.16.840.1.113883.3.6905.2": (61,),
    "2.16.840.1.113883.4.642.4.1075": (64,),
    "2.16.840.1.113883.4.642.4.130": (57,),
    "2.16.840.1.113883.4.642.4.1371": (58,),
    "2.16.840.1.113883.4.642.4.1373": (59,),
    "2.16.840.1.113883.5.1": (34,),
    "2.16.840.1.113883.5.1008": (37,),
    "2.16.840.1.113883.5.1070": (7,),
    "2.16.840.1.113883.5.110": (39,),
    "2.16.840.1.113883.5.111": (38,),
    "2.16.840.1.113883.5.1119": (40,),
    "2.16.840.1.113883.5.1150.1": (47, 48, 49, 50, 51),
    "2.16.840.1.113883.5.139": (41,),
    "2.16.840.1.113883.5.25": (31,),
    "2.16.840.1.113883.6.1": (9, 21, 26, 32, 52, 53, 54, 55),
    "2.16.840.1.113883.6.121": (6,),
    "2.16.840.1.113883.6.73": (24, 28),
    "2.16.840.1.113883.6.8": (16,),
    "2.16.840.1.113883.6.96": (
        8,
        10,
        11,
        13,
        14,
        15,
        18,
        19,
        20,
        23,
        28,
        30,
        60,
        62,
        65,
    ),
}
SYSTEMS_OF: dict[str, frozenset[str]] = {
    f"{MVC_OID}.{number}": frozenset(
        system for system, numbers in _DRAWN_ON.items() if number in numbers
    )
    for numbers in _DRAWN_ON.values()
    for number in numbers
}

NAMES: dict[int, str] = {
    1: "eHDSIHealthcareProfessionalRole",
    2: "eHDSIDoseForm",
    3: "eHDSIPackage",
    4: "eHDSICountry",
    5: "eHDSIIllnessandDisorder",
    6: "eHDSILanguage",
    7: "eHDSISubstitutionCode",
    8: "eHDSIMedicalDevice",
    9: "eHDSIPregnancyInformation",
    10: "eHDSIProcedure",
    11: "eHDSIReactionAllergy",
    12: "eHDSIRouteofAdministration",
    13: "eHDSISeverity",
    14: "eHDSISocialHistory",
    15: "eHDSIStatusCode",
    16: "eHDSIUnit",
    18: "eHDSIAdverseEventType",
    19: "eHDSIAllergenNoDrug",
    20: "eHDSIBloodGroup",
    21: "eHDSIBloodPressure",
    23: "eHDSICodeProb",
    24: "eHDSIActiveIngredient",
    26: "eHDSISection",
    28: "eHDSIVaccine",
    30: "eHDSIResolutionOutcome",
    31: "eHDSIConfidentiality",
    32: "eHDSIDocumentCode",
    34: "eHDSIAdministrativeGender",
    37: "eHDSINullFlavor",
    38: "eHDSIPersonalRelationship",
    39: "eHDSIRoleClass",
    40: "eHDSITelecomAddress",
    41: "eHDSITimingEvent",
    46: "eHDSIDisplayLabel",
    47: "eHDSIAbsentOrUnknownAllergy",
    48: "eHDSIAbsentOrUnknownDevice",
    49: "eHDSIAbsentOrUnknownMedication",
    50: "eHDSIAbsentOrUnknownProblem",
    51: "eHDSIAbsentOrUnknownProcedure",
    52: "eHDSILaboratoryReportType",
    53: "eHDSIHospitalDischargeReportType",
    54: "eHDSIMedicalImagingReportType",
    55: "eHDSIMedicalImagesType",
    56: "eHDSIQuantityUnit",
    57: "eHDSICriticality",
    58: "eHDSIAllergyCertainty",
    59: "eHDSIAllergyStatus",
    60: "eHDSICurrentPregnancyStatus",
    61: "eHDSISubstance",
    62: "eHDSIOutcomeOfPregnancy",
    63: "eHDSIRareDisease",
    64: "eHDSICertainty",
    65: "eHDSIBodySite",
    66: "eHDSILabStudyType",
    67: "eHDSILabSpecimenType",
    68: "eHDSIBodySiteLaterality",
    69: "eHDSIMorphologicAbnormality",
    70: "eHDSILabCode",
    71: "eHDSIObservationCategory",
    72: "eHDSIAnimalSpecies",
    73: "eHDSIObservationInterpretation",
    74: "eHDSIReferenceRangeMeaning",
    75: "eHDSIReferenceRangeAppliesTo",
    76: "eHDSIPerformerFunction",
    77: "eHDSIPresenceAbsence",
    78: "eHDSIMicroorganism",
    79: "eHDSILabTechnique",
    80: "eHDSIBodyStructureLocation",
    81: "eHDSIExceptionalValue",
}

# The one value set whose URL is not made of its name.
_URLS = {52: f"{MVC_URL}eHDSILaboratoryReportTypes"}

_OID_OF = {name: f"{MVC_OID}.{number}" for number, name in NAMES.items()}
_OID_OF |= {
    _URLS.get(number, f"{MVC_URL}{name}"): f"{MVC_OID}.{number}"
    for number, name in NAMES.items()
}
_NAME_OF = {f"{MVC_OID}.{number}": name for number, name in NAMES.items()}
_NAME_OF[CONFIDENTIALITY] = "ConfidentialityClassification"


def mvc(number: int) -> str:
    """Return the OID of a value set of the catalogue by its number."""
    return f"{MVC_OID}.{number}"


def value_set_key(name: str) -> str:
    """Return the OID for any name of a value set (OID, ``urn:oid:``, name, URL).

    A value set that is not of the catalogue keeps the name it came by.
    """
    name = name.strip().removeprefix("urn:oid:")
    return _OID_OF.get(name.split("|", 1)[0], name)


def value_set_name(oid: str) -> str:
    """Return the name of a value set for people; the OID where it has none."""
    return _NAME_OF.get(oid, oid)

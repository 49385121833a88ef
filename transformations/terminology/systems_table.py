"""Code systems: OID, FHIR URI, and the name CDA prints beside the OID.

A fact table, version 2024 (Wave 8): the first row of an OID gives the URI that is
written, the first row of a URI the OID that is written; further rows are read only.

Source: eHDSI MVC 8.1.0 (OIDs as assigned) / FHIR R4 §4.3 code systems and THO (URIs) /
HL7 OID registry.
"""

from __future__ import annotations

from typing import NamedTuple


class SystemRow(NamedTuple):
    """One pairing of an OID with a URI."""

    oid: str
    uri: str
    name: str


_V3 = "http://terminology.hl7.org/CodeSystem/v3-"

SYSTEMS: tuple[SystemRow, ...] = (
    SystemRow("2.16.840.1.113883.6.96", "http://snomed.info/sct", "SNOMED CT"),
    SystemRow("2.16.840.1.113883.6.1", "http://loinc.org", "LOINC"),
    # The OID that eHDSI assigned comes first; the registered one is read as well.
    SystemRow(
        "1.3.6.1.4.1.12559.11.10.1.3.1.44.2",
        "http://hl7.org/fhir/sid/icd-10",
        "ICD-10",
    ),
    SystemRow("2.16.840.1.113883.6.3", "http://hl7.org/fhir/sid/icd-10", "ICD-10"),
    SystemRow("2.16.840.1.113883.6.73", "http://www.whocc.no/atc", "ATC"),
    SystemRow("2.16.840.1.113883.6.73", "http://hl7.org/fhir/sid/atc", "ATC"),
    SystemRow(
        "0.4.0.127.0.16.1.1.2.1",
        "http://standardterms.edqm.eu",
        "EDQM Standard Terms",
    ),
    SystemRow(
        "1.3.6.1.4.1.12559.11.10.1.3.1.44.1",
        "http://standardterms.edqm.eu",
        "EDQM Standard Terms",
    ),
    SystemRow("2.16.840.1.113883.6.8", "http://unitsofmeasure.org", "UCUM"),
    SystemRow(
        "2.16.840.1.113883.3.6905.2",
        "https://spor.ema.europa.eu/v2/SubstanceDefinition",
        "EMA SMS",
    ),
    SystemRow("1.3.6.1.4.1.12559.11.10.1.3.1.44.5", "http://www.orpha.net", "Orphanet"),
    SystemRow("1.0.3166.1", "urn:iso:std:iso:3166", "ISO 3166-1"),
    SystemRow(
        "2.16.840.1.113883.5.1150.1",
        "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips",
        "IPS Absent and Unknown Data",
    ),
    SystemRow(
        "2.16.840.1.113883.4.642.4.1373",
        "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
        "AllergyIntolerance Clinical Status",
    ),
    SystemRow(
        "2.16.840.1.113883.4.642.4.1371",
        "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
        "AllergyIntolerance Verification Status",
    ),
    SystemRow(
        "2.16.840.1.113883.4.642.4.130",
        "http://hl7.org/fhir/allergy-intolerance-criticality",
        "AllergyIntolerance Criticality",
    ),
    SystemRow(
        "2.16.840.1.113883.4.642.4.1075",
        "http://terminology.hl7.org/CodeSystem/condition-ver-status",
        "Condition Verification Status",
    ),
    SystemRow("2.16.840.1.113883.5.1", f"{_V3}AdministrativeGender", "Gender"),
    SystemRow("2.16.840.1.113883.5.2", f"{_V3}MaritalStatus", "MaritalStatus"),
    SystemRow("2.16.840.1.113883.5.4", f"{_V3}ActCode", "ActCode"),
    SystemRow("2.16.840.1.113883.5.6", f"{_V3}ActClass", "ActClass"),
    SystemRow("2.16.840.1.113883.5.14", f"{_V3}ActStatus", "ActStatus"),
    SystemRow("2.16.840.1.113883.5.25", f"{_V3}Confidentiality", "Confidentiality"),
    SystemRow(
        "2.16.840.1.113883.5.83",
        f"{_V3}ObservationInterpretation",
        "ObservationInterpretation",
    ),
    SystemRow(
        "2.16.840.1.113883.5.88",
        f"{_V3}ParticipationFunction",
        "ParticipationFunction",
    ),
    SystemRow("2.16.840.1.113883.5.90", f"{_V3}ParticipationType", "ParticipationType"),
    SystemRow("2.16.840.1.113883.5.110", f"{_V3}RoleClass", "RoleClass"),
    SystemRow("2.16.840.1.113883.5.111", f"{_V3}RoleCode", "RoleCode"),
    SystemRow(
        "2.16.840.1.113883.5.112",
        f"{_V3}RouteOfAdministration",
        "RouteOfAdministration",
    ),
    SystemRow("2.16.840.1.113883.5.139", f"{_V3}TimingEvent", "TimingEvent"),
    SystemRow("2.16.840.1.113883.5.1008", f"{_V3}NullFlavor", "NullFlavor"),
    SystemRow(
        "2.16.840.1.113883.5.1070",
        f"{_V3}substanceAdminSubstitution",
        "substanceAdminSubstitution",
    ),
    SystemRow(
        "1.2.840.10008.2.16.4", "http://dicom.nema.org/resources/ontology/DCM", "DCM"
    ),
    SystemRow(
        "2.16.840.1.113883.6.103", "http://hl7.org/fhir/sid/icd-9-cm", "ICD-9-CM"
    ),
    SystemRow(
        "2.16.840.1.113883.6.90", "http://hl7.org/fhir/sid/icd-10-cm", "ICD-10-CM"
    ),
    SystemRow(
        "2.16.840.1.113883.6.43.1",
        "http://terminology.hl7.org/CodeSystem/icd-o-3",
        "ICD-O-3",
    ),
    SystemRow(
        "2.16.840.1.113883.6.88",
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        "RxNorm",
    ),
    SystemRow("2.16.840.1.113883.12.292", "http://hl7.org/fhir/sid/cvx", "CVX"),
    SystemRow("2.16.840.1.113883.6.69", "http://hl7.org/fhir/sid/ndc", "NDC"),
    # Systems that FHIR knows only by their OID.
    SystemRow(
        "1.3.6.1.4.1.12559.11.10.1.3.1.44.4",
        "urn:oid:1.3.6.1.4.1.12559.11.10.1.3.1.44.4",
        "eHDSI Display Label",
    ),
    SystemRow(
        "1.3.6.1.4.1.12559.11.10.1.3.1.44.6",
        "urn:oid:1.3.6.1.4.1.12559.11.10.1.3.1.44.6",
        "EMDN",
    ),
    SystemRow(
        "2.16.840.1.113883.2.9.6.2.7",
        "urn:oid:2.16.840.1.113883.2.9.6.2.7",
        "ISCO-08",
    ),
    SystemRow(
        "1.3.6.1.4.1.19376.1.5.3.2", "urn:oid:1.3.6.1.4.1.19376.1.5.3.2", "IHEActCode"
    ),
    # One digit mistyped, and widespread: the same system.
    SystemRow(
        "1.3.5.1.4.1.19376.1.5.3.2", "urn:oid:1.3.6.1.4.1.19376.1.5.3.2", "IHEActCode"
    ),
)

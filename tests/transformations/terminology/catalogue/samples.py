"""A small release and a national overlay, with names of our own."""

from transformations.terminology import mvc
from transformations.terminology.catalogue import StoredCatalogue, build_catalogue
from transformations.terminology.facts import (
    CodeSystemFact,
    ConceptFact,
    DesignationFact,
    MappingFact,
    ValueSetFact,
)

SNOMED_CT = "2.16.840.1.113883.6.96"
ICD_10 = "1.3.6.1.4.1.12559.11.10.1.3.1.44.2"
NATIONAL = "1.3.182.99.1"
SEVERITY, DISORDERS, DEVICES = mvc(13), mvc(5), mvc(8)

FACTS = (
    ValueSetFact(SEVERITY, "eHDSISeverity", "http://example.org/severity", "8.1.0"),
    CodeSystemFact(SNOMED_CT, "SNOMED CT", "2024", "SNOMED International", "licence"),
    ConceptFact(SNOMED_CT, "6736007", SEVERITY, "Moderate", version="2024"),
    DesignationFact(SNOMED_CT, "6736007", "fr-FR", "Modérée"),
    DesignationFact(SNOMED_CT, "6736007", "en-GB", "Moderate (British)"),
    ConceptFact(SNOMED_CT, "24484000", SEVERITY, "Severe", is_current=False),
    ConceptFact(ICD_10, "J45", DISORDERS, "Asthma"),
)
OVERLAY = (
    DesignationFact(SNOMED_CT, "6736007", "fr-LU", "Moyenne"),
    DesignationFact(SNOMED_CT, "24484000", "lb", "Schwéier"),
    MappingFact(NATIONAL, "ASTHME", ICD_10, "J45"),
    MappingFact(NATIONAL, "ASTHME", SNOMED_CT, "6736007", rank=1),
    MappingFact(NATIONAL, "LOST", ICD_10, "Z99"),
)


def build(path, facts=FACTS, **meta):
    build_catalogue(path, facts, {"release": path.stem, "kind": "release", **meta})
    return StoredCatalogue(path)

"""Small CDA documents for the passes, and a catalogue with names of our own."""

from lxml import etree

from tests.transformations.terminology.catalogue.samples import build
from transformations.terminology import mvc
from transformations.terminology.catalogue import LayeredCatalogue
from transformations.terminology.facts import (
    ConceptFact,
    DesignationFact,
    MappingFact,
    ValueSetFact,
)
from transformations.terminology.importers import read_supplement

SNOMED_CT = "2.16.840.1.113883.6.96"
LOINC = "2.16.840.1.113883.6.1"
ICD_10 = "1.3.6.1.4.1.12559.11.10.1.3.1.44.2"
EDQM = "0.4.0.127.0.16.1.1.2.1"
ATC = "2.16.840.1.113883.6.73"
UCUM = "2.16.840.1.113883.6.8"
NATIONAL = "1.3.182.99.1"
EH = "1.3.6.1.4.1.12559.11.10.1.3.1.3"
NS = {"c": "urn:hl7-org:v3"}

FACTS = (
    *(ValueSetFact(mvc(n)) for n in (5, 7, 10, 12, 16, 24, 26, 32, 56)),
    ConceptFact(LOINC, "60591-5", mvc(32), "Patient summary"),
    ConceptFact(LOINC, "57833-6", mvc(32), "Prescription"),
    ConceptFact(LOINC, "48765-2", mvc(26), "Allergies"),
    ConceptFact(ICD_10, "J45", mvc(5), "Asthma"),
    ConceptFact(ICD_10, "J46", mvc(5), "Status asthmaticus", is_current=False),
    ConceptFact(EDQM, "20053000", mvc(12), "Oral use", version="2024-01-09"),
    ConceptFact(EDQM, "15054000", mvc(56), "Tablet"),
    ConceptFact(UCUM, "mg", mvc(16), "milligram"),
    ConceptFact(SNOMED_CT, "80146002", mvc(10), "Appendectomy"),
    DesignationFact(EDQM, "20053000", "fr-FR", "Voie orale"),
    DesignationFact(EDQM, "15054000", "fr-FR", "Comprimé"),
    DesignationFact(UCUM, "mg", "fr-FR", "milligramme"),
    DesignationFact(LOINC, "60591-5", "fr-FR", "Résumé patient"),
    MappingFact(NATIONAL, "PO", EDQM, "20053000"),
    MappingFact(SNOMED_CT, "195967001", ICD_10, "J45"),
    MappingFact(UCUM, "comp", UCUM, "mg"),
)


def catalogue(tmp_path):
    facts = (*FACTS, *read_supplement())
    return LayeredCatalogue([build(tmp_path / "r.sqlite", facts)])


def summary(*entries, code="60591-5", body=True):
    """Return a patient summary with entries in one section."""
    section = (
        f'<section><code code="48765-2" codeSystem="{LOINC}"/>{"".join(entries)}'
        "</section>"
    )
    return etree.fromstring(
        '<ClinicalDocument xmlns="urn:hl7-org:v3" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:pharm="urn:hl7-org:pharm">'
        f'<code code="{code}" codeSystem="{LOINC}"/><component>'
        + (
            f"<structuredBody><component>{section}</component></structuredBody>"
            if body
            else "<nonXMLBody/>"
        )
        + "</component></ClinicalDocument>"
    )


def entry(kind, template, content):
    return (
        f'<entry><{kind}><templateId root="{EH}.{template}"/>{content}</{kind}></entry>'
    )


def medication(content):
    return entry("substanceAdministration", 4, content)


def problem(value):
    return entry("observation", 7, value)


def only(root, path):
    (found,) = root.xpath(path, namespaces=NS)
    return found


def written(element):
    """Return attributes and children, to compare without order or namespaces."""
    return (
        dict(element.attrib),
        [written(child) for child in element],
        (element.text or "").strip(),
    )

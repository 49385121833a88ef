"""Dialects of CDA: what other waves and writers call things that we know.

A name of a dialect is brought to ours while a document is read; its leaf keeps the
name, so that a ledger shows what its document says.

Spec: eHDSI before Wave 6: the pharmacy extension in the namespace of epSOS. Seen:
elements of the extension without their namespace, or in that of CDA.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from transformations.cda.namespaces import CDA, PHARM, XML, XSI
from transformations.cda.structure import CdaClass, ChildRule
from transformations.cda.template_ids import expand
from transformations.hl7v3.oids import (
    ACT_CODE,
    IHE_ACT_CODE,
    LOINC,
    MISPRINTED_IHE_ACT_CODE,
)

EPSOS = "urn:epsos-org:ep:medication"

# How a path names a namespace; another one stands in braces.
SHOWN = {CDA: "", PHARM: "pharm:", EPSOS: "epsos:", XSI: "xsi:", XML: "xml:"}

# What epSOS called elements of the extension: under their parent, or anywhere.
_OLD_NAMES = {
    "containerPackagedMedicine": "containerPackagedProduct",
    "generalizedMedicineClass": "generalizedMaterialKind",
    "partMedicine": "partProduct",
    "marketingAuthorizationHolder": "manufacturerOrganization",
}
_OLD_NAMES_IN = {("Ingredient", "ingredient"): "ingredientSubstance"}

# The coded types say the same; so do a number and one with the unit 1.
_FAMILIES = {
    name: family
    for family, names in enumerate(
        (
            ("CD", "CE", "CV", "CO"),
            ("ST", "ED"),
            ("PN", "EN"),
            ("RTO", "RTO_PQ_PQ"),
        )
    )
    for name in names
}


# Templates that mean what one of ours means: those of IHE, which the first waves wrote
# alone, those of Luxembourg's own summaries, and codes of statements for documents that
# name no template.
_SAME_TEMPLATES = {
    expand(theirs): tuple(expand(one) for one in ours)
    for theirs, ours in {
        "IHE.4.1": ("EH.3.8",),
        "IHE.4.1.1": ("EH.3.9",),
        "IHE.4.1.2": ("EH.3.10",),
        "IHE.4.2": ("EH.3.11",),
        "IHE.4.3": ("EH.3.12",),
        "IHE.4.3.1": ("EH.3.13",),
        "CCD.1.43": ("EH.3.13",),
        "CCD.1.46": ("EH.3.28",),
        "CCD.1.49": ("EH.3.12",),
        "IHE.4.5": ("EH.3.7",),
        "IHE.4.5.2": ("EH.3.15",),
        "IHE.4.5.3": ("EH.3.16",),
        "IHE.4.6": ("EH.3.17",),
        "IHE.4.7": ("EH.3.4",),
        "IHE.4.12": ("EH.3.19",),
        "IHE.4.19": ("EH.3.26",),
        "LU.3.1": ("EH.3.19",),
        "LU.3.2": ("EH.3.7",),
        "LU.3.3": ("EH.3.11",),
        "LU.3.4": ("EH.3.17",),
        "LU.3.5": ("EH.3.16",),
        "LU.3.6": ("EH.3.8",),
        "LU.3.9": ("EH.3.24",),
        "LU.3.10": ("EH.3.5",),
        "LU.3.11": ("EH.3.15",),
        "LU.3.12": ("EH.3.4",),
        "LU.3.13": ("EH.3.26",),
    }.items()
}
_TEMPLATES_OF_CODE = {
    code: tuple(expand(one) for one in ours)
    for code, ours in {
        ("SEV", ACT_CODE): ("EH.3.8",),
        ("82606-5", LOINC): ("EH.3.33",),
        ("66455-7", LOINC): ("EH.3.35", "EH.3.49"),
        ("33999-4", LOINC): ("EH.3.9", "EH.3.34"),
        ("11323-3", LOINC): ("EH.3.10",),
        ("48767-8", LOINC): ("EH.3.11",),
        ("PINSTRUCT", IHE_ACT_CODE): ("EH.3.12",),
        ("FINSTRUCT", IHE_ACT_CODE): ("EH.3.13",),
        ("PINSTRUCT", MISPRINTED_IHE_ACT_CODE): ("EH.3.12",),
        ("FINSTRUCT", MISPRINTED_IHE_ACT_CODE): ("EH.3.13",),
        ("30973-2", LOINC): ("EH.3.28",),
    }.items()
}


def templates_meant(claimed: Collection[str], code: str, system: str) -> frozenset[str]:
    """Return the templates an act follows: those it claims, and what they mean here."""
    meant: Collection[str] = _TEMPLATES_OF_CODE.get((code, system), ())
    if not _SAME_TEMPLATES.keys().isdisjoint(claimed):
        same = [one for theirs in claimed for one in _SAME_TEMPLATES.get(theirs, ())]
        meant = (*meant, *same)
    return frozenset((*claimed, *meant))


def is_same_type(read: str, expected: str) -> bool:
    """Whether two names of datatypes mean one thing to a reader."""
    return read == expected or (
        read in _FAMILIES and _FAMILIES[read] == _FAMILIES.get(expected, -1)
    )


@lru_cache(maxsize=2048)  # the names of CDA, and a few of each dialect
def shown_name(tag: str) -> str:
    """Return how a path names an element or attribute in Clark notation."""
    if tag[0] != "{":
        return tag
    namespace, _, local = tag[1:].partition("}")
    prefix = SHOWN.get(namespace)
    return tag if prefix is None else prefix + local


def rule_of_dialect(tag: str, parent: CdaClass) -> ChildRule | None:
    """Return the child that a name of another dialect means; ``None`` if it is none."""
    namespace, _, local = tag.rpartition("}")
    if namespace[1:] in {EPSOS, PHARM}:
        kind = parent.name.removeprefix("pharm:")
        local = _OLD_NAMES_IN.get((kind, local)) or _OLD_NAMES.get(local, local)
    return parent.children.get(f"pharm:{local}") or parent.children.get(local)

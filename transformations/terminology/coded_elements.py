"""Which coded elements of a document are bound to which value sets, and how strictly.

A place is named by its *owner* (the nearest act, section or document around it, known
by a template id) and the path from there. What no row names is not bound: its code
stays, its display is translated where the catalogue knows it.

Spec: eHDSI CDA templates, Wave 8 (value set bindings and conformance of each element).
Seen: the list of coded elements of OpenNCP's Transformation Manager, whose gaps (rows
noted in the table) and doubled rows are not repeated.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import NamedTuple

from transformations.terminology.value_sets import mvc


class DocumentKind(StrEnum):
    """The kinds of documents that have coded elements of their own; L1 is a PDF."""

    PATIENT_SUMMARY = "PS"
    PATIENT_SUMMARY_L1 = "PS-L1"
    EPRESCRIPTION = "eP"
    EPRESCRIPTION_L1 = "eP-L1"
    EDISPENSATION = "eD"
    ORIGINAL_DOCUMENT = "OrCD"

    @property
    def family(self) -> str:
        """``PS``, ``eP``, ``eD`` or ``OrCD``."""
        return self.value.removesuffix("-L1")


class Usage(Enum):
    """How much a coded element must be of its value set."""

    REQUIRED = "R"  # a code of the value set, nothing else
    STRICT = "S"  # or a nullFlavor, but never OTH with a code beside it
    NULLABLE = "A"  # or a nullFlavor
    OPTIONAL = "O"  # may be absent; if there, of the value set or a nullFlavor
    EXTENSIBLE = "E"  # may also be of another set: told, never replaced


_KINDS = tuple(DocumentKind)


class CodedElement(NamedTuple):
    """One row of the table.

    Attributes
    ----------
    name
        For people and reports: ``allergy agent``.
    usage
        For each kind of document that has the element.
    value_sets
        OIDs; a code of any of them does.
    """

    name: str
    usage: dict[DocumentKind, Usage]
    value_sets: tuple[str, ...]
    owner: str
    path: str


def element(
    name: str, owner: str, path: str, usage: str, *value_sets: int | str
) -> CodedElement:
    """Write one row.

    Parameters
    ----------
    owner
        Template id, or the name of the element around where it has none.
    path
        From the owner to the element, local names joined by ``/``.
    usage
        One letter for PS, PS-L1, eP, eP-L1, eD, OrCD; ``-`` where it has none.
    value_sets
        Numbers in the catalogue, or OIDs.
    """
    return CodedElement(
        name,
        {
            kind: Usage(letter)
            for kind, letter in zip(_KINDS, usage, strict=True)
            if letter != "-"
        },
        tuple(mvc(one) if isinstance(one, int) else one for one in value_sets),
        owner,
        path,
    )

"""Finds the coded elements of a CDA tree and what they are bound to.

One walk over the tags that can hold a code; the owner of an element is found by going
up, its row by two look-ups. Nothing is asked of the tree twice.

Spec: HL7 CDA R2 §4.3 (coded attributes) / the pharm and older epsos extensions.
"""

from __future__ import annotations

from lxml import etree

from transformations.cda.namespaces import CDA, PHARM
from transformations.terminology.coded_elements import CodedElement, DocumentKind, Usage
from transformations.terminology.coded_elements_table import CODED_ELEMENTS

EPSOS = "urn:epsos-org:ep:medication"
TRANSLATION = f"{{{CDA}}}translation"
ORIGINAL_TEXT = f"{{{CDA}}}originalText"
# The one coded element that has no content, so that nothing can be kept beside it.
EVENT = f"{{{CDA}}}event"
_TEMPLATE_ID = f"{{{CDA}}}templateId"
_CODE = f"{{{CDA}}}code"

_CODED = (
    "code",
    "value",
    "routeCode",
    "formCode",
    "functionCode",
    "event",
    "administrativeGenderCode",
    "confidentialityCode",
    "targetSiteCode",
    "approachSiteCode",
    "interpretationCode",
    "methodCode",
    "priorityCode",
    "reasonCode",
    "administrationUnitCode",
    "maritalStatusCode",
    "religiousAffiliationCode",
    "raceCode",
    "ethnicGroupCode",
    "dischargeDispositionCode",
    "standardIndustryClassCode",
)
# What of them the extensions for medicinal products have.
_OF_MEDICINES = ("code", "formCode", "value", "quantity")
_MEASURED = (
    "doseQuantity",
    "rateQuantity",
    "maxDoseQuantity",
    "quantity",
    "numerator",
    "denominator",
    "low",
    "high",
    "center",
    "width",
    "period",
)
QUALIFIER = f"{{{CDA}}}qualifier"
QUALIFIER_NAME = f"{{{CDA}}}name"
TAGS = (
    QUALIFIER,
    *(
        f"{{*}}{name}" if name in _OF_MEDICINES else f"{{{CDA}}}{name}"
        for name in (*_CODED, *_MEASURED)
    ),
)
"""The tags that may hold a code or a unit; the ``name`` of a qualifier is one too."""

CODED_TAGS = frozenset(
    f"{{{namespace}}}{name}" for namespace in (CDA, PHARM, EPSOS) for name in _CODED
)

OWNERS = frozenset(
    f"{{{CDA}}}{name}"
    for name in (
        "ClinicalDocument",
        "section",
        "observation",
        "act",
        "substanceAdministration",
        "supply",
        "procedure",
        "organizer",
        "encounter",
        "observationMedia",
        "regionOfInterest",
    )
)

# What the HL7 model itself fixes: no value set holds it, and nobody translates it.
STRUCTURAL = frozenset(
    {
        "2.16.840.1.113883.5.4",  # ActCode
        "2.16.840.1.113883.5.6",  # ActClass
        "2.16.840.1.113883.5.88",  # ParticipationFunction
        "1.3.6.1.4.1.19376.1.5.3.2",  # IHEActCode
        "1.3.5.1.4.1.19376.1.5.3.2",  # the same, mistyped and demanded so
        "1.2.840.10008.2.16.4",  # DCM
    }
)

_SUMMARY, _PRESCRIPTION, _DISPENSATION = "60591-5", "57833-6", "60593-1"
_ORIGINAL = frozenset({"11502-2", "34105-7", "18748-4", "x-clinical-image"})
_ORIGINAL |= {"34133-9", "56445-0"}


def document_kind(root: etree._Element) -> tuple[DocumentKind | None, str]:
    """Return what kind of document this is, and the code that says so (or nothing)."""
    codes = [
        code
        for element in root.iterfind(_CODE)
        if (code := (element.get("code") or "").strip())
    ]
    if len(codes) != 1:
        return None, ""
    has_body = root.find(f"{{{CDA}}}component/{{{CDA}}}structuredBody") is not None
    return _kind_of(codes[0], has_body=has_body), codes[0]


def _kind_of(code: str, *, has_body: bool) -> DocumentKind | None:
    if code == _SUMMARY:
        return (
            DocumentKind.PATIENT_SUMMARY
            if has_body
            else DocumentKind.PATIENT_SUMMARY_L1
        )
    if code == _PRESCRIPTION:
        return DocumentKind.EPRESCRIPTION if has_body else DocumentKind.EPRESCRIPTION_L1
    if code == _DISPENSATION:
        # A dispensation is never a picture.
        return DocumentKind.EDISPENSATION if has_body else None
    return DocumentKind.ORIGINAL_DOCUMENT if code in _ORIGINAL else None


class Places:
    """The rows of one kind of document, asked for element by element."""

    __slots__ = ("_owners", "_rows", "kind")

    def __init__(self, kind: DocumentKind | None) -> None:
        self.kind = kind
        self._rows = _ROWS.get(kind, {}) if kind else {}
        self._owners: dict[etree._Element, tuple[str, ...]] = {}

    def row(self, element: etree._Element) -> CodedElement | None:
        """Return the row of an element, or None where it is not bound."""
        path = local_name(element)
        if path not in _LAST_STEPS:
            return None
        owner = element.getparent()
        while owner is not None and owner.tag not in OWNERS:
            path = f"{local_name(owner)}/{path}"
            owner = owner.getparent()
        if owner is None or path not in _PATHS:
            return None
        for name in self._names(owner):
            found = self._rows.get((name, path))
            if found is not None:
                return found
        return None

    def _names(self, owner: etree._Element) -> tuple[str, ...]:
        names = self._owners.get(owner)
        if names is None:
            names = self._owners[owner] = _owner_names(owner)
        return names


def absent_required(
    root: etree._Element, kind: DocumentKind
) -> list[tuple[etree._Element, CodedElement]]:
    """Return the owners that lack an element without which nobody can work.

    Of a summary only the document code is: what its entries need, the rules say.
    """
    if kind.family not in {"eP", "eD"}:
        return []
    found = []
    templates = [one for one in root.iter(_TEMPLATE_ID) if one.get("root")]
    for row in _REQUIRED[kind]:
        path = "/".join(f"{{*}}{name}" for name in row.path.split("/"))
        owners = [root] if row.owner == "ClinicalDocument" else []
        owners += [
            parent
            for one in templates
            if one.get("root") == row.owner and (parent := one.getparent()) is not None
        ]
        found += [(owner, row) for owner in owners if owner.find(path) is None]
    return found


def _owner_names(owner: etree._Element) -> tuple[str, ...]:
    """Return by what an owner may stand in the table: templates, code, element."""
    names = [one.get("root", "") for one in owner.iterchildren(_TEMPLATE_ID)]
    names += [f"code:{code.get('code')}" for code in owner.iterchildren(_CODE)]
    names.append(local_name(owner))
    return tuple(names)


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


_Rows = dict[tuple[str, str], CodedElement]
_ROWS: dict[DocumentKind, _Rows] = {
    kind: {(row.owner, row.path): row for row in CODED_ELEMENTS if kind in row.usage}
    for kind in DocumentKind
}
_PATHS = frozenset(row.path for row in CODED_ELEMENTS)
_LAST_STEPS = frozenset(path.rpartition("/")[2] for path in _PATHS)
_REQUIRED = {
    kind: [row for row in CODED_ELEMENTS if row.usage.get(kind) is Usage.REQUIRED]
    for kind in DocumentKind
}

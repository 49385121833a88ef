"""What the metadata of a document must agree with: a few facts of its CDA header.

Only identifiers are read; what the document means is for ``transformations``.

Spec: HL7 CDA R2 §4.2.1.1 (ClinicalDocument.id), §4.2.2.11 (recordTarget), §4.2.4.4
(inFulfillmentOf) / IHE ITI TF-3 §4.2.3.2.26 (uniqueId of a CDA document).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from ncp.ihe.namespaces import HL7
from trust.identifiers import IdentifierError, Oid, PatientId
from trust.xml import DOCUMENT_LIMITS, XmlRefused, parse_xml


class NotCda(ValueError):  # noqa: N818 - a finding about a document
    """It is no CDA document; the text says why and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class CdaFacts:
    """Identifiers of a document.

    Attributes
    ----------
    unique_id
        The document's own id as we write it: ``root^extension``, or the root alone.
    unique_ids
        The forms in which metadata may write the document's own id.
    fulfilled_orders
        The prescriptions that a dispensation fulfils, ``root^extension``.
    """

    unique_id: str
    unique_ids: frozenset[str]
    patients: frozenset[PatientId] = field(repr=False)
    fulfilled_orders: tuple[str, ...] = field(default=(), repr=False)
    language: str | None = None


def read_cda_facts(content: bytes) -> CdaFacts:
    """Read the facts of a document.

    Raises
    ------
    NotCda
        It is not well-formed, not CDA, or has no id.
    """
    try:
        root = parse_xml(content, DOCUMENT_LIMITS)
    except XmlRefused as error:
        raise NotCda(f"the document was refused: {error}") from None
    if root.tag != f"{{{HL7}}}ClinicalDocument":
        raise NotCda("the document is no CDA document")
    own = root.find(_path("id"))
    if own is None or not own.get("root"):
        raise NotCda("the document has no id")
    language = root.find(_path("languageCode"))
    return CdaFacts(
        _joined(own),
        _forms(own),
        frozenset(_patients(root)),
        tuple(map(_joined, root.iterfind(_path("inFulfillmentOf", "order", "id")))),
        None if language is None else language.get("code"),
    )


def _path(*names: str) -> str:
    return "/".join(f"{{{HL7}}}{name}" for name in names)


def _joined(source: etree._Element) -> str:
    root, extension = source.get("root", ""), source.get("extension")
    return f"{root}^{extension}" if extension else root


def _forms(source: etree._Element) -> frozenset[str]:
    """Return ``root^extension``; without an extension the caret may stand or not."""
    if source.get("extension"):
        return frozenset({_joined(source)})
    root = source.get("root", "")
    return frozenset({root, f"{root}^"})


def _patients(root: etree._Element) -> list[PatientId]:
    found = []
    for source in root.iterfind(_path("recordTarget", "patientRole", "id")):
        try:
            found.append(
                PatientId(
                    Oid.parse(source.get("root", "")), source.get("extension", "")
                )
            )
        except IdentifierError:
            continue
    return found

"""CDA documents for the tests of the way back: other people's, and some of our own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lxml import etree

from tests.capabilities import data_folder
from tests.transformations.read_document import ReadDocument
from transformations.patient_summary import patient_summary_to_fhir

CDA = "urn:hl7-org:v3"
_SHOWN = {
    CDA: "",
    "urn:hl7-org:pharm": "pharm:",
    "urn:epsos-org:ep:medication": "epsos:",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi:",
    "http://www.w3.org/XML/1998/namespace": "xml:",
}


def summaries() -> list[Path | None]:
    """Return the patient summaries among the sample documents of others."""
    folder = data_folder() / "cda-dev"
    return [*sorted(folder.glob("**/ps-*.xml"))] or [None]


class ReadBack(ReadDocument):
    to_fhir = staticmethod(patient_summary_to_fhir)


def leaves_of(root: etree._Element) -> list[tuple[str, str]]:
    """Count what a CDA says, without the engine: paths and values in order."""
    return list(_leaves(root, f"/{_shown(root.tag)}"))


def _leaves(element: etree._Element, path: str):
    for name, value in element.attrib.items():
        yield f"{path}/@{_shown(name)}", value
    texts = [text for text in element.xpath("text()") if text.strip()]
    for number, text in enumerate(texts, 1):
        yield f"{path}/text()" + (f"[{number}]" if len(texts) > 1 else ""), str(text)
    children = [child for child in element if isinstance(child.tag, str)]
    many = Counter(_shown(child.tag) for child in children)
    seen: Counter[str] = Counter()
    for child in children:
        name = _shown(child.tag)
        seen[name] += 1
        number = f"[{seen[name]}]" if many[name] > 1 else ""
        yield from _leaves(child, f"{path}/{name}{number}")


def _shown(tag: str) -> str:
    name = etree.QName(tag)
    if name.namespace is None:
        return name.localname
    return _SHOWN.get(name.namespace, f"{{{name.namespace}}}") + name.localname

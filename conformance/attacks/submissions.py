"""Attacks on submissions (ITI-41): what is said of documents, and what comes with it.

The good message submits two dispensations, as a package; the hostile ones bend what
joins set, entries and documents, so that one could be taken for another.

Spec: IHE ITI TF-2 §3.41.4.1 / IHE ITI TF-3 §4.2.1.4, §4.2.2.1 / fact sheet 06 6.3
item 6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Final

from lxml import etree

from conformance.attacks.attack import Mutation
from conformance.attacks.envelopes import renamed
from conformance.attacks.message import Change, Message

_NAMES: Final = {
    "soap": "http://www.w3.org/2003/05/soap-envelope",
    "lcm": "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0",
    "rim": "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0",
    "xdsb": "urn:ihe:iti:xds-b:2007",
    "xop": "http://www.w3.org/2004/08/xop/include",
}
_SUBMIT: Final = ".//lcm:SubmitObjectsRequest"
_OBJECTS: Final = f"{_SUBMIT}/rim:RegistryObjectList"
_ENTRY: Final = f"{_OBJECTS}/rim:ExtrinsicObject"
_MEMBER: Final = f"{_OBJECTS}/rim:Association"
_PACKAGE: Final = f"{_OBJECTS}/rim:RegistryPackage"
_DOCUMENT: Final = ".//xdsb:Document"
_FORMAT: Final = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
_CLASS: Final = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
_UNIQUE_ID: Final = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
_PATIENT: Final = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
_SET_PATIENT: Final = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
_ANOTHER: Final = "19000101999^^^&1.3.182.4.4&ISO"
_ELSEWHERE: Final = "urn:uuid:00000000-0000-4000-8000-000000000000"


def all_of(root: etree._Element, path: str) -> Sequence[etree._Element]:
    """Find every element of a path; there has to be one."""
    found = root.findall(path, _NAMES)
    if not found:
        raise ValueError(f"the message has no {path}")
    return found


def _classification(root: etree._Element, scheme: str) -> etree._Element:
    return all_of(
        root, f"{_ENTRY}/rim:Classification[@classificationScheme='{scheme}']"
    )[0]


def _identifier(root: etree._Element, scheme: str) -> etree._Element:
    path = f"{_OBJECTS}/*/rim:ExternalIdentifier[@identificationScheme='{scheme}']"
    return all_of(root, path)[0]


def _exchange(root: etree._Element, path: str, name: str) -> None:
    first, second = all_of(root, path)[:2]
    one, other = first.attrib[name], second.attrib[name]
    first.set(name, other)
    second.set(name, one)


def _wrapped(root: etree._Element) -> None:
    """Put the honest request where nobody may look, and a forged one in its place."""
    [honest] = all_of(root, _SUBMIT)
    forged = deepcopy(honest)
    honest.addprevious(forged)
    etree.SubElement(forged, "{urn:example}Extension").append(honest)


def _second_request(root: etree._Element) -> None:
    [honest] = all_of(root, _SUBMIT)
    honest.addnext(deepcopy(honest))


def _nested_list(root: etree._Element) -> None:
    [objects] = all_of(root, _OBJECTS)
    objects.append(deepcopy(objects))


def _second_list(root: etree._Element) -> None:
    [objects] = all_of(root, _OBJECTS)
    objects.addnext(deepcopy(objects))


def _second_set(root: etree._Element) -> None:
    [package] = all_of(root, _PACKAGE)
    package.addnext(deepcopy(package))


def _folder(root: etree._Element) -> None:
    [package] = all_of(root, _PACKAGE)
    folder = etree.Element(package.tag, {"id": _ELSEWHERE})
    package.addnext(folder)


def _same_target(root: etree._Element) -> None:
    first, second = all_of(root, _MEMBER)[:2]
    second.set("targetObject", first.attrib["targetObject"])


def _no_member(root: etree._Element) -> None:
    found = all_of(root, _MEMBER)[0]
    found.getparent().remove(found)  # type: ignore[union-attr]


def _entry_without_document(root: etree._Element) -> None:
    document = all_of(root, _DOCUMENT)[0]
    document.remove(document[0])


def _document_twice(root: etree._Element) -> None:
    document = all_of(root, _DOCUMENT)[0]
    inline = etree.Element(document.tag, dict(document.attrib))
    inline.text = "PGEvPg=="
    document.addnext(inline)


def _stray_document(root: etree._Element) -> None:
    document = all_of(root, _DOCUMENT)[0]
    stray = etree.Element(document.tag, {"id": _ELSEWHERE})
    stray.text = "PGEvPg=="
    document.addnext(stray)


def _entry_twice(root: etree._Element) -> None:
    entry = all_of(root, _ENTRY)[0]
    entry.addnext(deepcopy(entry))


def _same_unique_id(root: etree._Element) -> None:
    path = f"{_ENTRY}/rim:ExternalIdentifier[@identificationScheme='{_UNIQUE_ID}']"
    first, second = all_of(root, path)[:2]
    second.set("value", first.attrib["value"])


def _second_source_patient(root: etree._Element) -> None:
    path = f"{_ENTRY}/rim:Slot[@name='sourcePatientId']/rim:ValueList"
    values = all_of(root, path)[0]
    values.append(deepcopy(values[0]))
    values[1].text = _ANOTHER


def _second_identifier(scheme: str) -> Change:
    def change(root: etree._Element) -> None:
        found = _identifier(root, scheme)
        again = deepcopy(found)
        again.set("value", _ANOTHER)
        found.addnext(again)

    return change


def _second_code(scheme: str, code: str) -> Change:
    def change(root: etree._Element) -> None:
        found = _classification(root, scheme)
        again = deepcopy(found)
        again.set("nodeRepresentation", code)
        found.addnext(again)

    return change


def _attribute(path: str, name: str, value: str) -> Change:
    return lambda root: all_of(root, path)[0].set(name, value)


CHANGES: Final[Mapping[str, Change]] = {
    "request-wrapped": _wrapped,
    "request-twice": _second_request,
    "list-nested": _nested_list,
    "list-twice": _second_list,
    "two-sets": _second_set,
    "folder": _folder,
    "set-of-another-type": _attribute(_PACKAGE, "objectType", _ELSEWHERE),
    "documents-swapped": lambda root: _exchange(root, _DOCUMENT, "id"),
    "references-swapped": lambda root: _exchange(
        root, f"{_DOCUMENT}/xop:Include", "href"
    ),
    "document-absent": _entry_without_document,
    "document-twice": _document_twice,
    "document-stray": _stray_document,
    "entry-twice": _entry_twice,
    "unique-id-twice": _same_unique_id,
    "member-swapped": _same_target,
    "member-absent": _no_member,
    "member-elsewhere": _attribute(_MEMBER, "targetObject", _ELSEWHERE),
    "member-of-another-set": _attribute(_MEMBER, "sourceObject", _ELSEWHERE),
    "member-replaces": _attribute(
        _MEMBER, "associationType", "urn:ihe:iti:2007:AssociationType:RPLC"
    ),
    "entry-of-another-patient": lambda root: _identifier(root, _PATIENT).set(
        "value", _ANOTHER
    ),
    "set-of-another-patient": lambda root: _identifier(root, _SET_PATIENT).set(
        "value", _ANOTHER
    ),
    "patient-twice": _second_identifier(_PATIENT),
    "source-patient-twice": _second_source_patient,
    "format-of-summary": lambda root: _classification(root, _FORMAT).set(
        "nodeRepresentation", "urn:epSOS:ps:ps:2010"
    ),
    "class-of-discard": lambda root: _classification(root, _FORMAT).set(
        "nodeRepresentation", "urn:eHDSI:ed:discard:2020"
    ),
    "class-twice": _second_code(_CLASS, "DISCARD-60593-1"),
    "format-twice": _second_code(_FORMAT, "urn:eHDSI:ed:discard:2020"),
    "status-deprecated": _attribute(
        _ENTRY, "status", "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
    ),
}
"""What is done to the metadata, each by the id of its attack."""


def in_documents(pattern: bytes, put: bytes) -> Mutation:
    """Change the documents themselves; their entries stay."""

    def mutate(message: Message) -> Message:
        bent, count = re.subn(pattern, put, message.documents)
        if not count:
            raise ValueError("no document has what is to be changed")
        return message.with_documents(bent)

    return mutate


def after_the_good_one(mutate: Mutation) -> Mutation:
    """Send the good message first, and the hostile one under an id of its own."""
    return lambda message: replace(mutate(renamed(message)), earlier=message)


def _said(change: Change) -> Mutation:
    return lambda message: message.bent(change)


MUTATIONS: Final[Mapping[str, Mutation]] = {
    **{name: _said(change) for name, change in CHANGES.items()},
    "class-of-discard": after_the_good_one(_said(CHANGES["class-of-discard"])),
    "document-of-another-patient": in_documents(
        rb'(<patientRole><id root="[^"]+" extension=")[^"]+', rb"\g<1>19000101999"
    ),
    "document-of-another-id": in_documents(
        rb'(?s)(<ClinicalDocument [^>]+>.*?<id root=")[^"]+', rb"\g<1>2.25.666"
    ),
    "document-with-entity": in_documents(
        rb"<ClinicalDocument",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ClinicalDocument',
    ),
    "document-broken-off": in_documents(rb"</ClinicalDocument>", b""),
    "document-changed": after_the_good_one(
        in_documents(rb'<languageCode code="[^"]+"', b'<languageCode code="x-other"')
    ),
}

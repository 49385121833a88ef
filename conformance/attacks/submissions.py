"""Attacks on submissions (ITI-41): what is said of documents, and what comes with it.

The good message submits two dispensations, as a package; the hostile ones bend what
joins set, entries and documents, so that one could be taken for another.

Spec: IHE ITI TF-2 §3.41.4.1 / IHE ITI TF-3 §4.2.1.4, §4.2.2.1 / fact sheet 06 6.3
item 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from lxml import etree

from conformance.attacks.message import Change

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


@dataclass(frozen=True, slots=True)
class SubmissionAttack:
    """One named change of a submission; ``breaks`` is the rule it breaks."""

    id: str
    title: str
    breaks: str
    change: Change = field(repr=False)


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


_ATTACKS: Final = (
    SubmissionAttack(
        "request-wrapped",
        "The honest request inside an extension of a forged one",
        "A submission holds one request, and nothing that could be taken for another.",
        _wrapped,
    ),
    SubmissionAttack(
        "request-twice",
        "Two requests beside each other",
        "A submission holds one request.",
        _second_request,
    ),
    SubmissionAttack(
        "list-nested",
        "A list of objects inside the list of objects",
        "A request holds one list of registry objects.",
        _nested_list,
    ),
    SubmissionAttack(
        "list-twice",
        "Two lists of objects beside each other",
        "A request holds one list of registry objects.",
        _second_list,
    ),
    SubmissionAttack(
        "two-sets",
        "Two submission sets",
        "A submission is one set.",
        _second_set,
    ),
    SubmissionAttack(
        "folder",
        "A second package that is a folder",
        "Folders are not served.",
        _folder,
    ),
    SubmissionAttack(
        "set-of-another-type",
        "A package that is called something else",
        "The package is a submission set.",
        _attribute(_PACKAGE, "objectType", _ELSEWHERE),
    ),
    SubmissionAttack(
        "documents-swapped",
        "Each document under the entry of the other",
        "A document is what its entry says.",
        lambda root: _exchange(root, _DOCUMENT, "id"),
    ),
    SubmissionAttack(
        "references-swapped",
        "Each entry refers to the part of the other",
        "A document is what its entry says.",
        lambda root: _exchange(root, f"{_DOCUMENT}/xop:Include", "href"),
    ),
    SubmissionAttack(
        "document-absent",
        "An entry whose document does not come",
        "Each entry comes with its document.",
        _entry_without_document,
    ),
    SubmissionAttack(
        "document-twice",
        "A second document under the id of the first",
        "Each entry has one document.",
        _document_twice,
    ),
    SubmissionAttack(
        "document-stray",
        "A document that no entry describes",
        "Each document has its entry.",
        _stray_document,
    ),
    SubmissionAttack(
        "entry-twice",
        "The same entry twice",
        "The ids of entries differ.",
        _entry_twice,
    ),
    SubmissionAttack(
        "unique-id-twice",
        "Two entries of one unique id",
        "A unique id names one document.",
        _same_unique_id,
    ),
    SubmissionAttack(
        "member-swapped",
        "Both memberships lead to the first document",
        "Each document is a member of the set, once.",
        _same_target,
    ),
    SubmissionAttack(
        "member-absent",
        "A document that is no member of the set",
        "Each document is a member of the set, once.",
        _no_member,
    ),
    SubmissionAttack(
        "member-elsewhere",
        "A membership of what is not submitted",
        "Memberships join the set with its documents.",
        _attribute(_MEMBER, "targetObject", _ELSEWHERE),
    ),
    SubmissionAttack(
        "member-of-another-set",
        "A membership in another set",
        "Memberships join the set with its documents.",
        _attribute(_MEMBER, "sourceObject", _ELSEWHERE),
    ),
    SubmissionAttack(
        "member-replaces",
        "An association that replaces what is kept",
        "Nothing that is kept is changed by an association.",
        _attribute(_MEMBER, "associationType", "urn:ihe:iti:2007:AssociationType:RPLC"),
    ),
    SubmissionAttack(
        "entry-of-another-patient",
        "An entry about another patient",
        "All is about the patient of the treatment assertion.",
        lambda root: _identifier(root, _PATIENT).set("value", _ANOTHER),
    ),
    SubmissionAttack(
        "set-of-another-patient",
        "A submission set about another patient",
        "All is about the patient of the treatment assertion.",
        lambda root: _identifier(root, _SET_PATIENT).set("value", _ANOTHER),
    ),
    SubmissionAttack(
        "patient-twice",
        "A second patient behind the first, in one entry",
        "An entry names one patient.",
        _second_identifier(_PATIENT),
    ),
    SubmissionAttack(
        "source-patient-twice",
        "A second patient behind the first, at the source",
        "An entry names one patient.",
        _second_source_patient,
    ),
    SubmissionAttack(
        "format-of-summary",
        "A dispensation whose format is that of a summary",
        "Class and format name one kind of document.",
        lambda root: _classification(root, _FORMAT).set(
            "nodeRepresentation", "urn:epSOS:ps:ps:2010"
        ),
    ),
    SubmissionAttack(
        "class-of-discard",
        "A dispensation in class, a discard in format",
        "Class and format name one kind of document.",
        lambda root: _classification(root, _FORMAT).set(
            "nodeRepresentation", "urn:eHDSI:ed:discard:2020"
        ),
    ),
    SubmissionAttack(
        "class-twice",
        "A second class code, of a discard, behind the first",
        "An entry has one class code.",
        _second_code(_CLASS, "DISCARD-60593-1"),
    ),
    SubmissionAttack(
        "format-twice",
        "A second format code, of a discard, behind the first",
        "An entry has one format code.",
        _second_code(_FORMAT, "urn:eHDSI:ed:discard:2020"),
    ),
    SubmissionAttack(
        "status-deprecated",
        "A document that is deprecated from the start",
        "What is submitted is approved, or says nothing.",
        _attribute(
            _ENTRY, "status", "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
        ),
    ),
)

SUBMISSION_ATTACKS: Final[Mapping[str, SubmissionAttack]] = MappingProxyType(
    {each.id: each for each in _ATTACKS}
)
"""The attacks on submissions by id."""

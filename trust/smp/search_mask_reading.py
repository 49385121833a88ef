"""Reads a search mask that another country wrote, closed to what it does not know.

Spec: eHDSI International Search Mask 2023 (schema) / fact sheet 02 §4.6.
Assumption: codes and domains are trimmed; masks in the field have stray blanks.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from typing import Final

from lxml import etree

from trust.decision import Reason
from trust.identifiers import CountryCode, IdentifierError, Oid
from trust.smp.namespaces import ISM
from trust.smp.patterns import Pattern
from trust.smp.refused import DirectoryRefused
from trust.smp.search_mask import (
    IDENTIFIER_LABELS,
    TEXT_LABELS,
    DocumentSearch,
    Field,
    IdentifierGroup,
    IdentifierSet,
    Label,
    Media,
    PersonSearch,
    Scope,
    SearchMask,
)

ROOT: Final = f"{{{ISM}}}searchFields"
MAXIMAL_FIELDS: Final = 64
MAXIMAL_TEXT: Final = 500
MAXIMAL_MEDIA: Final = 1 << 20
_PERSON_PARTS: Final = (
    "identifier",
    "textField",
    "birthDate",
    "gender",
    "accessCode",
    "media",
)


def read_search_mask(root: etree._Element) -> SearchMask:
    """Read a ``searchFields`` element.

    Raises
    ------
    DirectoryRefused
        It is not of the form, or one of its patterns is not run.
    """
    if root.tag != ROOT:
        raise _refused("its root is not searchFields")
    country = _only(root, "country")
    _known(country, ("patientSearch", "documentSearch", "nextOfKinSearch"))
    kin = _optional(country, "nextOfKinSearch")
    return SearchMask(
        country=_country(country),
        patient=_person(_only(country, "patientSearch")),
        documents=tuple(_document(each) for each in _all(country, "documentSearch")),
        next_of_kin=None if kin is None else _person(kin),
        friendly_name=country.get("friendlyName"),
    )


def _country(element: etree._Element) -> CountryCode:
    try:
        return CountryCode(_attribute(element, "code"))
    except IdentifierError:
        raise _refused("its country is no two letters") from None


def _person(element: etree._Element) -> PersonSearch:
    _known(element, _PERSON_PARTS)
    groups = tuple(_group(each) for each in _all(element, "identifier"))
    if not groups:
        raise _refused("a person is to be found without any identifier")
    search = PersonSearch(
        identifiers=groups,
        texts=tuple(_field(each, TEXT_LABELS) for each in _all(element, "textField")),
        birth_date=_single(element, "birthDate", Label.BIRTH_DATE),
        gender=_single(element, "gender", Label.GENDER),
        access_code=_single(element, "accessCode", Label.ACCESS_CODE),
        media=_media(element),
        scope=_scope(element) or Scope.ALL,
        friendly_name=element.get("friendlyName", "ALL"),
    )
    if sum(1 for _ in search.fields()) > MAXIMAL_FIELDS:
        raise _refused(f"it asks for more than {MAXIMAL_FIELDS} things")
    return search


def _group(element: etree._Element) -> IdentifierGroup:
    kind = _attribute(element, "type")
    if kind not in {"NORMAL", "CHOICE"}:
        raise _refused("an identifier is neither NORMAL nor CHOICE")
    _known(element, ("id", "ids"))
    plain = _all(element, "id")
    sets = tuple(
        IdentifierSet(_identifiers(each), _attribute(each, "display"))
        for each in _all(element, "ids")
    )
    if bool(plain) is bool(sets):
        raise _refused("an identifier has neither id nor ids, or both")
    if plain:
        sets = (IdentifierSet(_identifiers(element)),)
    return IdentifierGroup(sets, kind == "CHOICE")


def _identifiers(element: etree._Element) -> tuple[Field, ...]:
    _known(element, ("id",))
    fields = tuple(
        _field(each, IDENTIFIER_LABELS, with_domain=True)
        for each in _all(element, "id")
    )
    if not fields:
        raise _refused("a set of identifiers is empty")
    return fields


def _document(element: etree._Element) -> DocumentSearch:
    _known(element, ("prescriptionId", "dispensationPINCode", "media"))
    return DocumentSearch(
        prescription_id=_single(
            element, "prescriptionId", Label.PRESCRIPTION_ID, with_domain=True
        ),
        dispensation_pin=_single(
            element, "dispensationPINCode", Label.DISPENSATION_PIN, with_domain=True
        ),
        media=_media(element),
        scope=_scope(element),
        friendly_name=element.get("friendlyName"),
    )


def _single(
    parent: etree._Element, name: str, label: Label, *, with_domain: bool = False
) -> Field | None:
    element = _optional(parent, name)
    if element is None:
        return None
    return _field(element, {label}, with_domain=with_domain)


def _field(
    element: etree._Element, labels: Collection[Label], *, with_domain: bool = False
) -> Field:
    label = _attribute(element, "label")
    if label not in labels:
        raise _refused(f"{_name(element)} has a label that does not belong there")
    return Field(
        label=Label(label),
        format=Pattern(_attribute(element, "format")),
        description=_attribute(element, "contextualDescription"),
        is_mandatory=_boolean(element.get("mandatory", "false")),
        domain=_oid(_attribute(element, "domain")) if with_domain else None,
        original_description=element.get("originalContextualDescription"),
    )


def _media(parent: etree._Element) -> Media | None:
    element = _optional(parent, "media")
    if element is None:
        return None
    text = "".join((_only(element, "mediaContent").text or "").split())
    if len(text) > MAXIMAL_MEDIA * 4 // 3:
        raise _refused(f"a picture is larger than {MAXIMAL_MEDIA} bytes")
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _refused("a picture is no base64") from None
    return Media(
        content,
        element.get("mediaName"),
        element.get("fileExtension"),
        element.get("description"),
    )


def _scope(element: etree._Element) -> Scope | None:
    text = element.get("scope")
    if text is None:
        return None
    try:
        return Scope(text)
    except ValueError:
        raise _refused("a scope is none of ALL, PS and EP") from None


def _boolean(text: str) -> bool:
    # XML Schema Part 2 §3.2.2.1.
    values = {"true": True, "1": True, "false": False, "0": False}
    if text.strip() not in values:
        raise _refused("mandatory is neither true nor false")
    return values[text.strip()]


def _oid(text: str) -> Oid:
    try:
        return Oid.parse(text)
    except IdentifierError:
        raise _refused("a domain is no OID") from None


def _attribute(element: etree._Element, name: str) -> str:
    text = (element.get(name) or "").strip()
    if not text:
        raise _refused(f"{_name(element)} has no {name}")
    if len(text) > MAXIMAL_TEXT * 2:
        raise _refused(f"{name} of {_name(element)} is too long")
    return text


def _all(parent: etree._Element, name: str) -> list[etree._Element]:
    return parent.findall(f"{{{ISM}}}{name}")


def _optional(parent: etree._Element, name: str) -> etree._Element | None:
    found = _all(parent, name)
    if len(found) > 1:
        raise _refused(f"{name} stands more than once in {_name(parent)}")
    return found[0] if found else None


def _only(parent: etree._Element, name: str) -> etree._Element:
    element = _optional(parent, name)
    if element is None:
        raise _refused(f"{_name(parent)} has no {name}")
    return element


def _known(element: etree._Element, names: tuple[str, ...]) -> None:
    allowed = {f"{{{ISM}}}{name}" for name in names}
    if any(child.tag not in allowed for child in element):
        raise _refused(f"{_name(element)} holds something that is not known")


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _refused(what: str) -> DirectoryRefused:
    return DirectoryRefused(
        Reason.DIRECTORY_MASK_INVALID, f"the search mask is not read: {what}"
    )

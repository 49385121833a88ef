"""Writes a search mask, our own or the one somebody asks us to prepare.

Spec: eHDSI International Search Mask 2023 (schema; the order of parts is its own).
"""

from __future__ import annotations

import base64

from trust.smp.namespaces import ISM
from trust.smp.search_mask import (
    DocumentSearch,
    Field,
    IdentifierGroup,
    IdentifierSet,
    Label,
    Media,
    PersonSearch,
    SearchMask,
)
from trust.xml import Element, write_xml


def search_mask_element(mask: SearchMask) -> Element:
    """Build the ``searchFields`` element of a mask."""
    country = _element(
        "country",
        code=str(mask.country),
        label=Label.COUNTRY.value,
        friendlyName=mask.friendly_name,
    )
    country.children.append(_person("patientSearch", mask.patient))
    country.children.extend(_document(each) for each in mask.documents)
    if mask.next_of_kin is not None:
        country.children.append(_person("nextOfKinSearch", mask.next_of_kin))
    root = _element("searchFields")
    root.children.append(country)
    return root


def write_search_mask(mask: SearchMask) -> bytes:
    """Write a mask as a document of its own."""
    return write_xml(search_mask_element(mask), {ISM: "ism"})


def _person(name: str, search: PersonSearch) -> Element:
    element = _element(
        name, friendlyName=search.friendly_name, scope=search.scope.value
    )
    element.children.extend(_group(each) for each in search.identifiers)
    element.children.extend(_field("textField", each) for each in search.texts)
    for part, single in (
        ("birthDate", search.birth_date),
        ("gender", search.gender),
        ("accessCode", search.access_code),
    ):
        if single is not None:
            element.children.append(_field(part, single))
    if search.media is not None:
        element.children.append(_media(search.media))
    return element


def _group(group: IdentifierGroup) -> Element:
    element = _element("identifier", type="CHOICE" if group.is_choice else "NORMAL")
    for each in group.sets:
        element.children.extend(_set(each))
    return element


def _set(group: IdentifierSet) -> list[Element]:
    fields = [_field("id", each) for each in group.fields]
    if group.display is None:
        return fields
    named = _element("ids", display=group.display)
    named.children.extend(fields)
    return [named]


def _document(search: DocumentSearch) -> Element:
    element = _element(
        "documentSearch",
        friendlyName=search.friendly_name,
        scope=search.scope.value if search.scope else None,
    )
    for part, single in (
        ("prescriptionId", search.prescription_id),
        ("dispensationPINCode", search.dispensation_pin),
    ):
        if single is not None:
            element.children.append(_field(part, single))
    if search.media is not None:
        element.children.append(_media(search.media))
    return element


def _field(name: str, field: Field) -> Element:
    return _element(
        name,
        domain=None if field.domain is None else str(field.domain),
        label=field.label.value,
        format=field.format.text,
        contextualDescription=field.description,
        originalContextualDescription=field.original_description,
        mandatory="true" if field.is_mandatory else "false",
    )


def _media(media: Media) -> Element:
    element = _element(
        "media",
        label=Label.MEDIA.value,
        mediaName=media.name,
        fileExtension=media.file_extension,
        description=media.description,
    )
    content = _element("mediaContent")
    content.children.append(base64.b64encode(media.content).decode("ascii"))
    element.children.append(content)
    return element


def _element(name: str, **attributes: str | None) -> Element:
    given = {key: value for key, value in attributes.items() if value is not None}
    return Element(f"{{{ISM}}}{name}", given)

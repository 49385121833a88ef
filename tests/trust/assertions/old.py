"""Good assertions in the forms of before XUA revision 19, made out of today's."""

from __future__ import annotations

from lxml import etree

from tests.trust.assertions.cast import hcp_bytes, trc_bytes
from tests.trust.resign import (
    Change,
    at,
    attribute_value,
    resign,
    set_attribute,
    together,
)
from trust.assertions import AttributeName

EPSOS = "urn:epsos:names:wp3.4:subject:"
OLD_SUBJECT = "urn:oasis:names:tc:xacml:1.0:subject:subject-id"
OLD_PATIENT = "urn:oasis:names:tc:xacml:1.0:resource:resource-id"


def renamed(name: str, old: str) -> Change:
    return set_attribute(f"//s:Attribute[@Name='{name}']", "Name", old)


def as_text(name: str, text: str) -> Change:
    def change(root: etree._Element) -> None:
        value = at(attribute_value(name))(root)
        for child in value:
            value.remove(child)
        value.text = text

    return change


def old_issuer(text: str) -> Change:
    def change(root: etree._Element) -> None:
        issuer = at("/s:Assertion/s:Issuer")(root)
        issuer.attrib.pop("NameQualifier")
        issuer.text = text

    return change


OLD_HCP = together(
    old_issuer("urn:idp:countryB"),
    renamed(AttributeName.SUBJECT_ID, OLD_SUBJECT),
    renamed(AttributeName.FACILITY_TYPE, f"{EPSOS}healthcare-facility-type"),
    as_text(AttributeName.ROLE, "physician"),
    as_text(AttributeName.PURPOSE_OF_USE, "TREATMENT"),
)
OLD_TRC = together(
    old_issuer("urn:initgw:countryB"),
    renamed(AttributeName.SUBJECT_ID, OLD_PATIENT),
    as_text(AttributeName.PURPOSE_OF_USE, "TREATMENT"),
)


def old_hcp(*changes: Change) -> bytes:
    return resign(hcp_bytes(), together(OLD_HCP, *changes))


def old_trc(*changes: Change) -> bytes:
    return resign(trc_bytes(), together(OLD_TRC, *changes))

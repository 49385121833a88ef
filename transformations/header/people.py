"""People and organizations of the header: authors, custodian, authenticators.

Spec: eHDSI common header (EH.1.3, Wave 8): author, custodian, legalAuthenticator /
IPS 2.0.1 and EPS 1.0.0 Composition.author, custodian, attester.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transformations.cda import CdaNode
from transformations.mapping import (
    ADDRESS,
    CE,
    IDENTIFIER,
    NAME,
    ORGANIZATION_ADDRESS,
    ST,
    TEL,
    CodedCodec,
    Context,
    Demand,
    Each,
    EntryId,
    Follow,
    Group,
    Ignore,
    Pair,
    Row,
    Severity,
)
from transformations.mapping.place import Term

ISCO_08 = "2.16.840.1.113883.2.9.6.2.7"
_FUNCTION = CodedCodec("CE", systems=(ISCO_08,))
_NOT_WRITTEN = "the header does not say it of a professional"


def country_to_cda(_organization: Any, node: CdaNode, _cx: Context) -> bool:
    """Write an unknown country where the organization has no address at all."""
    if node.first("addr") is None:
        node.add("addr").add("country", nullFlavor="UNK")
    return False


ORGANIZATION: tuple[Term, ...] = (
    EntryId(once=True),
    Row("name", "name", ST, absent="NI"),
    Row("telecom[]", "telecom", TEL, absent="NI"),
    Row("address[]", "addr", ORGANIZATION_ADDRESS, once=True),
    Pair("an address always has a country", country_to_cda),
    Ignore("active", "the header does not say it of an organization"),
    Ignore("type[]", "the header does not say it of an organization"),
    Ignore("alias[]", "the header has one name of an organization"),
    Ignore("partOf", "the header names the organization alone"),
    Ignore("contact[]", "the header names no contacts of an organization"),
)


def person(frame: str) -> tuple[Term, ...]:
    """Terms of a Practitioner in an assigned author or an assigned entity."""
    return (
        Group(
            frame,
            Row("identifier[]", "id", IDENTIFIER),
            Each("qualification[]", ".", Row("code", "code", CE, once=True)),
            Row("address[]", "addr", ADDRESS),
            Row("telecom[]", "telecom", TEL),
            Demand(
                "name[]",
                "professional-name-missing",
                "a professional of the header has no name",
                Severity.WARNING,
            ),
            Row("name[]", "assignedPerson/name", NAME, once=True),
        ),
        Ignore("active", _NOT_WRITTEN),
        Ignore("gender", _NOT_WRITTEN),
        Ignore("birthDate", _NOT_WRITTEN),
        Ignore("photo[]", _NOT_WRITTEN),
        Ignore("communication[]", _NOT_WRITTEN),
    )


def role(frame: str) -> tuple[Term, ...]:
    """Terms of a PractitionerRole: the person, and the organization behind."""
    return (
        Group(
            frame,
            Row("identifier[]", "id", IDENTIFIER),
            Row("specialty[]", "code", CE, once=True),
            Row("telecom[]", "telecom", TEL),
        ),
        Follow("practitioner", {"Practitioner": person(frame)}),
        Follow(
            "organization",
            {"Organization": ORGANIZATION},
            f"{frame}/representedOrganization",
        ),
        Ignore("active", _NOT_WRITTEN),
        Ignore("period", _NOT_WRITTEN),
        Ignore("availableTime[]", _NOT_WRITTEN),
    )


def organization_only(frame: str) -> tuple[Term, ...]:
    """Terms of an Organization that acts itself."""
    return (Group(f"{frame}/representedOrganization", *ORGANIZATION),)


_DEVICE: tuple[Term, ...] = (
    Group(
        "assignedAuthor",
        Row("identifier[]", "id", IDENTIFIER),
        Group(
            "assignedAuthoringDevice",
            Row("type", "code", CE),
            Row("modelNumber", "manufacturerModelName", ST),
            Each("deviceName[]", ".", Row("name", "softwareName", ST)),
        ),
        Follow(
            "owner",
            {"Organization": ORGANIZATION},
            "representedOrganization",
        ),
    ),
    Ignore("deviceName[]", "the header has one name of a device"),
    Ignore("status", "the header does not say it of a device"),
    Ignore("manufacturer", "the header does not say it of a device"),
)

# A patient or relative who wrote the summary: the rows of the patient carry the rest.
_RELATIVE: tuple[Term, ...] = (
    Group(
        "assignedAuthor",
        Row("identifier[]", "id", IDENTIFIER),
        Row("address[]", "addr", ADDRESS),
        Row("telecom[]", "telecom", TEL),
        Row("name[]", "assignedPerson/name", NAME, once=True),
    ),
)

_ROLE_OF_AUTHOR: tuple[Term, ...] = (
    Row("code[]", "functionCode", _FUNCTION, once=True),
    *role("assignedAuthor"),
)

AUTHORS: Mapping[str, tuple[Term, ...]] = {
    "PractitionerRole": _ROLE_OF_AUTHOR,
    "Practitioner": person("assignedAuthor"),
    "Organization": organization_only("assignedAuthor"),
    "Device": _DEVICE,
    "Patient": _RELATIVE,
    "RelatedPerson": _RELATIVE,
}

PARTIES: Mapping[str, tuple[Term, ...]] = {
    "PractitionerRole": (
        *role("assignedEntity"),
        Ignore("code[]", "an authenticator has no function code"),
    ),
    "Practitioner": person("assignedEntity"),
    "Organization": organization_only("assignedEntity"),
}

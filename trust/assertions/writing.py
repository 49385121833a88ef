"""The frame of an assertion, as we write it.

HL7 elements go out without prefix, because OpenNCP looks for their bare names; values
carry no ``xsi:type``, so that the signature needs no ``PrefixList``.

Spec: SAML 2.0 Core §2.3.3 / eHDSI SAML profile (Wave 7). Seen: OpenNCP 9
(getElementsByTagName of Role and PurposeOfUse).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from trust.assertions.codes import (
    ATTRIBUTE_NAME_FORMAT,
    AUDIENCE,
    FRIENDLY_NAMES,
    PREVIOUS_SESSION,
    SENDER_VOUCHES,
    AssertionKind,
    AttributeName,
    PurposeOfUse,
    Role,
)
from trust.assertions.model import HcpAssertion
from trust.assertions.times import format_instant
from trust.identifiers import CountryCode
from trust.namespaces import DS, HL7, SAML
from trust.oids import ISCO, PURPOSE_OF_USE
from trust.xml import Element

PREFIXES: Final = {SAML: "saml2", DS: "ds", HL7: ""}


@dataclass(frozen=True, slots=True)
class Frame:
    """What an assertion says around its attributes, to be written."""

    kind: AssertionKind
    assertion_id: uuid.UUID
    issuer: str
    name_id: str = field(repr=False)
    name_id_format: str
    issued: datetime
    not_before: datetime
    not_on_or_after: datetime
    authentication: str
    advice: str | None = None


def derived_frame(
    kind: AssertionKind,
    hcp: HcpAssertion,
    *,
    country: CountryCode,
    now: datetime,
    lifetime: timedelta,
    assertion_id: uuid.UUID,
) -> Frame:
    """Return the frame of what the initiating gateway adds to an HCP assertion.

    It names the same professional, refers to the HCP assertion and ends with it.
    """
    return Frame(
        kind=kind,
        assertion_id=assertion_id,
        issuer=f"urn:initgw:{country}:countryB",
        name_id=hcp.name_id,
        name_id_format=hcp.name_id_format,
        issued=now,
        not_before=max(now, hcp.not_before),
        not_on_or_after=min(now + lifetime, hcp.not_on_or_after),
        authentication=PREVIOUS_SESSION,
        advice=hcp.id,
    )


def write_assertion(frame: Frame, attributes: Sequence[Element]) -> Element:
    """Lay an assertion out, unsigned."""
    parts = [
        saml("Issuer", frame.issuer, NameQualifier=frame.kind),
        _subject(frame),
        _conditions(frame),
    ]
    if frame.advice is not None:
        parts.append(saml("Advice", saml("AssertionIDRef", frame.advice)))
    parts.append(_authn_statement(frame))
    parts.append(saml("AttributeStatement", *attributes))
    return saml(
        "Assertion",
        *parts,
        # An XML name may not begin with a digit.
        ID=f"_{frame.assertion_id}",
        IssueInstant=format_instant(frame.issued),
        Version="2.0",
    )


def attribute(name: AttributeName, *values: Element | str) -> Element:
    """Lay out one attribute with its values."""
    return saml(
        "Attribute",
        *(saml("AttributeValue", value) for value in values),
        FriendlyName=FRIENDLY_NAMES[name],
        Name=name,
        NameFormat=ATTRIBUTE_NAME_FORMAT,
    )


def role_value(role: Role) -> Element:
    """Lay out a role as an HL7 coded element."""
    return Element(
        f"{{{HL7}}}Role",
        {
            "code": role.code,
            "codeSystem": ISCO,
            "codeSystemName": "ISCO",
            "displayName": role.display_name,
        },
    )


def purpose_of_use_value(purpose_of_use: PurposeOfUse) -> Element:
    """Lay out a purpose of use as an HL7 coded element."""
    return Element(
        f"{{{HL7}}}PurposeOfUse",
        {
            "code": purpose_of_use,
            "codeSystem": PURPOSE_OF_USE,
            "codeSystemName": "eHDSI XSPA PurposeOfUse",
            "displayName": purpose_of_use.capitalize(),
        },
    )


def saml(name: str, *children: Element | str, **attributes: str) -> Element:
    """Make an element of the assertion namespace."""
    return Element(f"{{{SAML}}}{name}", attributes, list(children))


def _subject(frame: Frame) -> Element:
    return saml(
        "Subject",
        saml("NameID", frame.name_id, Format=frame.name_id_format),
        saml("SubjectConfirmation", Method=SENDER_VOUCHES),
    )


def _conditions(frame: Frame) -> Element:
    return saml(
        "Conditions",
        saml("AudienceRestriction", saml("Audience", AUDIENCE)),
        NotBefore=format_instant(frame.not_before),
        NotOnOrAfter=format_instant(frame.not_on_or_after),
    )


def _authn_statement(frame: Frame) -> Element:
    return saml(
        "AuthnStatement",
        saml("AuthnContext", saml("AuthnContextClassRef", frame.authentication)),
        AuthnInstant=format_instant(frame.issued),
    )

"""What a sealed assertion may not say: times, audience, professional, purpose.

Each is sealed with the honest key: the country of treatment itself says it, by mistake
or not.

Spec: SAML 2.0 Core §2.3.3, §2.4, §2.5, §2.7 / eHDSI SAML profile (Wave 7) / CP-046.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, TypeAlias

from lxml import etree

from conformance.attacks.attack import Mutation
from conformance.attacks.changes import (
    append,
    at,
    attribute,
    attribute_value,
    clark,
    drop,
    drop_attribute,
    insert,
    set_attribute,
    set_text,
    together,
    twice,
)
from conformance.attacks.message import Change, Message, Seal
from conformance.attacks.sealing import resealed

_XSPA: Final = "urn:oasis:names:tc:xspa:1.0:"
_SUBJECT_ID: Final = f"{_XSPA}subject:subject-id"
_PERMISSION: Final = f"{_XSPA}subject:hl7:permission"
_PURPOSE: Final = f"{_XSPA}subject:purposeofuse"
_LOCALITY: Final = f"{_XSPA}environment:locality"
_ROLE: Final = "urn:oasis:names:tc:xacml:2.0:subject:role"
_FACILITY: Final = "urn:ehdsi:names:subject:healthcare-facility-type"
_HOME_COMMUNITY: Final = "urn:ihe:iti:xca:2010:homeCommunityId"
_ROLE_ELEMENT: Final = f"{attribute_value(_ROLE)}/hl7:Role"
_PURPOSE_ELEMENT: Final = f"{attribute_value(_PURPOSE)}/hl7:PurposeOfUse"
_CONDITIONS: Final = "s:Conditions"
_STATEMENT: Final = "s:AttributeStatement"
_RESTRICTION: Final = f"{_CONDITIONS}/s:AudienceRestriction"
_CONFIRMATION: Final = "s:Subject/s:SubjectConfirmation"
_CLASSES: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
_CLASS_REF: Final = "s:AuthnStatement/s:AuthnContext/s:AuthnContextClassRef"
_MOMENT: Final = timedelta(seconds=5)
_TE: Final = "\N{CYRILLIC CAPITAL LETTER TE}"
ByMoment: TypeAlias = Callable[[datetime], Change]


def hcp_says(change: Change) -> Mutation:
    """Change the HCP assertion and seal it again."""
    return lambda message: _said(message, change)


def trc_says(change: Change) -> Mutation:
    """Change the TRC assertion and seal it again."""

    def mutate(message: Message) -> Message:
        key = message.ground.seals[Seal.OWN]
        return message.with_trc(resealed(message.the_trc, key, change))

    return mutate


def advised_by_assertion(root: etree._Element) -> None:
    """Advise with an assertion about somebody else, itself not signed."""
    advice = etree.Element(clark("s:Advice"))
    other = etree.SubElement(advice, clark("s:Assertion"), {"ID": "_other"})
    name = etree.SubElement(
        etree.SubElement(other, clark("s:Subject")), clark("s:NameID")
    )
    name.text = "somebody-else"
    at(root, _CONDITIONS).addnext(advice)


def hcp_timed(change_at: ByMoment) -> Mutation:
    """Change the times of the HCP assertion, counted from the message's moment."""
    return lambda message: _said(message, change_at(message.ground.moment))


def trc_timed(change_at: ByMoment) -> Mutation:
    """Change the times of the TRC assertion, counted from the message's moment."""

    def mutate(message: Message) -> Message:
        return trc_says(change_at(message.ground.moment))(message)

    return mutate


def _said(message: Message, change: Change) -> Message:
    key = message.ground.seals[Seal.OWN]
    return message.with_hcp(resealed(message.hcp, key, change))


# Times ------------------------------------------------------------------------------


def window(starts: timedelta, ends: timedelta) -> ByMoment:
    """Return the change of a validity period, relative to the moment."""
    return lambda moment: together(
        _time(_CONDITIONS, "NotBefore", moment + starts),
        _time(_CONDITIONS, "NotOnOrAfter", moment + ends),
        # Issued no later than it begins, so that the period alone is judged.
        _time(".", "IssueInstant", moment + min(starts, timedelta())),
        _time("s:AuthnStatement", "AuthnInstant", moment + min(starts, timedelta())),
    )


def instant(path: str, name: str, offset: timedelta) -> ByMoment:
    """Return the change of one instant."""
    return lambda moment: _time(path, name, moment + offset)


def in_other_zone(moment: datetime) -> Change:
    """Tell the same instants in a zone two hours east."""
    east = moment.astimezone(timezone(timedelta(hours=2)))
    later = east + timedelta(hours=1)
    return together(
        set_attribute(_CONDITIONS, "NotBefore", east.isoformat(timespec="seconds")),
        set_attribute(_CONDITIONS, "NotOnOrAfter", later.isoformat(timespec="seconds")),
    )


def without_zone(moment: datetime) -> Change:
    """Tell the end without a zone."""
    later = moment + timedelta(hours=1)
    return set_attribute(_CONDITIONS, "NotOnOrAfter", f"{later:%Y-%m-%dT%H:%M:%S}")


def as_date_only(moment: datetime) -> Change:
    """Tell the end as a date."""
    return set_attribute(_CONDITIONS, "NotOnOrAfter", f"{moment:%Y-%m-%d}")


def _time(path: str, name: str, moment: datetime) -> Change:
    utc = moment.astimezone(UTC)
    text = f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
    return set_attribute(path, name, text)


def hours(number: float) -> timedelta:
    """Return a number of hours."""
    return timedelta(hours=number)


def seconds(number: float) -> timedelta:
    """Return a number of seconds."""
    return timedelta(seconds=number)


# Audience ---------------------------------------------------------------------------


def another_restriction(root: etree._Element) -> None:
    """Demand a second audience beside the first: both have to be met."""
    restriction = etree.SubElement(
        at(root, _CONDITIONS), clark("s:AudienceRestriction")
    )
    etree.SubElement(restriction, clark("s:Audience")).text = "urn:somebody:else"


# The professional -------------------------------------------------------------------


def without_value(name: str, value: str) -> Change:
    """Take one value of an attribute away."""

    def change(root: etree._Element) -> None:
        holder = at(root, attribute(name))
        for each in list(holder):
            if each.text == value:
                holder.remove(each)

    return change


def issuer(other: Callable[[str], str]) -> Change:
    """Write the issuer, ``urn:idp:CC:countryB``, in another way."""

    def change(root: etree._Element) -> None:
        found = at(root, "s:Issuer")
        found.text = other(found.text or "")

    return change


def lower_case_country(name: str) -> str:
    """Write the country of the issuer in small letters."""
    return name[:8] + name[8:10].lower() + name[10:]


def lower_case_permissions(root: etree._Element) -> None:
    """Write the permissions in small letters."""
    for each in at(root, attribute(_PERMISSION)):
        each.text = (each.text or "").lower()


MUTATIONS: Final[dict[str, Mutation]] = {
    # Times
    "hcp-expired": hcp_timed(window(hours(-3), hours(-1))),
    "hcp-just-expired": hcp_timed(window(hours(-2), seconds(-62))),
    "hcp-within-skew-at-end": hcp_timed(window(hours(-2), seconds(-30))),
    "hcp-not-yet-valid": hcp_timed(window(hours(1), hours(3))),
    "hcp-just-not-yet-valid": hcp_timed(window(seconds(90), hours(2))),
    "hcp-within-skew-at-start": hcp_timed(window(seconds(50), hours(2))),
    "hcp-lives-too-long": hcp_timed(window(seconds(-1), hours(4))),
    "hcp-lives-as-long-as-it-may": hcp_timed(window(-_MOMENT, hours(4) - _MOMENT)),
    "hcp-window-inverted": hcp_timed(window(hours(1), hours(-1))),
    "hcp-window-empty": hcp_timed(window(seconds(0), seconds(0))),
    "hcp-issued-in-future": hcp_timed(instant(".", "IssueInstant", hours(1))),
    "hcp-authenticated-in-future": hcp_timed(
        instant("s:AuthnStatement", "AuthnInstant", hours(1))
    ),
    "hcp-without-conditions": hcp_says(drop(_CONDITIONS)),
    "hcp-without-end": hcp_says(drop_attribute(_CONDITIONS, "NotOnOrAfter")),
    "hcp-without-start": hcp_says(drop_attribute(_CONDITIONS, "NotBefore")),
    "time-without-zone": hcp_timed(without_zone),
    "time-as-date": hcp_timed(as_date_only),
    "time-in-other-zone": hcp_timed(in_other_zone),
    "time-beyond-calendar": hcp_says(
        set_attribute(_CONDITIONS, "NotOnOrAfter", "9999-12-31T23:59:60+00:00")
    ),
    "trc-expired": trc_timed(window(hours(-2), hours(-1))),
    "trc-lives-too-long": trc_timed(window(seconds(0), hours(2) + seconds(1))),
    # Audience and conditions
    "audience-wrong": hcp_says(set_text(f"{_RESTRICTION}/s:Audience", "urn:other")),
    "audience-absent": hcp_says(drop(_RESTRICTION)),
    "audience-one-of-two": hcp_says(another_restriction),
    "audience-among-others": hcp_says(append(_RESTRICTION, "s:Audience", "urn:other")),
    "audience-empty": hcp_says(drop(f"{_RESTRICTION}/s:Audience")),
    "trc-audience-wrong": trc_says(set_text(f"{_RESTRICTION}/s:Audience", "urn:other")),
    "condition-not-understood": hcp_says(append(_CONDITIONS, "s:OneTimeUse")),
    # Who is at the keyboard
    "authentication-weak": hcp_says(set_text(_CLASS_REF, f"{_CLASSES}Password")),
    "authentication-twice": hcp_says(twice("s:AuthnStatement")),
    "authentication-of-two-classes": hcp_says(twice(_CLASS_REF)),
    "confirmed-as-bearer": hcp_says(
        set_attribute(_CONFIRMATION, "Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")
    ),
    "confirmation-twice": hcp_says(twice(_CONFIRMATION)),
    "confirmation-for-another": hcp_says(
        append(_CONFIRMATION, "s:SubjectConfirmationData", Recipient="urn:other")
    ),
    "name-id-empty": hcp_says(set_text("s:Subject/s:NameID", " ")),
    "name-id-encrypted": hcp_says(insert("s:Subject", 0, "s:EncryptedID")),
    "name-id-includes": hcp_says(
        append("s:Subject/s:NameID", "{http://www.w3.org/2001/XInclude}include")
    ),
    "issuer-of-other-country": hcp_says(
        issuer(lambda each: each[:8] + "XX" + each[10:])
    ),
    "issuer-homoglyph": hcp_says(issuer(lambda each: each[:9] + _TE + each[10:])),
    "issuer-in-small-letters": hcp_says(issuer(lower_case_country)),
    "issuer-as-gateway": hcp_says(issuer(lambda each: each.replace("idp", "initgw"))),
    "home-community-of-other-country": hcp_says(
        set_text(attribute_value(_HOME_COMMUNITY), "urn:oid:2.16.17.710.999.1")
    ),
    "version-1-1": hcp_says(set_attribute(".", "Version", "1.1")),
    "parts-out-of-order": hcp_says(lambda root: root.append(at(root, _CONDITIONS))),
    "advice-holds-assertion": hcp_says(advised_by_assertion),
    "attribute-without-name": hcp_says(insert(_STATEMENT, 0, "s:Attribute")),
    "element-foreign": hcp_says(append(".", "hl7:Role")),
    # Role, permissions, purpose
    "role-unknown": hcp_says(set_attribute(_ROLE_ELEMENT, "code", "9999")),
    "role-with-blanks": hcp_says(set_attribute(_ROLE_ELEMENT, "code", " 221")),
    "role-mismatch": hcp_says(set_attribute(_ROLE_ELEMENT, "displayName", "Dentists")),
    "role-of-other-system": hcp_says(
        set_attribute(_ROLE_ELEMENT, "codeSystem", "1.2.3.4")
    ),
    "role-absent": hcp_says(drop(attribute(_ROLE))),
    "role-twice": hcp_says(twice(_ROLE_ELEMENT)),
    "role-attribute-twice": hcp_says(twice(attribute(_ROLE))),
    "permissions-absent": hcp_says(drop(attribute(_PERMISSION))),
    "permission-missing-to-identify": hcp_says(
        without_value(_PERMISSION, f"{_PERMISSION}:PRD-006")
    ),
    "permission-missing-to-read": hcp_says(
        without_value(_PERMISSION, f"{_PERMISSION}:PRD-003")
    ),
    "permission-missing-to-dispense": hcp_says(
        without_value(_PERMISSION, f"{_PERMISSION}:PPD-046")
    ),
    "permissions-in-small-letters": hcp_says(lower_case_permissions),
    "purpose-unknown": hcp_says(set_attribute(_PURPOSE_ELEMENT, "code", "RESEARCH")),
    "purpose-absent": hcp_says(drop(attribute(_PURPOSE))),
    "purpose-twice": hcp_says(twice(_PURPOSE_ELEMENT)),
    "purpose-emergency": hcp_says(set_attribute(_PURPOSE_ELEMENT, "code", "EMERGENCY")),
    "facility-unknown": hcp_says(set_text(attribute_value(_FACILITY), "Bakery")),
    "locality-absent": hcp_says(drop(attribute(_LOCALITY))),
    "name-absent": hcp_says(drop(attribute(_SUBJECT_ID))),
    "attributes-absent": hcp_says(drop("s:AttributeStatement")),
}
"""The mutations of this module by the id of their attack."""

"""Takes an assertion apart; every part that is not expected is refused.

The schema of SAML leaves room (extensions, nested assertions, encrypted names) in which
a wrapped signature can hide; here only what eHDSI uses is let through.

Spec: SAML 2.0 Core §2.3.3, §2.4, §2.5, §2.7 / eHDSI SAML profile (Wave 7).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml import etree

from trust.assertions.codes import AssertionKind, AttributeName, PurposeOfUse
from trust.assertions.old_forms import OLD_ATTRIBUTE_NAMES, old_kind
from trust.assertions.refused import AssertionRefused, invalid, missing
from trust.assertions.times import parse_instant
from trust.decision import Reason
from trust.identifiers import CountryCode
from trust.namespaces import DS, HL7, SAML

_BLANKS: Final = " \t\r\n"
_ISSUER: Final = re.compile(r"urn:(idp|initgw):([A-Za-z]{2}):countryB")
# Who issues which kind: the identity provider or the initiating gateway.
_ISSUER_PARTS: Final = {
    AssertionKind.HCP: "idp",
    AssertionKind.TRC: "initgw",
    AssertionKind.NOK: "initgw",
}

_SIGNATURE: Final = f"{{{DS}}}Signature"
_ISSUER_TAG: Final = f"{{{SAML}}}Issuer"
_SUBJECT: Final = f"{{{SAML}}}Subject"
_NAME_ID: Final = f"{{{SAML}}}NameID"
_CONFIRMATION: Final = f"{{{SAML}}}SubjectConfirmation"
_CONFIRMATION_DATA: Final = f"{{{SAML}}}SubjectConfirmationData"
_CONDITIONS: Final = f"{{{SAML}}}Conditions"
_AUDIENCE_RESTRICTION: Final = f"{{{SAML}}}AudienceRestriction"
_AUDIENCE: Final = f"{{{SAML}}}Audience"
_ADVICE: Final = f"{{{SAML}}}Advice"
_ASSERTION_ID_REF: Final = f"{{{SAML}}}AssertionIDRef"
_AUTHN_STATEMENT: Final = f"{{{SAML}}}AuthnStatement"
_SUBJECT_LOCALITY: Final = f"{{{SAML}}}SubjectLocality"
_AUTHN_CONTEXT: Final = f"{{{SAML}}}AuthnContext"
_CLASS_REF: Final = f"{{{SAML}}}AuthnContextClassRef"
_AUTHORITY: Final = f"{{{SAML}}}AuthenticatingAuthority"
_ATTRIBUTE_STATEMENT: Final = f"{{{SAML}}}AttributeStatement"
_ATTRIBUTE: Final = f"{{{SAML}}}Attribute"
_ATTRIBUTE_VALUE: Final = f"{{{SAML}}}AttributeValue"
_PURPOSE_OF_USE: Final = f"{{{HL7}}}PurposeOfUse"

# SAML 2.0 Core §2.3.3: this order; the two statements may change places.
_ORDER: Final = {
    _ISSUER_TAG: 0,
    _SIGNATURE: 1,
    _SUBJECT: 2,
    _CONDITIONS: 3,
    _ADVICE: 4,
    _AUTHN_STATEMENT: 5,
    _ATTRIBUTE_STATEMENT: 5,
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """What all kinds of assertion say around their attributes."""

    id: str
    issuer: str
    issuer_country: CountryCode | None
    issue_instant: datetime
    name_id: str
    name_id_format: str
    sp_provided_id: str | None
    confirmation_method: str
    not_before: datetime
    not_on_or_after: datetime
    audiences: tuple[frozenset[str], ...]
    advice: tuple[str, ...]
    authn_instant: datetime
    authentication: str
    old_forms: tuple[str, ...] = ()


def kind_of(
    assertion: etree._Element, *, accept_old_forms: bool = False
) -> AssertionKind | None:
    """Return the kind that ``Issuer/@NameQualifier`` states, letter by letter.

    Where old forms are accepted, an Issuer without NameQualifier tells it by its text.
    """
    issuer = assertion[0] if len(assertion) else None
    if issuer is None or issuer.tag != _ISSUER_TAG:
        return None
    stated = issuer.get("NameQualifier")
    if stated is None and accept_old_forms:
        return old_kind((issuer.text or "").strip(_BLANKS))
    try:
        return AssertionKind(stated or "")
    except ValueError:
        return None


def read_envelope(
    assertion: etree._Element, kind: AssertionKind, *, accept_old_forms: bool = False
) -> Envelope:
    """Read everything but the attributes.

    Raises
    ------
    AssertionRefused
        A part is absent, repeated, out of order, or not of its form.
    """
    _check_frame(assertion, kind, accept_old_forms=accept_old_forms)
    issuer_element = _only(assertion, _ISSUER_TAG)
    issuer = _text(issuer_element)
    name_id, method = _read_subject(_only(assertion, _SUBJECT))
    conditions = _only(assertion, _CONDITIONS)
    authn_instant, authentication = _read_authentication(
        _only(assertion, _AUTHN_STATEMENT)
    )
    return Envelope(
        id=_attribute(assertion, "ID"),
        issuer=issuer,
        issuer_country=_issuer_country(issuer, kind),
        issue_instant=_instant(assertion, "IssueInstant"),
        name_id=_text(name_id),
        name_id_format=_attribute(name_id, "Format"),
        sp_provided_id=name_id.get("SPProvidedID"),
        confirmation_method=method,
        not_before=_instant(conditions, "NotBefore"),
        not_on_or_after=_instant(conditions, "NotOnOrAfter"),
        audiences=_read_audiences(conditions),
        advice=_read_advice(assertion),
        authn_instant=authn_instant,
        authentication=authentication,
        old_forms=_old_issuer(issuer_element),
    )


def only_advice(envelope: Envelope) -> str:
    """Return the id of the one HCP assertion that an assertion refers to."""
    if not envelope.advice:
        raise missing("Advice with the AssertionIDRef of its HCP assertion")
    if len(envelope.advice) > 1:
        raise invalid("several AssertionIDRef, so that its HCP assertion is open")
    return envelope.advice[0]


class Attributes:
    """The attributes of an assertion, each name once.

    ``old_forms`` gathers what was read in a form of before XUA revision 19.
    """

    __slots__ = ("_accepts_old_forms", "_values", "old_forms")

    def __init__(
        self, values: dict[str, list[etree._Element]], old_kind: AssertionKind | None
    ) -> None:
        self._values = values
        self._accepts_old_forms = old_kind is not None
        self.old_forms: list[str] = []
        if old_kind is not None:
            self._rename(old_kind)

    @classmethod
    def of(
        cls, assertion: etree._Element, old_kind: AssertionKind | None = None
    ) -> Attributes:
        """Collect the attributes; a repeated name is refused, it would be ambiguous.

        Parameters
        ----------
        old_kind
            The kind whose old attribute names are read too; None where none are.
        """
        statement = _only(assertion, _ATTRIBUTE_STATEMENT)
        values: dict[str, list[etree._Element]] = {}
        for attribute in _allowed(statement, {_ATTRIBUTE}):
            name = _attribute(attribute, "Name")
            if name in values:
                raise invalid("the same Attribute twice")
            values[name] = _allowed(attribute, {_ATTRIBUTE_VALUE})
        return cls(values, old_kind)

    def _rename(self, kind: AssertionKind) -> None:
        for old, name in OLD_ATTRIBUTE_NAMES[kind].items():
            if old not in self._values:
                continue
            if name in self._values:
                raise invalid("the same Attribute under its old and its new name")
            self._values[name] = self._values.pop(old)
            self.old_forms.append(f"the attribute {name} stands under the name {old}")

    def old_text(self, name: AttributeName) -> str | None:
        """Return the text that stands where a coded element stands today.

        None where none does, or where old forms are not accepted.
        """
        value = self._only_value(name)
        if not self._accepts_old_forms or value is None or len(value):
            return None
        return _plain(value) or None

    def required(self, name: AttributeName) -> str:
        """Return the one text value of an attribute that must be there."""
        value = self.optional(name)
        if value is None:
            raise missing(f"value of the attribute {name}")
        return value

    def optional(self, name: AttributeName) -> str | None:
        """Return the one text value of an attribute, None where absent or blank."""
        value = self._only_value(name)
        return None if value is None else _plain(value) or None

    def every(self, name: AttributeName) -> tuple[str, ...]:
        """Return all text values of an attribute."""
        return tuple(_plain(value) for value in self._values.get(name, ()))

    def coded(self, name: AttributeName, tag: str) -> etree._Element:
        """Return the HL7 element inside the one value of an attribute."""
        value = self._only_value(name)
        if value is None:
            raise missing(f"value of the attribute {name}")
        return _only(value, tag, among={tag})

    def _only_value(self, name: AttributeName) -> etree._Element | None:
        values = self._values.get(name, [])
        if len(values) > 1:
            raise invalid(f"several values of the attribute {name}")
        return values[0] if values else None


def read_purpose_of_use(attributes: Attributes) -> PurposeOfUse:
    """Read the purpose of use by its code alone; peers use several code systems."""
    code = attributes.old_text(AttributeName.PURPOSE_OF_USE)
    if code is None:
        element = attributes.coded(AttributeName.PURPOSE_OF_USE, _PURPOSE_OF_USE)
        code = element.get("code", "")
    else:
        attributes.old_forms.append("the purpose of use is a text, not a coded element")
    try:
        return PurposeOfUse(code)
    except ValueError:
        raise AssertionRefused(
            Reason.PURPOSE_OF_USE_UNKNOWN,
            "the purpose of use is neither TREATMENT nor EMERGENCY",
        ) from None


def _check_frame(
    assertion: etree._Element, kind: AssertionKind, *, accept_old_forms: bool
) -> None:
    if kind_of(assertion, accept_old_forms=accept_old_forms) is not kind:
        raise AssertionRefused(
            Reason.ASSERTION_KIND_UNKNOWN, f"the assertion is not of the kind {kind}"
        )
    if _attribute(assertion, "Version") != "2.0":
        raise invalid("a Version other than 2.0")
    children = _allowed(assertion, set(_ORDER))
    places = [_ORDER[str(child.tag)] for child in children]
    if places != sorted(places):
        raise invalid("its parts in another order than SAML's")


def _read_subject(subject: etree._Element) -> tuple[etree._Element, str]:
    _allowed(subject, {_NAME_ID, _CONFIRMATION})
    confirmation = _only(subject, _CONFIRMATION)
    # Its data would set limits (recipient, time, address) that nobody here checks.
    for data in _allowed(confirmation, {_CONFIRMATION_DATA}):
        if len(data) or data.keys():
            raise invalid("a SubjectConfirmationData that is not empty")
    return _only(subject, _NAME_ID), _attribute(confirmation, "Method")


def _read_audiences(conditions: etree._Element) -> tuple[frozenset[str], ...]:
    # SAML 2.0 Core §2.5.1: a condition that is not understood makes it unbelievable.
    restrictions = _allowed(conditions, {_AUDIENCE_RESTRICTION})
    return tuple(
        frozenset(_text(audience) for audience in _allowed(restriction, {_AUDIENCE}))
        for restriction in restrictions
    )


def _read_advice(assertion: etree._Element) -> tuple[str, ...]:
    advice = _optional(assertion, _ADVICE)
    if advice is None:
        return ()
    return tuple(_text(ref) for ref in _allowed(advice, {_ASSERTION_ID_REF}))


def _read_authentication(statement: etree._Element) -> tuple[datetime, str]:
    _allowed(statement, {_SUBJECT_LOCALITY, _AUTHN_CONTEXT})
    context = _only(statement, _AUTHN_CONTEXT)
    _allowed(context, {_CLASS_REF, _AUTHORITY})
    return _instant(statement, "AuthnInstant"), _text(_only(context, _CLASS_REF))


def _issuer_country(issuer: str, kind: AssertionKind) -> CountryCode | None:
    match = _ISSUER.fullmatch(issuer)
    if match is None or match[1] != _ISSUER_PARTS.get(kind):
        return None
    return CountryCode(match[2])


def _old_issuer(issuer: etree._Element) -> tuple[str, ...]:
    # Without NameQualifier the frame passes only where old forms are accepted.
    if issuer.get("NameQualifier") is not None:
        return ()
    return ("the kind is told by the text of the Issuer alone",)


def _allowed(parent: etree._Element, tags: set[str]) -> list[etree._Element]:
    children = list(parent)
    for child in children:
        if child.tag not in tags:
            raise invalid(f"an element that may not stand in {_name(parent)}")
    return children


def _only(
    parent: etree._Element, tag: str, *, among: set[str] | None = None
) -> etree._Element:
    if among is not None:
        _allowed(parent, among)
    found = _optional(parent, tag)
    if found is None:
        raise missing(f"{etree.QName(tag).localname} in {_name(parent)}")
    return found


def _optional(parent: etree._Element, tag: str) -> etree._Element | None:
    found = list(parent.iterchildren(tag))
    if len(found) > 1:
        raise invalid(f"{etree.QName(tag).localname} twice in {_name(parent)}")
    return found[0] if found else None


def _attribute(element: etree._Element, name: str) -> str:
    value = element.get(name)
    if not value:
        raise missing(f"{name} on {_name(element)}")
    return value


def _instant(element: etree._Element, name: str) -> datetime:
    text = _attribute(element, name)
    try:
        return parse_instant(text.strip(_BLANKS))
    except ValueError:
        raise invalid(
            f"a {name} on {_name(element)} that is no date and time with zone"
        ) from None


def _text(element: etree._Element) -> str:
    text = _plain(element)
    if not text:
        raise missing(f"text in {_name(element)}")
    return text


def _plain(element: etree._Element) -> str:
    # With a child in between, `.text` would end early and read half a value.
    if len(element):
        raise invalid(f"elements inside the text of {_name(element)}")
    return (element.text or "").strip(_BLANKS)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname

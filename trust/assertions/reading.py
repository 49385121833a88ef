"""Takes an assertion apart; every part that is not expected is refused.

The schema of SAML leaves room (extensions, nested assertions, encrypted names) in which
a wrapped signature can hide; here only what eHDSI uses is let through.

Spec: SAML 2.0 Core §2.3.3, §2.4, §2.5, §2.7 / eHDSI SAML profile (Wave 7).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypedDict, TypeVar

from cryptography import x509
from lxml import etree

from trust.assertions.attributes import Attributes
from trust.assertions.codes import AssertionKind
from trust.assertions.model import Assertion
from trust.assertions.old_forms import old_kind
from trust.assertions.parts import (
    BLANKS,
    allowed,
    attribute_of,
    instant_of,
    only,
    optional,
    text_of,
)
from trust.assertions.refused import AssertionRefused, invalid, missing
from trust.decision import Reason
from trust.identifiers import CountryCode
from trust.namespaces import DS, SAML

_Assertion_co = TypeVar("_Assertion_co", bound=Assertion, covariant=True)

_KINDS: Final = {kind.value: kind for kind in AssertionKind}
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


class Frame(TypedDict):
    """What an assertion says around its attributes, as :class:`Assertion` names it."""

    id: str
    issuer: str
    issuer_country: CountryCode | None
    issue_instant: datetime
    name_id: str
    name_id_format: str
    not_before: datetime
    not_on_or_after: datetime
    authn_instant: datetime
    authentication: str
    audiences: tuple[frozenset[str], ...]
    confirmation_method: str
    signer: x509.Certificate
    signer_country: CountryCode


@dataclass(frozen=True, slots=True)
class Content:
    """An assertion taken apart, with what only some kinds use."""

    frame: Frame
    sp_provided_id: str | None
    advice: tuple[str, ...]
    attributes: Attributes

    @property
    def only_advice(self) -> str:
        """The id of the one HCP assertion that it refers to."""
        if not self.advice:
            raise missing("Advice with the AssertionIDRef of its HCP assertion")
        if len(self.advice) > 1:
            raise invalid("several AssertionIDRef, so that its HCP assertion is open")
        return self.advice[0]

    @property
    def old_forms(self) -> tuple[str, ...]:
        """What was read in an older form so far."""
        return tuple(self.attributes.old_forms)


@dataclass(frozen=True, slots=True)
class Steps(Generic[_Assertion_co]):
    """Reads the assertions of one kind, step by step.

    Attributes
    ----------
    read_content
        Makes the assertion of its parts.
    """

    kind: AssertionKind
    read_content: Callable[[Content], _Assertion_co]

    def __call__(
        self,
        element: etree._Element,
        signer: x509.Certificate,
        signer_country: CountryCode,
        *,
        accept_old_forms: bool = False,
    ) -> _Assertion_co:
        """Read what a verified assertion says.

        Raises
        ------
        AssertionRefused
            A part is absent, repeated, out of order, or not of its form.
        """
        _check_frame(element, self.kind, accept_old_forms=accept_old_forms)
        content = _read_content(
            element,
            self.kind,
            signer,
            signer_country,
            accept_old_forms=accept_old_forms,
        )
        return self.read_content(content)


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
        return old_kind((issuer.text or "").strip(BLANKS))
    return _KINDS.get(stated or "")


def _read_content(
    assertion: etree._Element,
    kind: AssertionKind,
    signer: x509.Certificate,
    signer_country: CountryCode,
    *,
    accept_old_forms: bool,
) -> Content:
    issuer_element = only(assertion, _ISSUER_TAG)
    issuer = text_of(issuer_element)
    name_id, method = _read_subject(only(assertion, _SUBJECT))
    conditions = only(assertion, _CONDITIONS)
    authn_instant, authentication = _read_authentication(
        only(assertion, _AUTHN_STATEMENT)
    )
    frame = Frame(
        id=attribute_of(assertion, "ID"),
        issuer=issuer,
        issuer_country=_issuer_country(issuer, kind),
        issue_instant=instant_of(assertion, "IssueInstant"),
        name_id=text_of(name_id),
        name_id_format=attribute_of(name_id, "Format"),
        not_before=instant_of(conditions, "NotBefore"),
        not_on_or_after=instant_of(conditions, "NotOnOrAfter"),
        audiences=_read_audiences(conditions),
        authn_instant=authn_instant,
        authentication=authentication,
        confirmation_method=method,
        signer=signer,
        signer_country=signer_country,
    )
    return Content(
        frame,
        name_id.get("SPProvidedID"),
        _read_advice(assertion),
        Attributes.of(
            assertion,
            kind if accept_old_forms else None,
            old_forms=_old_issuer(issuer_element),
        ),
    )


def _check_frame(
    assertion: etree._Element, kind: AssertionKind, *, accept_old_forms: bool
) -> None:
    if kind_of(assertion, accept_old_forms=accept_old_forms) is not kind:
        raise AssertionRefused(
            Reason.ASSERTION_KIND_UNKNOWN, f"the assertion is not of the kind {kind}"
        )
    if attribute_of(assertion, "Version") != "2.0":
        raise invalid("a Version other than 2.0")
    children = allowed(assertion, set(_ORDER))
    places = [_ORDER[str(child.tag)] for child in children]
    if places != sorted(places):
        raise invalid("its parts in another order than SAML's")


def _read_subject(subject: etree._Element) -> tuple[etree._Element, str]:
    allowed(subject, {_NAME_ID, _CONFIRMATION})
    confirmation = only(subject, _CONFIRMATION)
    # Its data would set limits (recipient, time, address) that nobody here checks.
    for data in allowed(confirmation, {_CONFIRMATION_DATA}):
        if len(data) or data.keys():
            raise invalid("a SubjectConfirmationData that is not empty")
    return only(subject, _NAME_ID), attribute_of(confirmation, "Method")


def _read_audiences(conditions: etree._Element) -> tuple[frozenset[str], ...]:
    # SAML 2.0 Core §2.5.1: a condition that is not understood makes it unbelievable.
    restrictions = allowed(conditions, {_AUDIENCE_RESTRICTION})
    return tuple(
        frozenset(text_of(audience) for audience in allowed(restriction, {_AUDIENCE}))
        for restriction in restrictions
    )


def _read_advice(assertion: etree._Element) -> tuple[str, ...]:
    advice = optional(assertion, _ADVICE)
    if advice is None:
        return ()
    return tuple(text_of(ref) for ref in allowed(advice, {_ASSERTION_ID_REF}))


def _read_authentication(statement: etree._Element) -> tuple[datetime, str]:
    allowed(statement, {_SUBJECT_LOCALITY, _AUTHN_CONTEXT})
    context = only(statement, _AUTHN_CONTEXT)
    allowed(context, {_CLASS_REF, _AUTHORITY})
    return instant_of(statement, "AuthnInstant"), text_of(only(context, _CLASS_REF))


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

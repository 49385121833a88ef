"""The next-of-kin assertion: a person who speaks for the patient at identification.

It travels beside the HCP assertion, in ITI-55 only, and only where country A announces
that it searches patients by their next of kin.

Spec: eHDSI SAML profile (Wave 7), NoK assertion (CP-039).
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Final

from trust.assertions.attributes import Attributes
from trust.assertions.birth_dates import parse_birth_date
from trust.assertions.checks import check_binding, check_derived
from trust.assertions.codes import AssertionKind, AttributeName
from trust.assertions.model import HcpAssertion, NextOfKin, NokAssertion
from trust.assertions.own import verify_own
from trust.assertions.policy import NOK_LIFETIME, AssertionPolicy
from trust.assertions.reading import Content, Steps
from trust.assertions.refused import invalid
from trust.assertions.writing import (
    PREFIXES,
    attribute,
    derived_frame,
    write_assertion,
)
from trust.certificates import SigningKey
from trust.identifiers import CountryCode
from trust.xml import Element
from trust.xmlsignature import VerifiedElement, sign_enveloped


def build_nok_assertion(
    hcp: HcpAssertion,
    next_of_kin: NextOfKin,
    *,
    country: CountryCode,
    key: SigningKey,
    now: datetime,
    assertion_id: uuid.UUID,
    lifetime: timedelta = NOK_LIFETIME,
) -> bytes:
    """Vouch for a next of kin, for as long as the HCP assertion at most.

    Raises
    ------
    AssertionRefused
        It would not be believed: no identifier, or the HCP assertion is over.
    ValueError
        A text cannot be written in XML.
    """
    frame = derived_frame(
        AssertionKind.NOK,
        hcp,
        country=country,
        now=now,
        lifetime=lifetime,
        assertion_id=assertion_id,
    )
    element = write_assertion(frame, _attributes(next_of_kin))
    data = sign_enveloped(element, key, PREFIXES)
    nok = read_own_nok(data, key=key, country=country)
    check_derived(nok, AssertionPolicy(), now)
    check_binding(nok, hcp, AssertionPolicy())
    return data


def read_own_nok(data: bytes, *, key: SigningKey, country: CountryCode) -> NokAssertion:
    """Read an assertion that this gateway sealed itself, with this key.

    Raises
    ------
    TrustRefused
        It was altered, or sealed with another key.
    """
    return read_nok(verify_own(data, key), country)


def read_nok(verified: VerifiedElement, signer_country: CountryCode) -> NokAssertion:
    """Read what a verified next-of-kin assertion says; it never had an older form.

    Parameters
    ----------
    signer_country
        The country for which the certificate of the signature is pinned.

    Raises
    ------
    AssertionRefused
        A part is absent or invalid.
    """
    return _STEPS(verified.element, verified.certificate, signer_country)


def _read_content(content: Content) -> NokAssertion:
    return NokAssertion(
        **content.frame,
        hcp_assertion_id=content.only_advice,
        next_of_kin=_read_person(content.attributes),
    )


# Nearly all it says is about a person, so that no layout could be remembered.
_STEPS: Final = Steps(AssertionKind.NOK, _read_content)


def _attributes(person: NextOfKin) -> list[Element]:
    born = person.birth_date
    texts = {
        AttributeName.NOK_ID: person.id,
        AttributeName.NOK_FIRST_NAME: person.first_name,
        AttributeName.NOK_FAMILY_NAME: person.family_name,
        AttributeName.NOK_GENDER: person.gender,
        AttributeName.NOK_BIRTH_DATE: None if born is None else born.isoformat(),
        AttributeName.NOK_STREET: person.street,
        AttributeName.NOK_CITY: person.city,
        AttributeName.NOK_POSTAL_CODE: person.postal_code,
        AttributeName.NOK_COUNTRY: person.country,
    }
    return [attribute(name, text) for name, text in texts.items() if text is not None]


def _read_person(attributes: Attributes) -> NextOfKin:
    return NextOfKin(
        id=attributes.required(AttributeName.NOK_ID),
        first_name=attributes.optional(AttributeName.NOK_FIRST_NAME),
        family_name=attributes.optional(AttributeName.NOK_FAMILY_NAME),
        gender=attributes.optional(AttributeName.NOK_GENDER),
        birth_date=_read_birth_date(attributes),
        street=attributes.optional(AttributeName.NOK_STREET),
        city=attributes.optional(AttributeName.NOK_CITY),
        postal_code=attributes.optional(AttributeName.NOK_POSTAL_CODE),
        country=attributes.optional(AttributeName.NOK_COUNTRY),
    )


def _read_birth_date(attributes: Attributes) -> date | None:
    text = attributes.optional(AttributeName.NOK_BIRTH_DATE)
    if text is None:
        return None
    try:
        return parse_birth_date(text)
    except ValueError:
        raise invalid("a birthdate that is in no known form of a date") from None

"""The TRC assertion: a treatment relationship between a professional and a patient.

The patient's identifier stands in the attribute that an HCP assertion uses for the
clinician's name; only the kind of the assertion tells which it is.

Spec: eHDSI SAML profile (Wave 7), TRC assertion (CP-064) / IHE ITI TF-2 §3.40 (XUA).
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from trust.assertions.attributes import Attributes, read_purpose_of_use
from trust.assertions.checks import check_binding, check_derived
from trust.assertions.codes import AssertionKind, AttributeName, PurposeOfUse
from trust.assertions.layout import (
    Layouts,
    id_place,
    instant_place,
    patient_place,
    text_place,
)
from trust.assertions.model import HcpAssertion, TrcAssertion
from trust.assertions.own import verify_own
from trust.assertions.policy import TRC_LIFETIME, AssertionPolicy
from trust.assertions.reading import Content, Steps
from trust.assertions.refused import invalid
from trust.assertions.writing import (
    PREFIXES,
    attribute,
    derived_frame,
    purpose_of_use_value,
    write_assertion,
)
from trust.certificates import SigningKey
from trust.identifiers import CountryCode, IdentifierError, PatientId
from trust.xml import Element
from trust.xmlsignature import VerifiedElement, sign_enveloped


def build_trc_assertion(  # noqa: PLR0913 - what an assertion says, each by name
    hcp: HcpAssertion,
    patient: PatientId,
    *,
    country: CountryCode,
    key: SigningKey,
    now: datetime,
    purpose_of_use: PurposeOfUse,
    assertion_id: uuid.UUID,
    lifetime: timedelta = TRC_LIFETIME,
    prescription_id: str | None = None,
    dispensation_pin: str | None = None,
) -> bytes:
    """Vouch for a treatment relationship, for as long as the HCP assertion at most.

    Raises
    ------
    AssertionRefused
        It would not be believed: the HCP assertion is over, or sealed by another.
    ValueError
        A text cannot be written in XML.
    """
    frame = derived_frame(
        AssertionKind.TRC,
        hcp,
        country=country,
        now=now,
        lifetime=lifetime,
        assertion_id=assertion_id,
    )
    attributes = _attributes(patient, purpose_of_use, prescription_id, dispensation_pin)
    data = sign_enveloped(write_assertion(frame, attributes), key, PREFIXES)
    trc = read_own_trc(data, key=key, country=country)
    check_derived(trc, AssertionPolicy(), now)
    check_binding(trc, hcp, AssertionPolicy())
    return data


def read_own_trc(data: bytes, *, key: SigningKey, country: CountryCode) -> TrcAssertion:
    """Read an assertion that this gateway sealed itself, with this key.

    Raises
    ------
    TrustRefused
        It was altered, or sealed with another key.
    """
    return read_trc(verify_own(data, key), country)


def read_trc(
    verified: VerifiedElement,
    signer_country: CountryCode,
    *,
    accept_old_forms: bool = False,
) -> TrcAssertion:
    """Read what a verified TRC assertion says.

    Parameters
    ----------
    signer_country
        The country for which the certificate of the signature is pinned.
    accept_old_forms
        Whether forms of before XUA revision 19 are read; each is noted.

    Raises
    ------
    AssertionRefused
        A part is absent or invalid, or the purpose of use unknown.
    """
    return _LAYOUTS.read(verified, signer_country, accept_old_forms=accept_old_forms)


def _read_content(content: Content) -> TrcAssertion:
    attributes = content.attributes
    return TrcAssertion(
        **content.frame,
        hcp_assertion_id=content.only_advice,
        patient=_read_patient(attributes),
        purpose_of_use=read_purpose_of_use(attributes),
        prescription_id=attributes.optional(AttributeName.PRESCRIPTION_ID),
        dispensation_pin=attributes.optional(AttributeName.DISPENSATION_PIN),
        # At last: reading notes them.
        old_forms=content.old_forms,
    )


_LAYOUTS: Final = Layouts(
    Steps(AssertionKind.TRC, _read_content),
    id_place("id"),
    instant_place("issue_instant", "IssueInstant"),
    text_place("name_id", "NameID"),
    instant_place("not_before", "NotBefore"),
    instant_place("not_on_or_after", "NotOnOrAfter"),
    text_place("hcp_assertion_id", "AssertionIDRef"),
    instant_place("authn_instant", "AuthnInstant"),
    patient_place("patient", f'"{AttributeName.SUBJECT_ID}"', "AttributeValue"),
)


def _attributes(
    patient: PatientId,
    purpose_of_use: PurposeOfUse,
    prescription_id: str | None,
    dispensation_pin: str | None,
) -> list[Element]:
    found = [
        attribute(AttributeName.SUBJECT_ID, patient.cx),
        attribute(AttributeName.PURPOSE_OF_USE, purpose_of_use_value(purpose_of_use)),
    ]
    if prescription_id is not None:
        found.append(attribute(AttributeName.PRESCRIPTION_ID, prescription_id))
    if dispensation_pin is not None:
        found.append(attribute(AttributeName.DISPENSATION_PIN, dispensation_pin))
    return found


def _read_patient(attributes: Attributes) -> PatientId:
    text = attributes.required(AttributeName.SUBJECT_ID)
    try:
        return PatientId.from_cx(text)
    except IdentifierError:
        raise invalid("a patient id that is not of the form ext^^^&root&ISO") from None

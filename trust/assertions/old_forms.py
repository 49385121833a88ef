"""The forms of assertions from before revision 19 of the XUA profile, as tables.

A gateway reads them only where its settings say so, and each such reading is noted in
the evidence of the decision. They change what a part is called, never what is checked.

Spec: eHDSI SAML profile before CP-064 (Waves 2 to 5), epSOS XUA profile.
Assumption: roles without an ISCO group of their own are read as "not elsewhere
classified"; a patient is no health professional and has none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from trust.assertions.codes import ROLES, AssertionKind, AttributeName, Role

_ISSUER: Final = re.compile(r"urn:(idp|initgw):(?:[A-Za-z]{2}:)?countryB")
_KINDS: Final = {"idp": AssertionKind.HCP, "initgw": AssertionKind.TRC}
_EPSOS_SUBJECT: Final = "urn:epsos:names:wp3.4:subject:"

OLD_ATTRIBUTE_NAMES: Final[Mapping[AssertionKind, Mapping[str, AttributeName]]] = {
    AssertionKind.HCP: {
        "urn:oasis:names:tc:xacml:1.0:subject:subject-id": AttributeName.SUBJECT_ID,
        f"{_EPSOS_SUBJECT}healthcare-facility-type": AttributeName.FACILITY_TYPE,
        f"{_EPSOS_SUBJECT}on-behalf-of": AttributeName.ON_BEHALF_OF,
    },
    AssertionKind.TRC: {
        "urn:oasis:names:tc:xacml:1.0:resource:resource-id": AttributeName.SUBJECT_ID,
    },
    AssertionKind.NOK: {},
}
"""What an attribute was called, and what it is called today."""

_OTHER_PROFESSIONAL: Final = "2269"
_ROLE_CODES: Final = {
    # epSOS and Wave 2
    "dentist": "2261",
    "nurse": "2221",
    "nurse midwife": "2222",
    "pharmacist": "2262",
    "physician": "221",
    "admission clerk": "44",
    "ancillary services": _OTHER_PROFESSIONAL,
    "clinical services": _OTHER_PROFESSIONAL,
    # Functional roles of Waves 3 to 5
    "midwives": "2222",
    "registered nurse": "2221",
    # Structural roles of Waves 3 to 5 (CP-023)
    "licensed health care providers": _OTHER_PROFESSIONAL,
    "non-licensed health care providers": _OTHER_PROFESSIONAL,
    "clerical and administrative personnel": "44",
}


def old_kind(issuer: str) -> AssertionKind | None:
    """Return the kind of an assertion whose Issuer states none in its NameQualifier."""
    match = _ISSUER.fullmatch(issuer)
    return _KINDS[match[1]] if match else None


def names_no_country(issuer: str) -> bool:
    """Whether an issuer is of the old form that names nobody's country."""
    return issuer in {"urn:idp:countryB", "urn:initgw:countryB"}


def old_role(text: str) -> Role | None:
    """Return the role that a text of the old lists means, without regard to case."""
    code = _ROLE_CODES.get(" ".join(text.split()).casefold())
    return None if code is None else ROLES[code]


def old_professional_role(structural: str, functional: str | None) -> Role | None:
    """Return the role of a text, made more exact by the functional role beside it."""
    role = old_role(structural)
    if role is None or role.code != _OTHER_PROFESSIONAL or functional is None:
        return role
    return old_role(functional) or role

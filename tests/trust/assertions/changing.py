"""Assertions of which one thing is changed, signed as their issuer would sign them."""

from __future__ import annotations

from tests.trust.assertions.cast import (
    decide,
    envelope,
    hcp_bytes,
    trc_bytes,
)
from tests.trust.resign import (
    Change,
    append,
    attribute_value,
    resign,
)
from trust.assertions import (
    AssertionPolicy,
    AttributeName,
)

VALUE = {name: attribute_value(name) for name in AttributeName}
ROLE = f"{VALUE[AttributeName.ROLE]}/h:Role"
PURPOSE = f"{VALUE[AttributeName.PURPOSE_OF_USE]}/h:PurposeOfUse"
ASSERTION = "/s:Assertion"
CONFIRMATION = "//s:SubjectConfirmation"
CLASS_REF = "//s:AuthnContextClassRef"
LENIENT = AssertionPolicy(
    accept_absent_audience=True,
    require_issuer_country=False,
    require_trc_within_hcp=False,
)
STRICT = AssertionPolicy(accept_absent_audience=False)


def attribute(name: str) -> str:
    return f"//s:Attribute[@Name='{name}']"


def hcp_belief(change: Change, **options):
    message = envelope(resign(hcp_bytes(), change))
    return decide(message, trc_required=False, **options)


def trc_belief(change: Change, **options):
    return decide(envelope(hcp_bytes(), resign(trc_bytes(), change)), **options)


def add_attribute(name: str, value: str) -> Change:
    return append(
        "//s:AttributeStatement",
        f'<s:Attribute Name="{name}"><s:AttributeValue>{value}</s:AttributeValue>'
        "</s:Attribute>",
    )

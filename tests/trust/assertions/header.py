"""The parts of a message that its security header is made of."""

from __future__ import annotations

import uuid

from lxml import etree

from trust.namespaces import SAML, WSSE
from trust.xml import SOAP_LIMITS, parse_xml

SECURITY = f"{{{WSSE}}}Security"
ASSERTION = f"{{{SAML}}}Assertion"
EVIL_ID = uuid.UUID("00000000-0000-4000-8000-000000000bad")


def security_of(message: etree._Element) -> etree._Element:
    return next(message.iter(SECURITY))


def assertions_of(message: etree._Element) -> list[etree._Element]:
    return list(security_of(message))


def reparsed(message: etree._Element) -> etree._Element:
    return parse_xml(etree.tostring(message), SOAP_LIMITS)

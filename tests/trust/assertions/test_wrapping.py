"""Signature wrapping: the signed original is kept somewhere, another one is read."""

from __future__ import annotations

import uuid

import pytest
from lxml import etree

from tests.trust.assertions.cast import (
    decide,
    envelope,
    hcp_bytes,
    trc_bytes,
)
from tests.trust.assertions.header import EVIL_ID, assertions_of, reparsed, security_of
from tests.trust.resign import (
    NS,
)
from trust.decision import Reason
from trust.namespaces import DS, SAML


@pytest.fixture
def wrapped():
    """A good message and an evil twin of its HCP assertion, unsigned."""
    message = envelope(hcp_bytes(), trc_bytes())
    original = assertions_of(message)[0]
    evil = etree.fromstring(etree.tostring(original))
    evil.set("ID", f"_{EVIL_ID}")
    evil.find("s:Subject/s:NameID", NS).text = "mallory"
    signature = evil.find("ds:Signature", NS)
    evil.remove(signature)
    return message, original, evil, signature


def xsw1(message, original, evil, signature):
    """The original after the evil one, whose signature refers to it."""
    evil.insert(1, signature)
    security_of(message).insert(0, evil)


def xsw2(message, original, evil, signature):
    """As 1, with the signature taken out of the original."""
    original.remove(original[1])
    evil.insert(1, signature)
    security_of(message).insert(1, evil)


def xsw3(message, original, evil, signature):
    """The evil one, unsigned, before the original."""
    security_of(message).insert(0, evil)


def xsw4(message, original, evil, signature):
    """The original inside the evil one."""
    security_of(message).insert(0, evil)
    evil.append(original)


def xsw5(message, original, evil, signature):
    """The signature in the evil one, the bare original at the end."""
    original.remove(original[1])
    security_of(message).insert(0, evil)
    evil.insert(1, signature)
    security_of(message).append(original)


def xsw6(message, original, evil, signature):
    """The bare original inside the signature of the evil one."""
    security_of(message).insert(0, evil)
    evil.insert(1, signature)
    original.remove(original[1])
    signature.append(original)


def xsw7(message, original, evil, signature):
    """The original under an extension."""
    security_of(message).insert(0, evil)
    etree.SubElement(evil, f"{{{SAML}}}Extensions").append(original)


def xsw8(message, original, evil, signature):
    """The bare original under an object of the signature."""
    security_of(message).insert(0, evil)
    evil.insert(1, signature)
    original.remove(original[1])
    etree.SubElement(signature, f"{{{DS}}}Object").append(original)


def in_advice(message, original, evil, signature):
    """The original in the advice of the evil one."""
    security_of(message).insert(0, evil)
    evil.insert(1, signature)
    advice = etree.Element(f"{{{SAML}}}Advice")
    evil.insert(4, advice)
    advice.append(original)


def in_the_body(message, original, evil, signature):
    """The original in the body, the evil one in its place."""
    evil.insert(1, signature)
    security_of(message).replace(original, evil)
    message[1].append(original)


def in_another_header(message, original, evil, signature):
    evil.insert(1, signature)
    security_of(message).replace(original, evil)
    etree.SubElement(message[0], "{urn:x}Kept").append(original)


def same_id(message, original, evil, signature):
    """The evil one in the place of the original, under its ID."""
    evil.set("ID", original.get("ID"))
    evil.insert(1, signature)
    security_of(message).replace(original, evil)
    etree.SubElement(message[0], "{urn:x}Kept", ID=original.get("ID"))


def only_the_id(message, original, evil, signature):
    """The evil one in the place of the original, under its ID and signature."""
    evil.set("ID", original.get("ID"))
    evil.insert(1, signature)
    security_of(message).replace(original, evil)


WRAPPINGS = (
    xsw1,
    xsw2,
    xsw3,
    xsw4,
    xsw5,
    xsw6,
    xsw7,
    xsw8,
    in_advice,
    in_the_body,
    in_another_header,
    same_id,
    only_the_id,
)


@pytest.mark.parametrize("wrap", WRAPPINGS)
@pytest.mark.parametrize("parsed_again", [False, True])
def test_a_wrapped_signature_is_refused_and_the_evil_twin_never_read(
    wrapped, wrap, parsed_again
):
    message, original, evil, signature = wrapped
    wrap(message, original, evil, signature)
    belief = decide(reparsed(message) if parsed_again else message)
    assert not belief.decision.is_accepted
    assert belief.hcp is None or belief.hcp.name_id == "dr-1"


def test_an_identifier_that_stands_twice_is_refused():
    message = envelope(hcp_bytes(), trc_bytes())
    message[1].set("ID", "twice")
    etree.SubElement(message[1], "{urn:x}x").set("Id", "twice")
    assert decide(message).decision.reason is Reason.ID_NOT_UNIQUE


def test_ids_of_registry_objects_are_their_own_affair():
    message = envelope(hcp_bytes(), trc_bytes())
    message[1].set("id", "twice")
    etree.SubElement(message[1], "{urn:x}x").set("id", "twice")
    assert decide(message).decision.is_accepted


def test_an_assertion_under_the_id_of_the_other_is_refused():
    trc = trc_bytes(assertion_id=uuid.UUID("11111111-2222-4333-8444-555555555555"))
    belief = decide(envelope(hcp_bytes(), trc))
    assert belief.decision.reason is Reason.ID_NOT_UNIQUE

"""What the mutations make: hostile where they say it, and nothing else is changed."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import cache

import pytest
import xmlsec
from lxml import etree

from conformance.attacks import (
    Attack,
    Ground,
    Message,
    Seal,
    Stage,
    Transaction,
    attacks,
    write_http,
)
from conformance.attacks.sealing import edited, resealed, unsigned
from ncp.ihe import codes
from ncp.ihe.iti41_xdr import write_submission
from ncp.ihe.nodes import element
from ncp.ihe.soap import write_request
from ncp.ports import RandomIds
from tests.ncp.country_a.submissions import (
    OTHER_PRESCRIPTION,
    document,
    submission,
)
from tests.trust import pki
from tests.trust.assertions.cast import (
    HCP_ID,
    PATIENT,
    TRC_ID,
    hcp_bytes,
    own_hcp,
    trc_bytes,
)
from tests.trust.resign import xmlsec_verifies
from trust.identifiers import PatientId
from trust.namespaces import DS, SAML
from trust.xml import SOAP_LIMITS, parse_xml

CASES = [
    pytest.param(attack, transaction, id=f"{attack.id}-{transaction}")
    for attack in attacks().values()
    for transaction in attack.on
]
XSW = [each for each in attacks().values() if each.id.startswith(("xsw", "trc-xsw"))]
OTHER_PATIENT = PatientId(PATIENT.root, "1990010112345")


@cache
def ground() -> Ground:
    other = hcp_bytes(assertion_id=uuid.UUID(int=1))
    another = {"patient": OTHER_PATIENT, "assertion_id": uuid.UUID(int=3)}
    return Ground(
        seals={each: pki.seal("seal" if each is Seal.OWN else "evil") for each in Seal},
        other_hcp=other,
        other_trc=trc_bytes(own_hcp(other), assertion_id=uuid.UUID(int=2)),
        same_session_trc=trc_bytes(**another),
        bait="http://127.0.0.1:9/bait",
        moment=pki.NOW,
    )


def said(transaction: Transaction, ihe: codes.Transaction):
    if transaction is Transaction.ITI_41:
        second = document("2.25.101", prescription=OTHER_PRESCRIPTION)
        return write_submission(submission(document(), second), RandomIds())
    inside = element("{urn:hl7-org:v3}semanticsText", "x")
    return element(ihe.request_element, inside), ()


@cache
def good(transaction: Transaction) -> Message:
    ihe = codes.Transaction(transaction.value)
    hcp = hcp_bytes()
    trc = None if transaction is Transaction.ITI_55 else trc_bytes()
    body, attachments = said(transaction, ihe)
    payload = write_request(
        body,
        action=ihe.request_action,
        message_id="urn:uuid:11111111-2222-4333-8444-555555555555",
        to="https://localhost/services/X",
        assertions=[hcp] if trc is None else [hcp, trc],
        mtom=transaction is Transaction.ITI_39,
        attachments=attachments,
    )
    return Message(
        transaction=transaction,
        path="/services/X",
        head=(("Content-Type", payload.content_type),),
        body=payload.body,
        hcp=hcp,
        trc=trc,
        message_id="urn:uuid:11111111-2222-4333-8444-555555555555",
        ground=ground(),
    )


@pytest.mark.parametrize(("attack", "transaction"), CASES)
def test_a_mutation_makes_another_message(attack: Attack, transaction: Transaction):
    original = good(transaction)
    before = replace(original)
    hostile = attack.mutate(original)
    assert hostile != original
    assert original == before
    # Only where the connection is attacked, the very same bytes are hostile.
    if attack.stage is not Stage.CONNECTION and hostile.earlier is None:
        wire = write_http(hostile, "localhost")
        assert wire != write_http(original, "localhost")


def ids_verified_by_xmlsec(root: etree._Element) -> list[str]:
    """Verify every signed assertion by itself, as one that finds it by ID would."""
    return [
        str(each.get("ID"))
        for each in root.iter(f"{{{SAML}}}Assertion")
        if each.find(f"{{{DS}}}Signature") is not None and _holds(each)
    ]


def _holds(assertion: etree._Element) -> bool:
    try:
        xmlsec_verifies(etree.fromstring(etree.tostring(assertion)))
    except xmlsec.Error:
        return False
    return True


WHOLE = {"xsw-1", "xsw-2", "xsw-3", "xsw-3b", "xsw-4", "xsw-7", "xsw-advice"}


@pytest.mark.parametrize("attack", XSW, ids=lambda each: each.id)
def test_wrapping_keeps_what_was_signed_and_adds_what_was_not(attack):
    hostile = attack.mutate(good(attack.on[-1]))
    root = parse_xml(hostile.envelope, SOAP_LIMITS)
    assert b"somebody-else" in hostile.envelope
    victim = TRC_ID if attack.id.startswith("trc-") else HCP_ID
    values = {each.text for each in root.iter(f"{{{DS}}}SignatureValue")}
    assert len(values) == 2, "no signature is lost"
    if attack.id.removeprefix("trc-") in WHOLE:
        assert f"_{victim}" in ids_verified_by_xmlsec(root)


@pytest.mark.parametrize(
    "name",
    [
        *("hcp-expired", "audience-wrong", "role-unknown", "version-1-1"),
        *("issuer-homoglyph", "name-id-includes", "kind-unknown"),
    ],
)
def test_what_is_said_is_sealed_as_its_issuer_would(name):
    attack = attacks()[name]
    assert attack.stage is Stage.BEFORE_SIGNING
    hostile = attack.mutate(good(Transaction.ITI_55))
    assert hostile.hcp in hostile.envelope
    xmlsec_verifies(parse_xml(hostile.hcp, SOAP_LIMITS))


def test_an_honest_seal_is_one_that_others_verify():
    xmlsec_verifies(parse_xml(resealed(hcp_bytes(), pki.seal("seal")), SOAP_LIMITS))


def test_an_edit_leaves_the_seal_stale():
    changed = edited(hcp_bytes(), lambda root: root.set("Version", "1.1"))
    assert not _holds(parse_xml(changed, SOAP_LIMITS))
    assert b"SignatureValue" not in unsigned(changed)


def test_a_message_without_trc_has_none_to_attack():
    with pytest.raises(ValueError, match="no TRC assertion"):
        attacks()["trc-absent"].mutate(good(Transaction.ITI_55))


def test_the_written_request_is_exact():
    message = good(Transaction.ITI_55).with_field("X-One", "1").with_field("X-One", "2")
    head, body = write_http(message, "localhost:1")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /services/X HTTP/1.1"
    assert lines[1] == "Host: localhost:1"
    assert lines[-5:] == [
        *("X-One: 1", "X-One: 2", f"Content-Length: {len(body)}"),
        *("", ""),
    ]


UNTOUCHED = [
    each
    for each in attacks().values()
    if not each.is_refused and each.stage is Stage.AFTER_SIGNING
]


@pytest.mark.parametrize("attack", UNTOUCHED, ids=lambda each: each.id)
def test_what_is_to_be_served_has_the_canonical_form_that_was_signed(attack):
    hostile = attack.mutate(good(Transaction.ITI_55))
    assert hostile.hcp != good(Transaction.ITI_55).hcp
    xmlsec_verifies(parse_xml(hostile.hcp, SOAP_LIMITS))

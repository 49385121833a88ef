"""The signature of a list: what holds, and every way in which it is refused."""

from __future__ import annotations

import random

import pytest
from lxml import etree

from tests.trust import pki
from tests.trust.pki import NOW
from tests.trust.trustlist.lists import (
    DS,
    ENVELOPED,
    EXCLUSIVE,
    INCLUSIVE,
    LOTL_SIGNER,
    NS,
    OPERATOR,
    SHA_1,
    STRANGER,
    Draft,
    Entry,
    Manner,
    element,
    signed,
    written,
)
from trust.decision import Reason
from trust.trustlist import (
    ExpectedList,
    TrustListBelief,
    TrustListPolicy,
    decide_trust_list,
    verify_trust_list,
)

CA = pki.seal("listed-authority").certificate
DRAFT = Draft(entries=(Entry((CA,)),))


def decide(data: bytes, *signers) -> TrustListBelief:
    expected = ExpectedList(signers or (OPERATOR.certificate,))
    return decide_trust_list(data, expected, TrustListPolicy(), NOW, subject="list")


def refusal(data: bytes) -> Reason:
    belief = decide(data)
    assert belief.trust_list is None
    return belief.decision.reason


def test_a_list_is_believed_for_the_signature_of_its_operator():
    belief = decide(signed(DRAFT))
    assert belief.decision.is_accepted, belief.decision.sentence
    assert belief.trust_list.sequence == 7
    assert belief.verified.signer == OPERATOR.certificate


@pytest.mark.spec("ETSI TS 119 612 B.1")
@pytest.mark.parametrize(
    "manner",
    [
        Manner(uri="#list"),
        Manner(list_type=""),
        Manner(version="V1"),
        Manner(version="V1", digest=SHA_1),
        Manner(shown=(OPERATOR.certificate, LOTL_SIGNER.certificate)),
        Manner(properties_transforms=None),
    ],
    ids=["by-id", "empty-type", "v1", "sha-1-name", "two-certificates", "inclusive"],
)
def test_what_operators_of_the_union_do_otherwise_is_read(manner):
    belief = decide(signed(DRAFT, manner=manner))
    assert belief.decision.is_accepted, belief.decision.sentence


def test_what_was_tolerated_stands_in_the_evidence():
    belief = decide(signed(DRAFT, manner=Manner(version="V1", digest=SHA_1)))
    assert any("SHA-1" in each for each in belief.decision.evidence)


def test_a_comment_is_not_signed_and_not_read():
    data = signed(DRAFT).replace(b"/granted<", b"/gran<!-- x -->ted<")
    assert b"<!--" in data
    belief = decide(data)
    assert belief.decision.is_accepted
    ((_, service),) = belief.trust_list.services()
    assert service.periods[0].is_granted


# Who signed -------------------------------------------------------------------------


def test_a_list_signed_by_somebody_else_is_refused():
    assert refusal(signed(DRAFT, STRANGER)) is Reason.SIGNER_NOT_PINNED


def test_nobody_named_means_nobody_believed():
    expected = ExpectedList(())
    belief = decide_trust_list(
        signed(DRAFT), expected, TrustListPolicy(), NOW, subject="list"
    )
    assert belief.decision.reason is Reason.SIGNER_NOT_PINNED


def test_a_stranger_who_shows_the_operator_s_certificate_is_refused():
    manner = Manner(shown=(OPERATOR.certificate,), named=OPERATOR.certificate)
    forged = signed(DRAFT, STRANGER, manner)
    assert refusal(forged) is Reason.SIGNATURE_VALUE_INVALID


@pytest.mark.spec("ETSI EN 319 132-1 5.2.2")
def test_signed_properties_that_name_another_certificate_are_refused():
    manner = Manner(named=STRANGER.certificate)
    data = signed(DRAFT, manner=manner)
    assert refusal(data) is Reason.SIGNING_CERTIFICATE_MISMATCH


def test_a_signer_whose_certificate_is_for_something_else_is_refused():
    key = pki.rsa_key("list-tls")
    usage = pki.key_usage("key_encipherment")
    certificate = pki.certificate(key, extensions=[usage])
    signer = pki.SigningKey(key, certificate)
    belief = decide(signed(DRAFT, signer), certificate)
    assert belief.decision.reason is Reason.CERTIFICATE_WRONG_PURPOSE


def test_non_repudiation_alone_is_enough_to_sign_a_list():
    key = pki.rsa_key("list-nr")
    usage = pki.key_usage("content_commitment")
    certificate = pki.certificate(key, extensions=[usage])
    signer = pki.SigningKey(key, certificate)
    assert decide(signed(DRAFT, signer), certificate).decision.is_accepted


def test_a_signer_with_a_weak_key_is_refused():
    key = pki.rsa_key("list-weak", 1024)
    signer = pki.SigningKey(key, pki.certificate(key))
    belief = decide(signed(DRAFT, signer), signer.certificate)
    assert belief.decision.reason is Reason.CERTIFICATE_WEAK


# What was altered -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Svcstatus/granted<", b"Svcstatus/withdrawn<"),
        (b"SequenceNumber>7<", b"SequenceNumber>9<"),
        (b"SigningTime>2026-02-20", b"SigningTime>2026-02-21"),
    ],
    ids=["status", "sequence", "signing-time"],
)
def test_whatever_was_altered_refuses_the_list(old, new):
    data = signed(DRAFT)
    assert old in data
    assert refusal(data.replace(old, new, 1)) is Reason.DIGEST_MISMATCH


def test_an_altered_signature_value_is_refused():
    data = signed(DRAFT)
    start = data.index(b"SignatureValue>") + 20
    flipped = b"A" if data[start : start + 1] != b"A" else b"B"
    assert refusal(data[:start] + flipped + data[start + 1 :]) is (
        Reason.SIGNATURE_VALUE_INVALID
    )


# The form ---------------------------------------------------------------------------


def test_an_unsigned_list_is_refused():
    assert refusal(etree.tostring(written(DRAFT))) is Reason.SIGNATURE_ABSENT


def bent(change) -> bytes:
    return signed(DRAFT, change=change)


def signature_of(root):
    return root.find("ds:Signature", NS)


def second_reference(root):
    info = signature_of(root).find("ds:SignedInfo", NS)
    copied = etree.fromstring(etree.tostring(info.find("ds:Reference", NS)))
    info.append(copied)


def key_value_only(root):
    info = signature_of(root).find("ds:KeyInfo", NS)
    info.clear()
    info.append(element(f"{{{DS}}}KeyName", "operator"))


def foreign_target(root):
    signature_of(root).find("ds:Object/x:QualifyingProperties", NS).set("Target", "#x")


def second_object(root):
    signature_of(root).append(element(f"{{{DS}}}Object"))


def two_properties(root):
    qualifying = signature_of(root).find("ds:Object/x:QualifyingProperties", NS)
    other = etree.fromstring(etree.tostring(qualifying[0]))
    other.set("Id", "others")
    qualifying.append(other)


def signature_first(root):
    root.insert(0, signature_of(root))


def text_inside(root):
    signature_of(root).text = "text"


@pytest.mark.spec("ETSI TS 119 612 5.7.1")
@pytest.mark.parametrize(
    "change",
    [
        second_reference,
        key_value_only,
        foreign_target,
        second_object,
        two_properties,
        signature_first,
        text_inside,
    ],
    ids=lambda change: change.__name__,
)
def test_another_form_of_signature_is_not_read(change):
    assert refusal(bent(change)) is Reason.SIGNATURE_FORM_REFUSED


@pytest.mark.parametrize(
    "manner",
    [
        Manner(transforms=(ENVELOPED,)),
        Manner(transforms=(ENVELOPED, INCLUSIVE)),
        Manner(transforms=(ENVELOPED, EXCLUSIVE, EXCLUSIVE)),
        Manner(properties_transforms=(INCLUSIVE,)),
        Manner(canonicalization=INCLUSIVE),
        Manner(uri="#properties"),
        Manner(list_type="http://uri.etsi.org/01903#SignedProperties"),
    ],
    ids=[
        "no-c14n",
        "inclusive-list",
        "thrice",
        "inclusive-properties",
        "inclusive-info",
        "other-target",
        "two-of-properties",
    ],
)
def test_other_transforms_and_targets_are_not_read(manner):
    data = signed(DRAFT, manner=manner)
    assert refusal(data) is Reason.SIGNATURE_FORM_REFUSED


def test_transforms_in_another_order_are_not_read():
    root = etree.fromstring(signed(DRAFT))
    first = next(root.iter(f"{{{DS}}}Transform"))
    first.getparent().append(first)
    assert refusal(etree.tostring(root)) is Reason.SIGNATURE_FORM_REFUSED


def test_a_transform_with_parameters_is_not_read():
    def filtered(root):
        transform = next(root.iter(f"{{{DS}}}Transform"))
        prefixes = element(f"{{{EXCLUSIVE}}}InclusiveNamespaces", PrefixList="ds")
        transform.getnext().append(prefixes)

    assert refusal(bent(filtered)) is Reason.SIGNATURE_FORM_REFUSED


def test_a_signature_over_sha_1_is_refused():
    manner = Manner(signature_method=DS + "rsa-sha1")
    data = signed(DRAFT).replace(
        b"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        manner.signature_method.encode(),
    )
    assert refusal(data) is Reason.SIGNATURE_ALGORITHM_REFUSED


# Wrapping ---------------------------------------------------------------------------


def test_a_signed_list_inside_another_one_is_refused():
    good = etree.fromstring(signed(DRAFT))
    evil = written(Draft(sequence=99))
    evil.append(good)
    assert refusal(etree.tostring(evil)) is Reason.SIGNATURE_FORM_REFUSED


def test_a_list_whose_signature_points_to_a_list_in_an_object_is_refused():
    good = etree.fromstring(signed(DRAFT, manner=Manner(uri="#list")))
    signature = signature_of(good)
    evil = written(Draft(sequence=99))
    evil.set("Id", "other")
    good.remove(signature)
    evil.append(signature)
    signature.find("ds:Object", NS).append(good)
    assert refusal(etree.tostring(evil)) is Reason.SIGNATURE_FORM_REFUSED


def test_an_identifier_that_stands_twice_is_refused():
    def twice(root):
        root[0].set("Id", "properties")

    data = signed(DRAFT)
    root = etree.fromstring(data)
    twice(root)
    assert refusal(etree.tostring(root)) is Reason.ID_NOT_UNIQUE


def test_what_is_read_is_without_the_signature():
    read = []
    verified = verify_trust_list(signed(DRAFT), read.append)
    assert read == [OPERATOR.certificate]
    assert [each.name for each in verified.content.providers] == ["A provider"]


# XML --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no XML",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
        b"<?x y?><TrustServiceStatusList xmlns='http://uri.etsi.org/02231/v2#'/>",
        b"<a>" * 60 + b"</a>" * 60,
    ],
    ids=["empty", "text", "dtd", "instruction", "deep"],
)
def test_xml_that_is_not_let_in_is_unreadable(data):
    assert refusal(data) is Reason.TRUST_LIST_UNREADABLE


def test_another_document_is_refused_by_its_root():
    assert refusal(b"<a/>") is Reason.SIGNATURE_FORM_REFUSED


# Any byte ---------------------------------------------------------------------------


BYTES = (b"", b"<", b"A", b"0", b'"', b"&", b"\x00", b"\xff", b" ")


@pytest.mark.parametrize("seed", range(8))
def test_no_altered_byte_makes_another_list_or_another_error(seed):
    """Whatever byte changes: refused with a reason, or the very same list."""
    data = signed(DRAFT, manner=Manner(uri="#list"))
    meant = decide(data).trust_list
    chance = random.Random(seed)
    for _ in range(60):
        place = chance.randrange(len(data))
        other = chance.choice(BYTES)
        belief = decide(data[:place] + other + data[place + 1 :])
        assert belief.trust_list is None or belief.trust_list == meant

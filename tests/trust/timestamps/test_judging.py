"""A time stamp is believed if it is about the data, unaltered, and of an authority."""

from __future__ import annotations

import pytest

from tests.trust.pki import NOW, YEAR, ec_key
from tests.trust.timestamps.tsa import (
    LATE,
    POLICY,
    RSA_TSA,
    STAMPING,
    Tsa,
    authority_of,
    stamper,
)
from trust.certificates.hanko import HankoPathValidator
from trust.decision import Reason, TrustRefused
from trust.identifiers import Oid
from trust.timestamps import judge_time_stamp, read_response, write_query

DATA = b"what the log was"
NONCE = 0xABCDEF
ROOT = authority_of()


def token_of(tsa: Tsa, data: bytes = DATA) -> bytes:
    return read_response(tsa.answer(write_query(data, NONCE)))


def judged(token: bytes, data: bytes = DATA, authorities=(ROOT,)):
    return judge_time_stamp(token, data, authorities, HankoPathValidator())


def reason_of(token: bytes, data: bytes = DATA, authorities=(ROOT,)) -> Reason:
    with pytest.raises(TrustRefused) as refused:
        judged(token, data, authorities)
    return refused.value.reason


@pytest.mark.spec("RFC 3161 2.4.2 / RFC 5816")
@pytest.mark.parametrize(
    "tsa",
    [
        Tsa(),
        Tsa(status="granted_with_mods"),
        Tsa(naming="signing_certificate"),
        Tsa(RSA_TSA),
        Tsa(RSA_TSA, scheme="named"),
        Tsa(RSA_TSA, scheme="pss"),
    ],
    ids=["ecdsa", "with-mods", "ess-v1", "rsa", "sha256-rsa", "pss"],
)
def test_a_stamp_says_when_and_who(tsa):
    stamp = judged(token_of(tsa))
    assert stamp.moment == NOW
    assert stamp.authority == "CN=Time of Tests"
    assert (stamp.nonce, stamp.policy) == (NONCE, POLICY)


@pytest.mark.spec("RFC 3161 2.3 exactly one purpose, and critical")
@pytest.mark.parametrize(
    ("uses", "critical"),
    [((), True), ((STAMPING,), False), ((STAMPING, Oid("1.3.6.1.5.5.7.3.1")), True)],
)
def test_a_certificate_for_anything_else_stamps_nothing(uses, critical):
    from cryptography.x509 import ObjectIdentifier

    oids = [ObjectIdentifier(getattr(each, "dotted_string", each)) for each in uses]
    own = stamper(ec_key("tsa"), uses=oids, critical=critical)
    tsa = Tsa(certificate=own)
    assert reason_of(token_of(tsa)) is Reason.CERTIFICATE_WRONG_PURPOSE


def test_a_stamp_on_something_else_proves_nothing():
    assert reason_of(token_of(Tsa()), b"another log") is Reason.DIGEST_MISMATCH


def test_a_stamp_of_nobody_known_is_refused():
    stranger = authority_of("stranger-root")
    token = token_of(Tsa())
    assert reason_of(token, authorities=(stranger,)) is Reason.PATH_INVALID
    assert reason_of(token, authorities=()) is Reason.PATH_INVALID


def test_a_stamp_outlives_the_certificate_and_may_not_be_younger():
    own = stamper(ec_key("tsa"), valid_to=NOW + YEAR)
    assert judged(token_of(Tsa(certificate=own))).moment == NOW
    late = Tsa(certificate=own, moment=LATE)
    assert reason_of(token_of(late)) is Reason.PATH_INVALID


@pytest.mark.parametrize(
    ("tsa", "reason"),
    [
        (Tsa(sends_certificate=False), Reason.SIGNATURE_FORM_REFUSED),
        (Tsa(signers=2), Reason.SIGNATURE_FORM_REFUSED),
        (Tsa(signers=0), Reason.SIGNATURE_FORM_REFUSED),
        (Tsa(content_type="data"), Reason.SIGNATURE_FORM_REFUSED),
        (Tsa(imprint_algorithm="sha512"), Reason.SIGNATURE_FORM_REFUSED),
        (Tsa(extension=True), Reason.SIGNATURE_FORM_REFUSED),
        (Tsa(naming=None), Reason.SIGNATURE_FORM_REFUSED),
        (Tsa(named=ROOT), Reason.SIGNING_CERTIFICATE_MISMATCH),
        (
            Tsa(named=ROOT, naming="signing_certificate"),
            Reason.SIGNING_CERTIFICATE_MISMATCH,
        ),
        (Tsa(RSA_TSA, scheme="weak"), Reason.SIGNATURE_ALGORITHM_REFUSED),
        # Signed with one key, shown with the certificate of another.
        (Tsa(certificate=stamper(ec_key("other"))), Reason.SIGNATURE_VALUE_INVALID),
        (Tsa(certificate=stamper(RSA_TSA)), Reason.SIGNATURE_ALGORITHM_REFUSED),
    ],
)
def test_what_has_not_the_form_is_refused(tsa, reason):
    assert reason_of(token_of(tsa)) is reason


def test_a_stamp_in_which_any_byte_was_changed_is_refused_or_says_the_same():
    token = token_of(Tsa())
    believed = judged(token)
    for place in range(len(token)):
        altered = bytearray(token)
        altered[place] ^= 1
        try:
            stamp = judged(bytes(altered))
        except TrustRefused:
            continue
        assert stamp == believed, place


@pytest.mark.parametrize("end", [0, 1, 10, 100, -1])
def test_a_stamp_that_was_cut_is_refused(end):
    token = token_of(Tsa())
    assert reason_of(token[:end]) is Reason.SIGNATURE_FORM_REFUSED
    assert reason_of(token + b"\0") is Reason.SIGNATURE_FORM_REFUSED


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"", "no time-stamp response"),
        (b"<html>", "no time-stamp response"),
        (Tsa(status="rejection").answer(b""), "grants no time stamp: rejection"),
    ],
)
def test_an_answer_without_a_stamp_says_so(answer, sentence):
    with pytest.raises(TrustRefused, match=sentence):
        read_response(answer)


def test_a_policy_that_is_asked_for_stands_in_the_query():
    from asn1crypto import tsp

    asked = tsp.TimeStampReq.load(write_query(DATA, NONCE, Oid(POLICY)))
    assert asked["req_policy"].native == POLICY
    assert asked["cert_req"].native is True

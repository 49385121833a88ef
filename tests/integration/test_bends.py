"""Each mutation changes the one thing it names, and refuses to do nothing."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from lxml import etree

from ncp.demo.pki import make_pki
from tests.integration import bends
from tests.integration.envoy import PROFESSIONAL, seal_of
from trust.assertions import AUDIENCE, build_hcp_assertion
from trust.identifiers import CountryCode, HomeCommunityId
from trust.namespaces import DS

PORTUGAL = CountryCode("PT")
SIGNATURE = f"{{{DS}}}Signature"


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    [country] = make_pki(folder, [PORTUGAL], datetime.now(UTC))
    return country


@pytest.fixture(scope="module")
def seal(pki):
    return seal_of(pki.seal)


@pytest.fixture(scope="module")
def hcp(seal) -> bytes:
    return build_hcp_assertion(
        PROFESSIONAL,
        country=PORTUGAL,
        home_community_id=HomeCommunityId("2.16.17.710.820.1000.990.1"),
        key=seal,
        now=datetime.now(UTC),
        assertion_id=uuid.uuid4(),
    )


def test_unsigned_takes_off_the_signature_and_nothing_else(hcp):
    before, after = etree.fromstring(hcp), etree.fromstring(bends.unsigned(hcp))
    assert after.find(SIGNATURE) is None
    assert len(after) == len(before) - 1


def test_altered_changes_the_words_and_keeps_the_seal(hcp):
    after = bends.altered(hcp, b"Figueira", b"Figueiro")
    assert len(after) == len(hcp)
    assert etree.fromstring(after).find(SIGNATURE) is not None


def test_altered_will_not_pretend(hcp):
    with pytest.raises(ValueError, match="once"):
        bends.altered(hcp, b"nowhere", b"to be found")


def test_the_resealed_ones_say_what_they_should(hcp, seal):
    assert AUDIENCE.encode() in hcp
    assert AUDIENCE.encode() not in bends.for_another_audience(hcp, seal)
    assert b"Audience" not in bends.without_audience(hcp, seal)
    assert b"classes:Password" in bends.weakly_authenticated(hcp, seal)


def test_sealed_with_shows_the_other_certificate(hcp, pki):
    other = seal_of(pki.stranger)
    path = f".//{{{DS}}}X509Certificate"
    shown = etree.fromstring(bends.sealed_with(hcp, other)).findtext(path)
    assert shown != etree.fromstring(hcp).findtext(path)


def test_an_unsigned_assertion_cannot_be_resealed(hcp, seal):
    with pytest.raises(ValueError, match="not signed"):
        bends.sealed_with(bends.unsigned(hcp), seal)


def test_bytes_are_cut_declared_and_padded():
    message = b'<?xml version="1.0"?><a>' + b"x" * 40 + b"</a>"
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(bends.truncated(message))
    assert b"?><!DOCTYPE" in bends.with_doctype(message)
    assert len(bends.oversized(message, 100)) > 100
    assert len(bends.oversized(message, 10)) > len(message)

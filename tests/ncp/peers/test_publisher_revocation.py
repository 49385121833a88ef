"""Whoever publishes the directory may be revoked like anybody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import ocsp

from ncp.peers.directory_terms import DirectoryTerms
from ncp.settings.directory import DirectorySettings
from tests.trust.certificates.authorities import (
    CRL_ADDRESS,
    OCSP_ADDRESS,
    Authority,
    commercial,
)
from tests.trust.certificates.line import Line
from tests.trust.pki import HOUR, NOW, pem, rsa_key
from tests.trust.smp.directory import ASKED, SEAL, information, seals
from trust.certificates import (
    OnlineRevocation,
    Purpose,
    RevocationAlarm,
    RevocationLists,
    RevocationPolicy,
    RevocationSource,
    RevocationTerms,
    SigningKey,
)
from trust.decision import Reason
from trust.smp import decide_metadata, published_metadata, sealed_metadata

PUBLISHER_NAME = {"C": "BE", "O": "European Commission", "CN": "GRP:SMP_001"}
OTHER = {"C": "FR", "O": "Another", "CN": "another"}
REVOKED = ocsp.OCSPCertStatus.REVOKED


class Publisher:
    """A publisher with a certificate of an authority, and its file."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        self.authority = authority
        key = rsa_key("publisher of the directory")
        self.leaf = authority.leaf(PUBLISHER_NAME, key=key, extended=())
        self.other = authority.leaf(OTHER)
        self.signer = SigningKey(key, self.leaf)
        self.file = folder / "signer.pem"
        self.name_with(authority.certificate)

    def name_with(self, *above: x509.Certificate) -> None:
        self.file.write_bytes(b"".join(map(pem, (self.leaf, *above))))

    def document(self) -> bytes:
        return published_metadata(sealed_metadata(information(), SEAL), self.signer)


@pytest.fixture
def publisher(tmp_path) -> Publisher:
    return Publisher(tmp_path, commercial())


def reason(
    publisher: Publisher,
    policy: str,
    source: RevocationSource,
    alarms: Callable[[RevocationAlarm], None] | None = None,
) -> Reason:
    settings = DirectorySettings(
        smp_url="https://smp.example.eu", signers=(publisher.file,)
    )
    policies = {Purpose.SMP_SIGNER: RevocationPolicy(policy)}
    revocation = RevocationTerms(policies, source, on_alarm=alarms)
    terms = DirectoryTerms(settings, revocation)
    try:
        metadata = terms.metadata(seals())
        belief = decide_metadata(publisher.document(), ASKED, metadata, NOW)
    finally:
        terms.close()
    assert (belief.metadata is not None) is belief.decision.is_accepted
    return belief.decision.reason


def lists(*crls: bytes) -> RevocationLists:
    return RevocationLists(crls)


@pytest.mark.spec("RFC 5280 6.3")
def test_a_publisher_that_its_authoritys_list_does_not_name_is_believed(publisher):
    good = lists(commercial().crl(publisher.other))
    assert reason(publisher, "deny", good) is Reason.ACCEPTED


@pytest.mark.spec("RFC 5280 6.3")
@pytest.mark.parametrize("policy", ["deny", "accept-and-alarm"])
def test_attack_revoked_publisher(publisher, policy):
    revoked = lists(commercial().crl(publisher.leaf))
    assert reason(publisher, policy, revoked) is Reason.CERTIFICATE_REVOKED


def test_a_publisher_is_not_checked_where_the_settings_say_so(publisher):
    revoked = lists(commercial().crl(publisher.leaf))
    assert reason(publisher, "off", revoked) is Reason.ACCEPTED


def expired_list(publisher: Publisher) -> RevocationSource:
    end = NOW - timedelta(days=1)
    return lists(publisher.authority.crl(at=end - 24 * HOUR, until=end))


def dead_responder(publisher: Publisher) -> RevocationSource:
    del publisher
    return OnlineRevocation(Line())


def list_of_another_authority(publisher: Publisher) -> RevocationSource:
    del publisher
    return lists(Authority.root("other").crl())


def authority_not_named(publisher: Publisher) -> RevocationSource:
    publisher.name_with()
    return lists(publisher.authority.crl())


UNKNOWN = [expired_list, dead_responder, list_of_another_authority, authority_not_named]


@pytest.mark.spec("fact sheet 02 6.2")
@pytest.mark.parametrize("source", UNKNOWN)
def test_where_it_cannot_be_known_the_policy_decides_and_tells(publisher, source):
    known = source(publisher)
    alarms: list[RevocationAlarm] = []
    assert reason(publisher, "deny", known) is Reason.REVOCATION_UNKNOWN
    assert reason(publisher, "accept-and-alarm", known, alarms.append) is (
        Reason.ACCEPTED
    )
    assert [each.purpose for each in alarms] == [Purpose.SMP_SIGNER]


@pytest.mark.spec("RFC 6960 2.2")
def test_the_responder_that_the_certificate_names_is_asked(publisher):
    name = publisher.authority.name
    address = OCSP_ADDRESS.format(name=name)
    for status, expected in (
        (ocsp.OCSPCertStatus.GOOD, Reason.ACCEPTED),
        (REVOKED, Reason.CERTIFICATE_REVOKED),
    ):
        answer = publisher.authority.ocsp(publisher.leaf, status)
        online = OnlineRevocation(Line({address: answer}))
        assert reason(publisher, "deny", online) is expected


def test_a_list_is_fetched_where_the_responder_is_dead(publisher):
    address = CRL_ADDRESS.format(name=publisher.authority.name)
    online = OnlineRevocation(Line({address: publisher.authority.crl(publisher.leaf)}))
    assert reason(publisher, "deny", online) is Reason.CERTIFICATE_REVOKED


def test_the_authority_behind_a_publisher_vouches_for_nobody_else(publisher):
    key = rsa_key("somebody else")
    publisher.signer = SigningKey(
        key, publisher.authority.leaf(OTHER, key=key, extended=())
    )
    good = lists(publisher.authority.crl())
    assert reason(publisher, "deny", good) is Reason.SIGNER_NOT_PINNED

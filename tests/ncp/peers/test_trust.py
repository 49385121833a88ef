"""What settings say about certificates is what happens to them."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from ncp.errors import ConfigurationError
from ncp.peers.directory import load_directory
from ncp.peers.trust import load_trust, online_revocation
from ncp.settings import read_settings
from tests.ncp.web.pki import CLIENT, Authority
from trust.certificates import (
    LineFailed,
    OnlineRevocation,
    Purpose,
    RevocationAlarm,
    decide_certificate,
)
from trust.decision import Reason

EXAMPLE = Path(__file__).parents[3] / "docs" / "reference" / "luxembourg.toml"
NOW = datetime.now(UTC)


class Scene:
    """A folder, an authority with a leaf, and the settings of one peer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = Authority(folder, "commercial")
        self.leaf = self.authority.leaf("leaf", CLIENT)
        (folder / "authority.pem").write_text(self.authority.pem)
        example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
        self.data = {**example, "revocation": {"online": False}}
        self.data["gateway"]["environment"] = "integration"
        self.data["doors"]["international"]["tls_authorities"] = []
        self.peer = {"country": "LV", "home_community_id": "1.2.3"}
        self.data["peers"] = [self.peer]

    def pin_leaf(self) -> None:
        self.peer["certificates"] = {"tls_client": ["leaf.pem"]}
        self.peer["cross_checks"] = {"certificate_country": False}

    def name_authority(self, **subject: str) -> None:
        self.peer["cross_checks"] = {"certificate_country": False}
        self.peer["authorities"] = [
            {
                "purposes": ["tls-client"],
                "certificate": "authority.pem",
                "subject": subject,
            }
        ]

    def revoke(self, *certificates: x509.Certificate) -> None:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.authority.name)
            .last_update(NOW - timedelta(hours=1))
            .next_update(NOW + timedelta(hours=1))
        )
        for each in certificates:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(each.serial_number)
                .revocation_date(NOW - timedelta(hours=2))
                .build()
            )
        crl = builder.sign(self.authority.key, SHA256())
        (self.folder / "list.crl").write_bytes(crl.public_bytes(Encoding.DER))
        self.data["revocation"]["lists"] = ["list.crl"]

    def trust(self, **options):
        settings = read_settings(self.data, "the test", self.folder)
        return load_trust(settings, load_directory(settings.peers), **options)

    def reason(self, **options) -> Reason:
        belief = decide_certificate(
            self.leaf.der, Purpose.TLS_CLIENT, self.trust(**options), NOW, subject="x"
        )
        return belief.decision.reason


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_a_leaf_that_is_named_is_believed(scene):
    scene.pin_leaf()
    assert scene.reason() is Reason.ACCEPTED


def test_a_list_that_names_a_named_leaf_denies(scene):
    scene.pin_leaf()
    scene.peer["intermediates"] = ["authority.pem"]
    scene.data["revocation"]["tls_client"] = "deny"
    scene.revoke()
    assert scene.reason() is Reason.ACCEPTED
    scene.revoke(scene.leaf.certificate)
    assert scene.reason() is Reason.CERTIFICATE_REVOKED
    scene.data["revocation"]["tls_client"] = "off"
    assert scene.reason() is Reason.ACCEPTED


def test_an_authority_and_a_subject_are_enough(scene):
    scene.name_authority(CN="leaf", C="LU")
    assert scene.reason() is Reason.ACCEPTED
    scene.name_authority(CN="another")
    assert scene.reason() is Reason.SUBJECT_NOT_PERMITTED


def test_the_country_in_the_certificate_is_compared_unless_switched_off(scene):
    scene.name_authority(CN="leaf")
    scene.peer["cross_checks"] = {}
    assert scene.reason() is Reason.SUBJECT_NOT_PERMITTED
    scene.peer["cross_checks"] = {"certificate_country": False}
    assert scene.reason() is Reason.ACCEPTED


def test_home_communities_are_compared_unless_switched_off(scene):
    settings = read_settings(scene.data, "the test", scene.folder)
    assert load_directory(settings.peers).home_communities() == {"LV": "1.2.3"}
    scene.peer["cross_checks"] = {"home_community_id": False}
    settings = read_settings(scene.data, "the test", scene.folder)
    assert load_directory(settings.peers).home_communities() == {}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("deny", Reason.REVOCATION_UNKNOWN), ("accept-and-alarm", Reason.ACCEPTED)],
)
def test_without_anything_published_the_policy_decides(scene, policy, expected):
    alarms: list[RevocationAlarm] = []
    scene.pin_leaf()
    scene.peer["intermediates"] = ["authority.pem"]
    scene.data["revocation"]["tls_client"] = policy
    assert scene.reason(on_alarm=alarms.append) is expected
    assert len(alarms) == (expected is Reason.ACCEPTED)


def test_production_denies_without_being_told_to(scene):
    scene.pin_leaf()
    scene.data["gateway"]["environment"] = "production"
    assert scene.reason() is Reason.REVOCATION_UNKNOWN


def test_online_revocation_is_a_setting(scene):
    settings = read_settings(scene.data, "the test", scene.folder).revocation
    assert online_revocation(settings) is None
    online = settings.model_copy(update={"online": True})
    found = online_revocation(online)
    assert isinstance(found, OnlineRevocation)
    with pytest.raises(LineFailed):
        found._line.get("https://example.org/list.crl")


def test_a_list_that_is_none_is_told_with_its_setting(scene):
    (scene.folder / "list.crl").write_bytes(b"no list")
    scene.data["revocation"]["lists"] = ["list.crl"]
    with pytest.raises(ConfigurationError, match=r"`revocation\.lists`"):
        scene.trust()


def test_rules_of_two_countries_that_overlap_are_told(scene):
    scene.name_authority(CN="leaf")
    other = {**scene.peer, "country": "EE", "home_community_id": "1.2.4"}
    scene.data["peers"] = [scene.peer, other]
    with pytest.raises(ConfigurationError, match="contradict each other"):
        scene.trust()


def test_the_door_admits_whom_an_authority_vouches_for(scene):
    scene.name_authority(CN="leaf")
    settings = read_settings(scene.data, "the test", scene.folder)
    directory = load_directory(settings.peers)
    assert scene.authority.pem in directory.client_anchors()
    [peer] = directory
    assert scene.authority.pem not in peer.server_anchors

"""Trust lists that the gateway lives by: fetched, kept, judged, told of."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ncp.audit import AuditOutcome, DirectoryAct, DirectoryEvent
from ncp.cli.list_findings import inspect_lists
from ncp.errors import ConfigurationError
from ncp.peers.directory import load_directory
from ncp.peers.directory_record import DirectoryRecord, RecordingNode
from ncp.peers.list_shelf import ListShelf
from ncp.peers.listed_authorities import with_listed_authorities
from ncp.peers.trust import load_trust
from ncp.peers.trust_list_report import TrustListReport
from ncp.peers.trust_list_watch import TrustListWatch
from ncp.settings import Settings, SettingsError, read_settings
from ncp.telemetry import Metrics
from tests.clocks import SetClock
from tests.trust.certificates.authorities import Authority, commercial, other
from tests.trust.pki import NOW, pem
from tests.trust.trustlist.lists import (
    DAY,
    LOTL_SIGNER,
    OPERATOR,
    STRANGER,
    Draft,
    Entry,
    Period,
    Pointer,
    list_of_lists,
    signed,
)
from trust.certificates import Purpose, decide_certificate
from trust.decision import Reason
from trust.trustlist import ListUnavailable

EXAMPLE = Path(__file__).parents[3] / "docs" / "reference" / "luxembourg.toml"
LOTL = "https://union.example.eu/lotl.xml"
GREECE = "https://lists.example.gr/list.xml"
SUBJECT = {"C": "GR", "O": "Ministry", "CN": "seal of Greece"}
NODE = RecordingNode("LU-1", "ncp.example.lu", "CN=ncp-b,C=LU")


def lotl(**changes) -> bytes:
    to_greece = Pointer(GREECE, (OPERATOR.certificate,), "EL")
    return signed(list_of_lists([to_greece], **changes), LOTL_SIGNER)


def greek(
    authority: Authority, status: str = "granted", key=OPERATOR, **changes
) -> bytes:
    entry = Entry(
        [authority.certificate],
        Period(status, NOW - DAY),
        [Period("granted", NOW - 9 * DAY)] if status != "granted" else [],
        ["ForeSeals"],
    )
    return signed(Draft(territory="EL", entries=[entry], **changes), key)


@dataclass
class World:
    """Where the lists are; and the gateway that lives by them."""

    folder: Path
    lists: dict[str, bytes]
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    recorded: list[DirectoryEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "lotl.pem").write_bytes(pem(LOTL_SIGNER.certificate))
        self.data = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
        self.data["gateway"]["environment"] = "integration"
        self.data["revocation"] = {"online": False}
        self.data["doors"]["international"]["tls_authorities"] = []
        self.listed = {
            "purposes": ["seal"],
            "source": "union",
            "subject": {"O": "Ministry", "CN": "seal of Greece"},
        }
        self.data["peers"] = [
            {
                "country": "EL",
                "home_community_id": "1.2.3",
                "listed_authorities": [self.listed],
            }
        ]
        self.data["trust_lists"] = {
            "folder": "lists",
            "sources": [
                {
                    "name": "union",
                    "location": LOTL,
                    "signers": ["lotl.pem"],
                    "territories": ["GR"],
                }
            ],
        }
        self.restart()

    def settings(self) -> Settings:
        return read_settings(self.data, "the test", self.folder)

    def restart(self) -> None:
        settings = self.settings()
        self.metrics = Metrics()
        self.watch = TrustListWatch(
            settings.trust_lists,
            self,
            ListShelf(settings.trust_lists.folder),
            self.clock,
            TrustListReport(self.metrics),
            DirectoryRecord(self.recorded.append, NODE, self.clock),
        )
        self.watch.restore()
        self.adopt()

    def adopt(self) -> None:
        settings = self.settings()
        static = load_directory(settings.peers)
        self.directory = with_listed_authorities(static, settings.peers, self.watch)
        self.trust = load_trust(settings, self.directory)

    def refresh(self) -> bool:
        is_new = self.watch.refresh()
        if is_new:
            self.adopt()
        return is_new

    def fetch(self, location: str) -> bytes:
        if location not in self.lists:
            raise ListUnavailable("nobody answers there")
        return self.lists[location]

    def reason(
        self,
        authority: Authority | None = None,
        purpose: Purpose = Purpose.SEAL,
        subject=None,
    ) -> Reason:
        leaf = (authority or commercial()).leaf(subject or SUBJECT, extended=())
        der = leaf.public_bytes(Encoding.DER)
        return decide_certificate(
            der, purpose, self.trust, self.clock.now(), subject="x"
        ).decision.reason

    def findings(self) -> list[str]:
        return [each.key for each in inspect_lists(self.settings(), self.clock)]

    def told(self, happening: str, reason: str = "accepted") -> float | None:
        return self.metrics.registry.get_sample_value(
            "ncp_trust_list_events_total",
            {"country": "EL", "happening": happening, "reason": reason},
        )


@pytest.fixture
def world(tmp_path) -> World:
    return World(tmp_path, {LOTL: lotl(), GREECE: greek(commercial())})


@pytest.mark.spec("ETSI TS 119 612 5.5")
def test_a_listed_authority_vouches_for_the_seal_that_the_settings_describe(world):
    assert world.reason() is Reason.SIGNER_NOT_PINNED
    assert world.refresh()
    assert world.reason() is Reason.ACCEPTED
    assert not world.refresh()


def test_it_vouches_for_no_other_subject_purpose_or_authority(world):
    world.refresh()
    stranger = {"C": "GR", "O": "Evil", "CN": "seal of Greece"}
    assert world.reason(subject=stranger) is Reason.SUBJECT_NOT_PERMITTED
    assert world.reason(purpose=Purpose.TLS_CLIENT) is Reason.PEER_NOT_PINNED
    assert world.reason(other()) is Reason.PATH_INVALID


@pytest.mark.spec("ETSI TS 119 612 5.5.4")
def test_an_authority_that_is_withdrawn_vouches_no_more_without_a_restart(world):
    world.refresh()
    world.lists[GREECE] = greek(commercial(), "withdrawn", sequence=8)
    assert world.refresh()
    assert world.reason() is Reason.SERVICE_NOT_GRANTED


@pytest.mark.spec("ETSI TS 119 612 5.3.15")
def test_the_last_good_list_serves_until_its_next_update_and_no_longer(world, capsys):
    world.refresh()
    world.lists.clear()
    world.clock.moment += 99 * DAY
    assert not world.refresh()
    assert world.reason() is Reason.ACCEPTED
    assert world.told("last-good-serves", "trust-list-unavailable") == 1
    assert "trust-list.last-good-serves" in capsys.readouterr().err
    world.clock.moment += 2 * DAY
    # Nobody has looked yet; the time is over all the same.
    assert world.reason() is Reason.TRUST_LIST_EXPIRED
    assert world.refresh()
    assert world.reason() is Reason.SIGNER_NOT_PINNED
    assert "trust-list.lost" in capsys.readouterr().err


def forged() -> bytes:
    return greek(other(), key=STRANGER, sequence=9)


def rolled_back() -> bytes:
    return greek(other(), sequence=6)


@pytest.mark.spec("fact sheet 02 7.2 row 38")
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (forged, Reason.SIGNER_NOT_PINNED),
        (rolled_back, Reason.TRUST_LIST_ROLLED_BACK),
        (lambda: b"no list", Reason.TRUST_LIST_UNREADABLE),
    ],
)
def test_attack_a_list_that_is_not_believed_changes_nothing_and_is_told(
    world, bad, reason
):
    world.refresh()
    world.recorded.clear()
    world.lists[GREECE] = bad()
    assert not world.refresh()
    assert world.reason() is Reason.ACCEPTED
    assert world.reason(other()) is Reason.PATH_INVALID
    assert world.told("last-good-serves", reason.value) == 1
    failed = world.recorded[-1]
    assert failed.outcome is AuditOutcome.MAJOR_FAILURE
    assert [each.code for each in failed.errors] == [reason.value]


def test_a_restart_needs_no_network(world):
    world.refresh()
    world.lists.clear()
    world.restart()
    assert world.reason() is Reason.ACCEPTED
    world.clock.moment += 101 * DAY
    world.restart()
    assert world.reason() is Reason.SIGNER_NOT_PINNED


@pytest.mark.spec("fact sheet 06 1.2")
def test_the_import_of_each_list_is_recorded(world):
    world.refresh()
    assert [(each.act, each.about) for each in world.recorded] == [
        (DirectoryAct.IMPORT, "trust list of EU"),
        (DirectoryAct.IMPORT, "trust list of EL"),
    ]
    assert {each.outcome for each in world.recorded} == {AuditOutcome.SUCCESS}


def test_the_check_tells_of_lists_that_are_missing_old_or_over(world):
    assert world.findings() == [
        "trust_lists.sources",
        "peers[1].listed_authorities",
    ]
    world.refresh()
    assert world.findings() == []
    world.clock.moment += 95 * DAY
    assert world.findings() == ["trust_lists.sources"] * 2
    world.clock.moment += 10 * DAY
    assert "peers[1].listed_authorities" in world.findings()


def test_a_peer_may_rest_on_the_list_of_another_territory(world):
    world.listed["territory"] = "DE"
    world.refresh()
    world.adopt()
    assert world.reason() is Reason.SIGNER_NOT_PINNED
    assert world.findings() == ["peers[1].listed_authorities"]


def test_signers_and_folder_are_needed(world):
    (world.folder / "lotl.pem").write_bytes(b"no certificate")
    with pytest.raises(ConfigurationError, match="signers"):
        world.refresh()
    assert world.findings() == ["trust_lists"]
    del world.data["trust_lists"]["folder"]
    with pytest.raises(SettingsError, match="folder"):
        world.settings()


def test_a_source_that_is_not_there_is_named(world):
    world.listed["source"] = "nobody"
    with pytest.raises(SettingsError, match="'nobody'"):
        world.settings()

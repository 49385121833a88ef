"""Countries found in a directory, with real DNS, HTTP and TLS on loopback."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
from dataclasses import dataclass, field, replace

import pytest
from cryptography import x509

from ncp.audit import AuditOutcome, DirectoryAct, DirectoryEvent
from ncp.directory_server import MetadataServer, NameServer
from ncp.errors import PeerUnavailable, Refusal
from ncp.exchange import HttpPayload
from ncp.peers import Peer, PeerClient, PeerDirectory, Service
from ncp.peers.directory_record import DirectoryRecord, RecordingNode
from ncp.peers.directory_terms import DirectoryTerms
from ncp.peers.discovery import Discovery
from ncp.peers.discovery_report import DiscoveryReport
from ncp.peers.guard import Guard
from ncp.peers.health import PeerHealth
from ncp.peers.line import CurrentPeerLine
from ncp.peers.switches import Switches, switched_off
from ncp.peers.tls_context import server_context
from ncp.settings.directory import DirectorySettings
from ncp.store import StoreUnavailable
from ncp.telemetry import Metrics
from tests.ncp.peers.neighbour import (
    MESSAGE,
    Neighbour,
    answer,
    answering,
)
from tests.ncp.web.pki import SERVER
from tests.trust.pki import certificate, pem, rsa_key
from tests.trust.smp.test_search_mask import LUXEMBOURG
from trust.certificates import CertificatePin, PinStore, Purpose, SigningKey
from trust.decision import Reason, TrustDecision
from trust.identifiers import CountryCode, HomeCommunityId
from trust.smp import (
    FORMS,
    AddressRules,
    Carries,
    Endpoint,
    HeldEntry,
    SearchMask,
    ServiceInformation,
    SmpService,
    entry_of,
    participant_of,
    process_of,
    published_metadata,
    sealed_metadata,
)
from trust.smp.register import MetadataRegister

LU = CountryCode("LU")
PT = CountryCode("PT")
ZONE = "sml.demo.invalid"
NODE = RecordingNode("LU-1", "ncp.example.lu", "CN=ncp-b,C=LU")
DAY = dt.timedelta(days=1)
NOW = dt.datetime.now(dt.UTC)


def signer(name: str, country: str) -> SigningKey:
    key = rsa_key(name)
    begin, end = NOW - DAY, NOW + 90 * DAY
    return SigningKey(
        key, certificate(key, country=country, valid_from=begin, valid_to=end)
    )


SEALS = {LU: signer("lu-seal", "LU"), PT: signer("pt-seal", "PT")}
PUBLISHER = signer("smp", "BE")


def information_of(service: SmpService) -> ServiceInformation:
    form = FORMS[service]
    endpoint = Endpoint(
        form.transport,
        "https://127.0.0.1:8443/x",
        PUBLISHER.certificate,
        activation=NOW - DAY,
    )
    return ServiceInformation(entry_of(service, LU), process_of(service, LU), endpoint)


def pin(of: x509.Certificate, country: CountryCode, purpose: Purpose) -> CertificatePin:
    return CertificatePin.of(of, country=country, purpose=purpose, label="settings")


@dataclass
class Clock:
    moment: dt.datetime = NOW

    def now(self) -> dt.datetime:
        return self.moment


@dataclass
class Scene:
    """Our side: a gateway put together from the settings and the directory."""

    smp: MetadataServer
    dns: NameServer
    settings: DirectorySettings
    pki: object
    clock: Clock = field(default_factory=Clock)
    countries: tuple[CountryCode, ...] = (LU,)

    def __post_init__(self) -> None:
        self.metrics = Metrics()
        self.recorded: list[DirectoryEvent] = []
        self.terms = DirectoryTerms(self.settings)
        self.discovery = Discovery(
            self.settings,
            self.terms,
            self.clock,
            DiscoveryReport(self.metrics),
            DirectoryRecord(self.recorded.append, NODE, self.clock),
        )
        self.switches = Switches({}, self.settings.folder)
        self.health = PeerHealth()
        self.clients: list[PeerClient] = []
        self.generation = itertools.count(1)
        self.line = CurrentPeerLine(
            lambda: self.clients[-1],
            lambda: self.directory,
            self.look_again,
            self.switches,
            self.health,
            self.clock,
            self.metrics,
        )
        self.adopt()

    def adopt(self) -> None:
        static = PeerDirectory([self._peer(each) for each in self.countries])
        self.directory = self.discovery.join(static, static.pins())
        self.clients.append(
            PeerClient(self.directory, self.pki.client.files, self.clock, self.metrics)
        )

    def _peer(self, country: CountryCode) -> Peer:
        seal = SEALS[country].certificate
        return Peer(
            country,
            HomeCommunityId("1.3.182.2.12.10000734.6.1"),
            None,
            (pin(seal, country, Purpose.SEAL),),
            "",
            "",
            is_from_directory=True,
        )

    def look_again(self, country: CountryCode) -> bool:
        if not self.discovery.refresh(country, force=True):
            return False
        self.adopt()
        return True

    def hang_up(self, neighbour: Neighbour | None = None) -> None:
        for client in self.clients:
            client.close()
        if neighbour is not None:
            neighbour.close()

    def later(self, after: dt.timedelta) -> None:
        self.clock.moment += after

    @property
    def peer(self) -> Peer:
        return self.directory.find(LU)

    def send(self) -> HttpPayload:
        """Send as the asking side does: once more after the directory was asked."""
        peer = self.peer
        try:
            return self.line.send(peer, Service.XCPD, MESSAGE)
        except PeerUnavailable as error:
            fresh = self.line.refreshed(peer)
            if error.refusal is not Refusal.PEER_UNREACHABLE and fresh == peer:
                raise
        return self.line.send(fresh, Service.XCPD, MESSAGE)

    def publish(
        self, service: SmpService, address: str, leaf, country=LU, **changes
    ) -> None:
        form = FORMS[service]
        endpoint = Endpoint(
            form.transport,
            address,
            None if form.carries is Carries.NONE else leaf,
            activation=NOW - DAY,
            expiration=NOW + 60 * DAY,
            **changes,
        )
        entry = entry_of(service, country)
        information = ServiceInformation(entry, process_of(service, country), endpoint)
        sealed = sealed_metadata(information, SEALS[country])
        self.smp.register.put(entry, sealed, NOW)

    def publish_all(self, port: int, leaf: x509.Certificate, country=LU) -> None:
        for service in (SmpService.IDENTIFICATION, SmpService.QUERY):
            self.publish(service, f"https://127.0.0.1:{port}/x", leaf, country)
        # The directory was asked a moment ago, and may be asked again by now.
        self.later(dt.timedelta(minutes=1))


@pytest.fixture
def scene_of(tmp_path, pki, neighbour_of):
    with contextlib.ExitStack() as stack:
        register = MetadataRegister(
            PUBLISHER,
            PinStore(
                pin(key.certificate, country, Purpose.SEAL)
                for country, key in SEALS.items()
            ),
        )
        smp = stack.enter_context(MetadataServer(register))
        dns = stack.enter_context(NameServer(ZONE))
        dns.lead({participant_of(each): smp.address for each in SEALS})
        signer_file = tmp_path / "smp.pem"
        signer_file.write_bytes(pem(PUBLISHER.certificate))

        def build(*ports: int, **changes) -> Scene:
            scene_changes = {
                key: changes.pop(key) for key in ("countries",) if key in changes
            }
            settings = DirectorySettings(
                zone=ZONE,
                resolvers=(dns.address,),
                signers=(signer_file,),
                networks=("127.0.0.0/8",),
                ports=(smp.port, *ports),
                plain_http=True,
                timeout_s=0.5,
                folder=tmp_path / "directory",
                **changes,
            )
            scene = Scene(smp, dns, settings, pki, **scene_changes)
            stack.callback(scene.terms.close)
            stack.callback(scene.hang_up)
            return scene

        yield build


def service_of(neighbour_of, leaf=None, answers: int = 5) -> Neighbour:
    return neighbour_of(answering(*[answer(b"<ok/>")] * answers), leaf)


def test_a_country_is_found_and_asked_without_a_word_of_it_in_the_settings(
    scene_of, neighbour_of, pki
):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    assert scene.look_again(LU)
    assert scene.send().body == b"<ok/>"


def test_where_dispensations_are_provided_is_found_too(scene_of, neighbour_of, pki):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    address = f"https://127.0.0.1:{neighbour.port}/xdr"
    scene.publish(SmpService.PROVIDE, address, pki.server.certificate)
    scene.publish_all(neighbour.port, pki.server.certificate)
    assert scene.look_again(LU)
    assert scene.peer.address(Service.XDR) == address
    assert scene.line.send(scene.peer, Service.XDR, MESSAGE).body == b"<ok/>"


def test_a_country_that_is_not_there_is_told_as_such(scene_of):
    scene = scene_of()
    with pytest.raises(PeerUnavailable, match="no entry of country LU"):
        scene.peer.address(Service.XCPD)
    assert scene.peer.endpoints is None


@pytest.mark.spec("fact sheet 02 8.1")
def test_a_key_change_published_in_the_directory_loses_no_request(
    scene_of, neighbour_of, pki
):
    """The country changes its key and publishes it; the next request finds out."""
    before = service_of(neighbour_of)
    new_leaf = pki.authority.leaf("server-2", SERVER)
    scene = scene_of(before.port)
    scene.publish_all(before.port, pki.server.certificate)
    scene.look_again(LU)
    assert scene.send().body == b"<ok/>"
    scene.hang_up(before)
    port = before.port
    after = Neighbour(
        server_context(new_leaf.files, pki.authority.pem),
        answering(answer(b"<new/>"), answer(b"<new/>")),
        port=port,
    )
    try:
        scene.later(dt.timedelta(minutes=1))
        scene.publish_all(port, new_leaf.certificate)
        assert scene.send().body == b"<new/>"
        assert scene.send().body == b"<new/>"
    finally:
        scene.hang_up(after)


def test_a_country_that_moves_is_found_with_the_same_request(
    scene_of, neighbour_of, pki
):
    old, new = service_of(neighbour_of), service_of(neighbour_of)
    scene = scene_of(old.port, new.port)
    scene.publish_all(old.port, pki.server.certificate)
    scene.look_again(LU)
    scene.send()
    scene.hang_up(old)
    scene.later(dt.timedelta(minutes=1))
    scene.publish_all(new.port, pki.server.certificate)
    assert scene.send().body == b"<ok/>"
    assert new.received


def test_a_change_that_is_published_early_leaves_the_old_certificate_good(
    scene_of, neighbour_of, pki
):
    """Published first, changed later: meanwhile the old one serves."""
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port, overlap_s=3600)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    scene.later(dt.timedelta(minutes=1))
    scene.publish_all(
        neighbour.port, pki.authority.leaf("server-3", SERVER).certificate
    )
    assert scene.look_again(LU)
    assert scene.send().body == b"<ok/>"
    scene.later(dt.timedelta(hours=2))
    scene.adopt()
    with pytest.raises(PeerUnavailable) as refused:
        scene.send()
    assert refused.value.refusal is Refusal.PEER_NOT_BELIEVED


@pytest.mark.spec("fact sheet 06 7.6 F18")
@pytest.mark.parametrize("part", ["smp", "dns"])
def test_while_the_directory_is_down_the_last_good_entry_serves(
    scene_of, neighbour_of, pki, part, capsys
):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    if part == "smp":
        scene.smp.is_failing = True
    else:
        scene.dns.is_silent = True
    scene.later(2 * DAY)
    assert not scene.discovery.refresh()
    assert scene.send().body == b"<ok/>"
    told = scene.metrics.registry.get_sample_value(
        "ncp_directory_events_total",
        {
            "country": "LU",
            "service": "xcpd",
            "happening": "last-good-served",
            "reason": "directory-answer-unusable"
            if part == "smp"
            else "directory-unreachable",
        },
    )
    assert told
    assert "directory.last-good-served" in capsys.readouterr().err


def test_requests_that_fail_together_wait_for_one_look(scene_of, neighbour_of, pki):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    looked = []
    scene.discovery.look_up_in_pass = lambda asked, now: looked.append(asked)
    scene.dns.is_silent = True
    for _ in range(20):
        scene.look_again(LU)
    assert looked == []


def test_the_last_good_entry_ends_with_what_the_settings_allow(
    scene_of, neighbour_of, pki
):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port, last_good_s=3 * 86_400)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    scene.smp.is_failing = True
    scene.later(3 * DAY)
    assert scene.discovery.refresh()
    scene.adopt()
    assert scene.peer.endpoints is None


def test_entries_outlive_a_restart_while_the_directory_is_down(
    scene_of, neighbour_of, pki
):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    scene.smp.is_failing = True
    again = scene_of(neighbour.port)
    assert again.send().body == b"<ok/>"


def test_attack_a_kept_entry_that_was_tampered_with_is_not_taken_out(
    scene_of, neighbour_of, pki
):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    for path in scene.settings.folder.glob("*.entry.json"):
        content = json.loads(path.read_text())
        content["answer"] = content["answer"][:-8] + "AAAAAAA="
        path.write_text(json.dumps(content))
    scene.smp.is_failing = True
    assert scene_of(neighbour.port).peer.endpoints is None


def test_attack_one_country_publishes_the_certificate_of_another(
    scene_of, neighbour_of, pki
):
    """Its neighbour must not be cut off by it, nor be spoken for."""
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port, countries=(LU, PT))
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.publish_all(neighbour.port, pki.server.certificate, country=PT)
    scene.discovery.refresh(force=True)
    scene.later(dt.timedelta(minutes=1))
    scene.look_again(LU)
    scene.look_again(PT)
    assert scene.send().body == b"<ok/>"
    found = scene.directory.pins().find(pki.server.certificate, Purpose.TLS_SERVER)
    assert found is not None
    assert found.country == LU


def test_a_seal_that_is_published_is_believed_for_assertions_only(scene_of):
    """What is learnt from a directory never vouches for the directory."""
    scene = scene_of(8443)
    new = signer("lu-seal-2", "LU")
    scene.publish(
        SmpService.IDENTITY_PROVIDER, "https://127.0.0.1:8443/", new.certificate
    )
    scene.later(dt.timedelta(minutes=1))
    assert scene.look_again(LU)
    found = scene.directory.pins().find(new.certificate, Purpose.SEAL)
    assert found is not None
    assert found.country == LU
    document = sealed_metadata(information_of(SmpService.QUERY), new)
    entry = entry_of(SmpService.QUERY, LU)
    # The register would not take it either: it goes past its checks.
    scene.smp.register._entries[
        entry.participant.qualified.casefold(), entry.document.qualified.casefold()
    ] = (entry, published_metadata(document, PUBLISHER))
    judged = scene.discovery.look_up(entry, scene.clock.now()).decision
    assert judged.reason is Reason.SIGNER_NOT_PINNED


def test_attack_an_endpoint_behind_a_name_that_leads_inside(
    scene_of, neighbour_of, pki
):
    """The address is well-formed; its name resolves to this machine."""
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    inside = f"https://localhost.localdomain:{neighbour.port}/x"
    for service in (SmpService.IDENTIFICATION, SmpService.QUERY):
        scene.publish(service, inside, pki.server.certificate)
    scene.later(dt.timedelta(minutes=1))
    scene.look_again(LU)

    class Inside:
        def resolve(self, host, port):
            return ["127.0.0.1"]

    rules = AddressRules(ports=frozenset({neighbour.port}))
    peer = replace(scene.peer, guard=Guard(rules, Inside()))
    client = PeerClient(
        PeerDirectory([peer]), pki.client.files, scene.clock, scene.metrics
    )
    with contextlib.closing(client), pytest.raises(PeerUnavailable) as refused:
        client.send(peer, Service.XCPD, MESSAGE)
    assert refused.value.refusal is Refusal.PEER_NOT_BELIEVED
    assert "not allowed" in refused.value.public_message
    assert not neighbour.connections


def test_a_country_that_is_switched_off_is_not_asked(scene_of, neighbour_of, pki):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    scene.switches.turn_off(switched_off(LU, "xcpd", "duty operator", NOW))
    with pytest.raises(PeerUnavailable) as refused:
        scene.send()
    assert refused.value.refusal is Refusal.SERVICE_UNAVAILABLE
    assert not neighbour.received
    scene.switches.turn_on(LU, "xcpd", "duty operator")
    assert scene.send().body == b"<ok/>"


def test_how_each_service_answers_is_remembered(scene_of, neighbour_of, pki):
    neighbour = service_of(neighbour_of, answers=1)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    scene.send()
    (health,) = scene.health.snapshot()
    assert (health.country, health.service) == (LU, Service.XCPD)
    assert health.error_rate == 0
    assert health.last_success == scene.clock.now()
    assert health.median_s is not None
    scene.hang_up(neighbour)
    with pytest.raises(PeerUnavailable):
        scene.send()
    (health,) = scene.health.snapshot()
    assert health.error_rate > 0
    assert health.last_outcome == "peer-unreachable"
    assert scene.metrics.registry.get_sample_value(
        "ncp_peer_last_success_timestamp_seconds", {"country": "LU", "service": "xcpd"}
    )


def test_a_search_mask_is_looked_up_when_it_is_wanted(scene_of):
    scene = scene_of()
    assert isinstance(scene.discovery.search_mask(LU), TrustDecision)
    scene.publish(SmpService.SEARCH_MASK, "", None, search_mask=LUXEMBOURG)
    scene.later(dt.timedelta(hours=1))
    mask = scene.discovery.search_mask(LU)
    assert isinstance(mask, SearchMask)
    assert mask == LUXEMBOURG
    assert all(isinstance(each, HeldEntry) for each in scene.discovery.held())


@pytest.mark.spec("fact sheet 06 1.2")
def test_each_question_to_the_directory_is_recorded_with_what_came_of_it(
    scene_of, neighbour_of, pki
):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    absent = {each.outcome for each in scene.recorded}
    assert absent == {AuditOutcome.MINOR_FAILURE}
    scene.recorded.clear()
    scene.publish_all(neighbour.port, pki.server.certificate)
    scene.look_again(LU)
    [found] = [each for each in scene.recorded if each.about == "xcpd of LU"]
    assert (found.act, found.outcome) == (DirectoryAct.QUERY, AuditOutcome.SUCCESS)
    assert found.address.startswith(f"{scene.smp.address}/ehealth-participantid-qns")
    assert (found.provider, found.operator) == ("127.0.0.1", None)
    scene.recorded.clear()
    scene.send()
    scene.discovery.refresh()
    assert scene.recorded == []


def test_a_directory_that_is_down_is_recorded_once_for_a_country(scene_of):
    scene = scene_of()
    scene.recorded.clear()
    scene.later(dt.timedelta(minutes=1))
    scene.dns.is_silent = True
    scene.look_again(LU)
    [failed] = scene.recorded
    assert failed.outcome is AuditOutcome.SERIOUS_FAILURE
    assert [each.code for each in failed.errors] == ["directory-unreachable"]


def test_what_cannot_be_recorded_is_not_believed(scene_of, neighbour_of, pki):
    neighbour = service_of(neighbour_of)
    scene = scene_of(neighbour.port)
    scene.publish_all(neighbour.port, pki.server.certificate)

    class Full(list):
        def append(self, event):
            raise StoreUnavailable("the disk is full", "")

    scene.discovery._record = replace(scene.discovery._record, write=Full().append)
    with pytest.raises(StoreUnavailable):
        scene.look_again(LU)
    assert scene.peer.endpoints is None

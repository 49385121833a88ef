"""Our own entries: compared, sealed, written, read back, withdrawn."""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import json
import secrets
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ncp.audit import AuditOutcome
from ncp.cli.smp import diff, look_up, publish, review, withdraw
from ncp.cli.smp_serving import DirectoryQuestion, serve
from ncp.demo.pki import CountryPki, make_pki
from ncp.directory_server import MetadataServer, NameServer
from ncp.errors import ConfigurationError, NcpError, PeerUnavailable
from ncp.settings import Settings, load_settings, read_settings
from ncp.settings.key_pairs import load_certificates
from ncp.store import AuditTrailEntry, DataKey, Store
from tests.trust.pki import certificate, pem, rsa_key
from tests.trust.smp.test_search_mask import LUXEMBOURG
from trust.certificates import (
    CertificatePin,
    PinStore,
    Purpose,
    SigningKey,
    fingerprint_of,
)
from trust.identifiers import CountryCode
from trust.smp import SmpService, entry_of, participant_of, write_search_mask
from trust.smp.register import MetadataRegister

LU = CountryCode("LU")
ZONE = "sml.demo.invalid"
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@dataclass
class Clock:
    moment: dt.datetime = NOW

    def now(self) -> dt.datetime:
        return self.moment


@dataclass
class Scene:
    folder: Path
    pki: CountryPki
    smp: MetadataServer
    clock: Clock
    values: dict

    def settings(self, **publication) -> Settings:
        values = json.loads(json.dumps(self.values))
        values["directory"]["publication"].update(publication)
        return read_settings(values, "the test", self.folder)

    def token(self, name: str) -> Path:
        return self.folder / f"{name}.token"


@pytest.fixture(scope="module")
def pki(tmp_path_factory) -> CountryPki:
    folder = tmp_path_factory.mktemp("lu")
    (made,) = make_pki(folder, [LU], NOW)
    return made


@pytest.fixture(scope="module")
def publisher() -> SigningKey:
    key = rsa_key("smp")
    begin, end = NOW - DAY, NOW + 90 * DAY
    leaf = certificate(key, country="BE", valid_from=begin, valid_to=end)
    return SigningKey(key, leaf)


@pytest.fixture
def scene(tmp_path, pki, publisher):
    (seal,) = load_certificates(pki.seal.certificate, "seal")
    pins = PinStore(
        [CertificatePin.of(seal, country=LU, purpose=Purpose.SEAL, label="seal")]
    )
    with contextlib.ExitStack() as stack:
        clock = Clock()
        register = MetadataRegister(publisher, pins)
        smp = stack.enter_context(MetadataServer(register, clock=clock))
        dns = stack.enter_context(NameServer(ZONE))
        dns.lead({participant_of(LU): smp.address})
        (tmp_path / "smp.pem").write_bytes(pem(publisher.certificate))
        (tmp_path / "mask.xml").write_bytes(write_search_mask(LUXEMBOURG))
        DataKey.write_new(tmp_path / "data.key")
        for name in ("ann", "bob"):
            (tmp_path / f"{name}.token").write_text(secrets.token_hex(16))
        yield Scene(tmp_path, pki, smp, clock, values(tmp_path, pki, smp, dns))


def values(folder: Path, pki: CountryPki, smp, dns) -> dict:
    def pair(files) -> dict[str, str]:
        return {"certificate": str(files.certificate), "key": str(files.key)}

    services = "https://ncp.lu.example.eu/openncp-ws-server/services"
    return {
        "gateway": {
            "country": "LU",
            "country_name": "Luxembourg",
            "organization": "Agency",
            "roles": ["B"],
            "home_community_id": "1.3.182.2.12.10000734.6.1",
            "repository_unique_id": "1.3.182.2.12.10000734.6.1",
            "environment": "development",
            "languages": ["fr"],
            "audit_source": "LU-1",
        },
        "keys": {
            "tls_server": pair(pki.tls_server),
            "tls_client": pair(pki.tls_client),
            "seal": pair(pki.seal),
            "document_id_secret_file": "ids.secret",
            "data_key_file": "data.key",
        },
        "store": {"url": f"sqlite:///{folder}/x.sqlite3"},
        "operators": [
            {"name": name, "token_file": f"{name}.token"} for name in ("ann", "bob")
        ],
        "directory": {
            "zone": ZONE,
            "resolvers": [dns.address],
            "signers": ["smp.pem"],
            "networks": ["127.0.0.0/8"],
            "ports": [smp.port, 443],
            "plain_http": True,
            "timeout_s": 2,
            "folder": "directory",
            "publication": {
                "admin_url": smp.address,
                "search_mask": "mask.xml",
                "contact": "mailto:helpdesk@example.lu",
                "services": {
                    "xcpd": f"{services}/XCPD_Service",
                    "xca": f"{services}/XCA_Service",
                    "xdr": f"{services}/XDR_Service",
                    "fhir": "https://ncp.lu.example.eu/fhir",
                    "xua": "https://ncp.lu.example.eu/sts",
                },
            },
        },
    }


def text(told) -> str:
    return "\n".join(told.lines)


SERVICES = {
    SmpService.IDENTIFICATION,
    SmpService.QUERY,
    SmpService.RETRIEVE,
    SmpService.PROVIDE,
    SmpService.IDENTITY_PROVIDER,
    SmpService.SEARCH_MASK,
    SmpService.FHIR,
}


def published(scene: Scene) -> set[SmpService]:
    found = set()
    for service in SmpService:
        with contextlib.suppress(NcpError, Exception):
            scene.smp.register.get(entry_of(service, LU))
            found.add(service)
    return found


def test_what_is_not_published_yet_is_to_be_added(scene):
    told = diff(scene.settings(), scene.clock)
    assert not told.is_good
    for service in SERVICES:
        assert f"{service:18}add" in told.lines
    assert not published(scene)


@pytest.mark.spec("fact sheet 01 1.8")
def test_every_service_of_the_settings_is_published_and_read_back(scene):
    told = publish(scene.settings(), scene.clock, None, None)
    assert told.is_good
    assert published(scene) == SERVICES
    assert text(told).count("read back through the directory") == len(SERVICES)
    assert diff(scene.settings(), scene.clock).is_good
    again = publish(scene.settings(), scene.clock, None, None)
    assert again.lines[-1] == "Nothing is to be published."


def test_what_is_published_is_what_another_country_believes(scene):
    publish(scene.settings(), scene.clock, None, None)
    values = json.loads(json.dumps(scene.values))
    values["gateway"]["country"] = "PT"
    values["peers"] = [
        {
            "country": "LU",
            "home_community_id": "1.3.182.2.12.10000734.6.1",
            "from_directory": True,
            "certificates": {"seal": [str(scene.pki.seal.certificate)]},
        }
    ]
    portugal = read_settings(values, "the test", scene.folder)
    told = look_up(portugal, "lu", (), scene.clock)
    assert told.is_good
    said = text(told)
    assert f"{SmpService.IDENTIFICATION:18}accepted" in said
    assert "sealed by" in said
    assert "NAPTR of 3AX3PTFTXRLG7XWIZR57G5XBMBWVJNJJLY2TFVEGWCIQ7N5YLPUA" in said
    assert r"label.ism.nationalSocialSecurityNumber under 1.3.182.4.4: \d{13}" in said
    assert not look_up(portugal, "LU", ["xcf"], scene.clock).is_good
    assert not look_up(portugal, "FR", (), scene.clock).is_good


def test_a_change_is_shown_field_by_field_before_it_is_made(scene):
    publish(scene.settings(), scene.clock, None, None)
    changed = scene.settings(
        services={
            **scene.values["directory"]["publication"]["services"],
            "xcpd": "https://new.lu.example.eu/XCPD_Service",
        }
    )
    told = diff(changed, scene.clock)
    assert f"{SmpService.IDENTIFICATION:18}change" in told.lines
    assert any(
        "address: https://ncp.lu" in line and "-> https://new.lu" in line
        for line in told.lines
    )
    assert f"{SmpService.QUERY:18}same" in told.lines
    publish(changed, scene.clock, None, None)
    assert diff(changed, scene.clock).is_good


def test_an_entry_is_renewed_before_it_ends_and_not_for_its_dates_alone(scene):
    settings = scene.settings(valid_for_s=30 * 86_400)
    publish(settings, scene.clock, None, None)
    scene.clock.moment = NOW + 10 * DAY
    assert diff(settings, scene.clock).is_good
    scene.clock.moment = NOW + 25 * DAY
    told = diff(settings, scene.clock)
    assert not told.is_good
    assert any(line.strip().startswith("expiration:") for line in told.lines)


def test_withdrawing_is_verified_through_the_directory(scene):
    publish(scene.settings(), scene.clock, None, None)
    told = withdraw(scene.settings(), scene.clock, ["xdr"], None)
    assert "withdrawn" in text(told)
    assert published(scene) == SERVICES - {SmpService.PROVIDE}
    withdraw(scene.settings(), scene.clock, ["xdr"], None)


def test_an_unknown_service_cannot_be_withdrawn(scene):
    with pytest.raises(ConfigurationError, match="no service"):
        withdraw(scene.settings(), scene.clock, ["xyz"], None)


def test_what_cannot_be_seen_is_not_overwritten(scene):
    settings = scene.settings()
    scene.smp.stop()
    with pytest.raises(PeerUnavailable, match="cannot be seen"):
        publish(settings, scene.clock, None, None)
    # The fixture stops it once more.
    scene.smp.stop = lambda: None


def test_a_server_that_does_not_know_us_refuses_and_that_is_told(scene, publisher):
    scene.smp.writers = frozenset({fingerprint_of(publisher.certificate)})
    with pytest.raises(PeerUnavailable, match="HTTP 401") as refused:
        publish(scene.settings(), scene.clock, None, None)
    assert "not entitled" in refused.value.public_message


def test_a_server_that_keeps_something_else_is_found_out(scene, monkeypatch):
    monkeypatch.setattr("ncp.peers.publisher._BETWEEN_S", 0.0)
    publish(scene.settings(), scene.clock, None, None)
    scene.smp.register.put = lambda *_: False
    changed = scene.settings(contact="mailto:other@example.lu")
    with pytest.raises(PeerUnavailable, match="another entry"):
        publish(changed, scene.clock, None, None)


# Two operators ------------------------------------------------------------------------


@pytest.mark.spec("fact sheet 06 6.2")
def test_with_two_operators_one_proposes_and_the_other_approves(scene):
    settings = scene.settings(approvals=2)
    told = publish(settings, scene.clock, scene.token("ann"), None)
    assert not published(scene)
    name = told.lines[-1].rpartition(" ")[2]
    shown = review(settings, name)
    assert "Proposed by ann" in shown.lines[0]
    assert any("address: https://ncp.lu.example.eu" in line for line in shown.lines)
    approved = publish(settings, scene.clock, scene.token("bob"), name)
    assert approved.lines[0].startswith("Proposed by ann")
    assert approved.lines[0].endswith("approved by bob.")
    assert published(scene) == SERVICES
    with pytest.raises(ConfigurationError, match="no proposal"):
        publish(settings, scene.clock, scene.token("bob"), name)


def proposed(scene: Scene) -> tuple[Settings, str]:
    settings = scene.settings(approvals=2)
    told = publish(settings, scene.clock, scene.token("ann"), None)
    return settings, told.lines[-1].rpartition(" ")[2]


def test_nobody_approves_what_was_proposed_by_oneself(scene):
    settings, name = proposed(scene)
    with pytest.raises(ConfigurationError, match="your own"):
        publish(settings, scene.clock, scene.token("ann"), name)
    assert not published(scene)


def test_nobody_unknown_proposes_or_approves(scene):
    settings, name = proposed(scene)
    (scene.folder / "eve.token").write_text("x" * 40)
    for approve in (None, name):
        with pytest.raises(ConfigurationError, match="no operator"):
            publish(settings, scene.clock, scene.token("eve"), approve)
        with pytest.raises(ConfigurationError, match="two operators"):
            publish(settings, scene.clock, None, approve)


@pytest.mark.parametrize("part", ["document", "operator", "name"])
def test_a_proposal_that_was_changed_is_not_carried_out(scene, part):
    settings, name = proposed(scene)
    (path,) = (scene.folder / "directory" / "proposals").glob("*.json")
    content = json.loads(path.read_text())
    if part == "document":
        content["changes"][0]["document"] = content["changes"][1]["document"]
    elif part == "operator":
        content["operator"] = "bob"
    path.write_text(json.dumps(content))
    if part == "name":
        path.rename(path.with_name("0" * 12 + ".json"))
        name = "0" * 12
    with pytest.raises(ConfigurationError, match="not as its operator left it"):
        publish(settings, scene.clock, scene.token("bob"), name)
    assert not published(scene)


@pytest.mark.parametrize("name", ["../../etc/passwd", "zz", "0" * 12])
def test_a_proposal_has_a_plain_name(scene, name):
    with pytest.raises(ConfigurationError, match="no proposal"):
        review(scene.settings(approvals=2), name)


# Faults of the settings ---------------------------------------------------------------


def test_without_a_directory_there_is_nothing_to_ask_or_publish(scene):
    values = {k: v for k, v in scene.values.items() if k != "directory"}
    settings = read_settings(values, "the test", scene.folder)
    for command in (
        lambda: look_up(settings, "LU", (), scene.clock),
        lambda: diff(settings, scene.clock),
    ):
        with pytest.raises(ConfigurationError):
            command()


def test_a_file_that_is_no_search_mask_is_named(scene):
    (scene.folder / "mask.xml").write_bytes(b"<searchFields/>")
    with pytest.raises(ConfigurationError, match="no search mask"):
        diff(scene.settings(), scene.clock)


def test_a_seal_that_is_not_rsa_is_told_before_anything_is_written(scene, tmp_path):
    from tests.trust.pki import ec_key, key_pem

    key = ec_key("seal")
    leaf = certificate(key, country="LU", valid_from=NOW - DAY, valid_to=NOW + DAY)
    (tmp_path / "ec.pem").write_bytes(pem(leaf))
    (tmp_path / "ec.key").write_bytes(key_pem(key))
    scene.values["keys"]["seal"] = {"certificate": "ec.pem", "key": "ec.key"}
    with pytest.raises(ConfigurationError, match="RSA"):
        publish(scene.settings(), scene.clock, None, None)


def test_the_example_of_the_reference_publishes_what_it_names():
    from tests.capabilities import REPOSITORY

    settings = load_settings(REPOSITORY / "docs" / "reference" / "luxembourg.toml")
    assert settings.directory.publication is not None
    assert settings.directory.publication.approvals == 2


# The record ---------------------------------------------------------------------------


def events(scene: Scene) -> list[AuditTrailEntry]:
    """Read the audit trail back as ``ncp audit list`` does."""
    settings = scene.settings()
    key = DataKey.load(settings.keys.data_key_file)
    with Store.open(settings.store.url, key, scene.clock) as store:
        return list(store.audit_trail())


def trail(scene: Scene) -> list[tuple[str, str, int]]:
    return [(each.event, each.document_kind, each.outcome) for each in events(scene)]


@pytest.mark.spec("fact sheet 06 1.2")
def test_every_change_and_every_look_is_recorded(scene):
    publication = scene.values["directory"]["publication"]
    only = {"xcpd": publication["services"]["xcpd"]}
    settings = scene.settings(services=only, search_mask=None)
    publish(settings, scene.clock, None, None)
    withdraw(settings, scene.clock, ["xcpd"], scene.token("ann"))
    assert trail(scene) == [
        ("EHDSI-193", "xcpd of LU", AuditOutcome.MINOR_FAILURE),
        ("EHDSI-194", "xcpd of LU", AuditOutcome.SUCCESS),
        ("EHDSI-193", "xcpd of LU", AuditOutcome.SUCCESS),
        ("EHDSI-194", "xcpd of LU", AuditOutcome.SUCCESS),
        ("EHDSI-193", "xcpd of LU", AuditOutcome.MINOR_FAILURE),
    ]
    first, *_, last = events(scene)
    assert f'UserID="{getpass.getuser()}"'.encode() in first.dicom
    assert b'UserID="ann"' in last.dicom


@pytest.mark.spec("fact sheet 06 1.2")
def test_a_change_that_is_refused_is_recorded_as_failed(scene, publisher):
    scene.smp.writers = frozenset({fingerprint_of(publisher.certificate)})
    with pytest.raises(PeerUnavailable, match="HTTP 401"):
        publish(scene.settings(), scene.clock, None, None)
    event, _, outcome = trail(scene)[-1]
    assert (event, outcome) == ("EHDSI-194", AuditOutcome.MAJOR_FAILURE)


def test_looking_a_country_up_is_recorded(scene):
    look_up(scene.settings(), "LU", ["xcpd"], scene.clock)
    assert trail(scene) == [("EHDSI-193", "xcpd of LU", AuditOutcome.MINOR_FAILURE)]


def test_what_cannot_be_recorded_is_not_done(scene):
    scene.values["store"]["url"] = f"sqlite:///{scene.folder}/nowhere/x.sqlite3"
    with pytest.raises(NcpError):
        publish(scene.settings(), scene.clock, None, None)
    assert published(scene) == set()


# The small directory as a command -----------------------------------------------------


def test_a_small_directory_can_be_served_by_hand(scene, tmp_path, publisher):
    from tests.trust.pki import key_pem

    (tmp_path / "smp.key").write_bytes(key_pem(publisher.private_key))
    said: list[str] = []
    until, is_up = threading.Event(), threading.Event()

    def announce(line: str) -> None:
        said.append(line)
        is_up.set()

    question = DirectoryQuestion(
        tmp_path / "smp.pem",
        tmp_path / "smp.key",
        [f"LU={scene.pki.seal.certificate}"],
        zone=ZONE,
    )
    thread = threading.Thread(target=serve, args=(question, announce, until))
    thread.start()
    try:
        assert is_up.wait(10)
        told = json.loads(said[0])
        address = told["directory"]
        directory = scene.values["directory"]
        directory["resolvers"] = [told["resolver"]]
        directory["ports"] = [int(address.rpartition(":")[2]), 443]
        directory["publication"]["admin_url"] = address
        assert publish(scene.settings(), scene.clock, None, None).is_good
    finally:
        until.set()
        thread.join()


@pytest.mark.parametrize("seal", ["LU", "LUX=x.pem", "=x.pem", "LU="])
def test_a_seal_is_named_with_its_country(seal, tmp_path):
    question = DirectoryQuestion(tmp_path, tmp_path, [seal])
    with pytest.raises(ConfigurationError, match="country and its file"):
        serve(replace(question), print, threading.Event())

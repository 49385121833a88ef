from __future__ import annotations

import shutil
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from ncp.settings import (
    Settings,
    SettingsError,
    Severity,
    has_stop,
    inspect,
    read_settings,
)
from tests.ncp.web.pki import CLIENT, SERVER, Authority, make_pki
from transformations.terminology.catalogue import Releases, build_catalogue
from transformations.terminology.importers import read_supplement
from trust.certificates import Purpose, RevocationPolicy

ROOT = Path(__file__).parents[3]
NOW = datetime.now(UTC)
TOKEN = {"module": "x.so", "token": "t", "label": "l", "pin_file": "pin"}


def crl_of(authority: Authority, now: datetime) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.name)
        .last_update(now - timedelta(hours=1))
        .next_update(now + timedelta(days=60))
    )
    return builder.sign(authority.key, SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder in which everything that the shipped example names exists."""
    folder = tmp_path_factory.mktemp("complete")
    certificates = folder / "made"
    certificates.mkdir()
    pki = make_pki(certificates)
    authority = Authority(certificates, "national authority")
    for path, leaf in (
        ("keys/tls-server", authority.leaf("own-server", SERVER, password=b"pw")),
        ("keys/tls-client", authority.leaf("own-client", CLIENT)),
        ("keys/seal", authority.leaf("own-seal", CLIENT)),
        ("peers/pt/tls-client", pki.client),
        ("peers/pt/tls-server", pki.server),
        ("peers/pt/seal", pki.seal),
    ):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(leaf.files.certificate, target.with_suffix(".pem"))
        shutil.copy(leaf.files.key, target.with_suffix(".key"))
    (folder / "peers/audit-repository.pem").write_text(pki.authority.pem)
    (folder / "peers/ehdsi-tls-authority.pem").write_text(pki.authority.pem)
    (folder / "peers/ehdsi-tls-authority.crl").write_bytes(crl_of(pki.authority, NOW))
    directory = folder / "directory"
    directory.mkdir()
    (directory / "tls-authority.pem").write_text(pki.authority.pem)
    (directory / "smp-signer.pem").write_text(pki.seal.pem + pki.authority.pem)
    secrets = folder / "secrets"
    secrets.mkdir()
    for name in ("document-ids.secret", "records.key"):
        (secrets / name).write_bytes(bytes(range(32)))
    (secrets / "hospital.token").write_text("h" * 64)
    (secrets / "operator.token").write_text("o" * 64)
    (secrets / "tls-server.password").write_text("pw\n")
    for path in secrets.iterdir():
        path.chmod(0o600)
    speak(folder / "terminology")
    return folder


def speak(folder: Path, **meta: str) -> None:
    """Put a release of terminology into a folder, and let it speak."""
    releases = Releases(folder)
    path = releases.release_path("r1")
    build_catalogue(path, read_supplement(), {"release": "r1", **meta})
    releases.activate("r1", (), NOW - timedelta(days=1))


@pytest.fixture
def folder(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "gateway"))


@pytest.fixture
def data(folder) -> dict:
    example = ROOT / "docs" / "reference" / "luxembourg.toml"
    data = tomllib.loads(example.read_text(encoding="utf-8"))
    data["store"]["url"] = f"sqlite:///{folder}/ncp.sqlite3"
    return data


def settings_of(data: dict, folder: Path) -> Settings:
    return read_settings(data, "the test", folder)


def found(data: dict, folder: Path, now: datetime = NOW) -> dict[str, Severity]:
    findings = inspect(settings_of(data, folder), now)
    for finding in findings:
        assert finding.sentence
        assert finding.remedy
    return {finding.key: finding.severity for finding in findings}


def test_a_complete_gateway_has_nothing_to_be_said_of(data, folder):
    assert found(data, folder) == {}


def test_the_shipped_example_without_its_files_is_stopped():
    example = ROOT / "docs" / "reference" / "luxembourg.toml"
    data = tomllib.loads(example.read_text(encoding="utf-8"))
    stops = found(data, example.parent)
    for key in ("keys.seal", "keys.data_key_file", "professionals[1].token_file",
                "peers[1].certificates.seal"):  # fmt: skip
        assert stops[key] is Severity.STOP


@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("keys/seal.key", "keys.seal"),
        ("keys/tls-client.pem", "keys.tls_client"),
        ("secrets/tls-server.password", "keys.tls_server"),
        ("secrets/records.key", "keys.data_key_file"),
        ("secrets/document-ids.secret", "keys.document_id_secret_file"),
        ("secrets/operator.token", "operators[1].token_file"),
        ("peers/pt/tls-server.pem", "peers[1].certificates.tls_server"),
        ("peers/ehdsi-tls-authority.pem", "doors.international.tls_authorities"),
    ],
)
@pytest.mark.parametrize("fault", ["missing", "nonsense"])
def test_a_file_that_is_missing_or_nonsense_stops(data, folder, file, key, fault):
    path = folder / file
    if fault == "missing":
        path.unlink()
    else:
        path.write_text("nonsense")
    assert found(data, folder) == {key: Severity.STOP}


@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("keys/seal.key", "keys.seal.key"),
        ("secrets/tls-server.password", "keys.tls_server.password_file"),
        ("secrets/records.key", "keys.data_key_file"),
        ("secrets/hospital.token", "professionals[1].token_file"),
    ],
)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_secret_that_others_may_read_stops(data, folder, file, key, mode):
    (folder / file).chmod(mode)
    assert found(data, folder) == {key: Severity.STOP}


def test_a_key_of_another_certificate_stops(data, folder):
    shutil.copy(folder / "keys/tls-client.key", folder / "keys/seal.key")
    assert found(data, folder) == {"keys.seal": Severity.STOP}


def test_one_key_for_two_purposes_is_warned_of(data, folder):
    for suffix in (".key", ".pem"):
        source = folder / f"keys/tls-client{suffix}"
        shutil.copy(source, folder / f"keys/seal{suffix}")
    assert found(data, folder) == {"keys.seal": Severity.WARNING}


@pytest.mark.parametrize(
    ("days", "own", "peers"),
    [
        (61, Severity.WARNING, Severity.WARNING),
        (91, Severity.STOP, Severity.WARNING),
        (-1, Severity.STOP, Severity.WARNING),
    ],
)
def test_certificates_near_or_past_their_end_are_told(data, folder, days, own, peers):
    told = found(data, folder, NOW + timedelta(days=days))
    assert told["keys.seal.certificate"] is own
    assert told["peers[1].certificates.seal"] is peers


def test_two_holders_of_one_token_stop(data, folder):
    source = folder / "secrets/hospital.token"
    shutil.copy(source, folder / "secrets/operator.token")
    assert found(data, folder) == {"operators[1].token_file": Severity.STOP}


def test_a_certificate_that_calls_itself_a_demo_stops_in_production(data, folder):
    demo = Authority(folder, "LU demo authority").leaf("new-seal", CLIENT)
    shutil.copy(demo.files.certificate, folder / "keys/seal.pem")
    shutil.copy(demo.files.key, folder / "keys/seal.key")
    assert found(data, folder) == {"keys.seal.certificate": Severity.STOP}
    data["gateway"]["environment"] = "demo"
    assert found(data, folder) == {}


@pytest.mark.parametrize(
    ("section", "change", "key"),
    [
        ("exchange", {"folder": "kept"}, "exchange.folder"),
        ("demo", {"allow_missing_mandatory": True}, "demo.allow_missing_mandatory"),
        ("national", {"consent": {"default": "permit"}}, "national.consent.default"),
        ("national", {"base_url": "http://fhir.example.lu"}, "national.base_url"),
    ],
)
def test_what_does_for_a_test_stops_production_only(data, folder, section, change, key):
    data[section] = {**data[section], **change}
    assert found(data, folder) == {key: Severity.STOP}
    assert has_stop(inspect(settings_of(data, folder), NOW))
    data["gateway"]["environment"] = "integration"
    (finding,) = inspect(settings_of(data, folder), NOW)
    assert (finding.key, finding.severity) == (key, Severity.WARNING)
    assert "a stop in production" in finding.sentence


def test_kept_messages_in_production_need_a_flag_and_stay_a_warning(data, folder):
    data["exchange"] = {"folder": "kept", "allow_in_production": True}
    assert found(data, folder) == {"exchange.folder": Severity.WARNING}


@pytest.mark.parametrize("section", ["peers", "professionals", "operators"])
def test_what_makes_a_gateway_useless_is_warned_of(data, folder, section):
    del data[section]
    assert found(data, folder) == {section: Severity.WARNING}


@pytest.mark.parametrize(
    ("stated", "key"), [({"offered": True}, "offered"), ({"claim_s": 100.0}, "claim_s")]
)
def test_terms_of_prescriptions_that_do_not_fit_are_warned_of(
    data, folder, stated, key
):
    data["prescriptions"] = stated
    assert found(data, folder) == {f"prescriptions.{key}": Severity.WARNING}


@pytest.mark.parametrize("purpose", ["tls_client", "tls_server", "seal"])
def test_a_country_without_pins_is_warned_of(data, folder, purpose):
    del data["peers"][0]["certificates"][purpose]
    assert found(data, folder) == {"peers[1].certificates": Severity.WARNING}


def test_a_database_folder_that_does_not_exist_stops(data, folder):
    data["store"]["url"] = f"sqlite:///{folder}/nowhere/ncp.sqlite3"
    assert found(data, folder) == {"store.url": Severity.STOP}


def test_revocation_that_is_off_is_a_stop_in_production(data, folder):
    data["revocation"]["seal"] = "off"
    assert found(data, folder) == {"revocation.seal": Severity.STOP}
    data["revocation"]["seal"] = "accept-and-alarm"
    assert found(data, folder) == {"revocation.seal": Severity.WARNING}


def test_publishers_whose_revocation_is_not_checked_are_a_stop_in_production(
    data, folder
):
    data["revocation"]["smp_signer"] = "off"
    assert found(data, folder) == {"revocation.smp_signer": Severity.STOP}
    data["revocation"]["smp_signer"] = "accept-and-alarm"
    assert found(data, folder) == {"revocation.smp_signer": Severity.WARNING}
    del data["directory"]
    assert "revocation.smp_signer" not in found(data, folder)


def test_a_publisher_whose_authority_is_not_known_is_told(data, folder):
    file = folder / "directory" / "smp-signer.pem"
    leaf, _, _ = file.read_text().partition("-----END CERTIFICATE-----\n")
    file.write_text(leaf + "-----END CERTIFICATE-----\n")
    assert found(data, folder) == {"directory.signers": Severity.WARNING}
    data["revocation"]["smp_signer"] = "accept-and-alarm"
    assert found(data, folder)["directory.signers"] is Severity.WARNING


def test_certificates_whose_revocation_cannot_be_known_are_told(data, folder):
    data["revocation"]["lists"] = []
    key = "peers[1].certificates."
    uses = {f"{key}{use}": Severity.WARNING for use in ("tls_client", "tls_server")}
    uses["directory.signers"] = Severity.WARNING
    assert found(data, folder) == {**uses, f"{key}seal": Severity.WARNING}
    data["doors"]["international"]["tls_authorities"] = []
    assert set(found(data, folder)) >= set(uses)
    for use in ("tls_client", "tls_server", "seal"):
        data["revocation"][use] = "accept-and-alarm"
    assert f"{key}seal" in found(data, folder)


@pytest.mark.parametrize("damage", ["no list", "gone"])
def test_a_revocation_list_that_cannot_be_read_is_a_stop(data, folder, damage):
    path = folder / "peers/ehdsi-tls-authority.crl"
    path.unlink() if damage == "gone" else path.write_text(damage)
    assert found(data, folder)["revocation.lists"] is Severity.STOP


def test_a_revocation_list_that_is_over_is_told(data, folder):
    later = NOW + timedelta(days=61)
    assert found(data, folder, later)["revocation.lists"] is Severity.WARNING


def test_a_peer_known_by_its_authority_needs_no_leaf(data, folder):
    [peer] = data["peers"]
    del peer["certificates"]
    authority = {
        "purposes": ["tls-client", "tls-server", "seal"],
        "certificate": "peers/ehdsi-tls-authority.pem",
        "subject": {"C": "PT", "O": "Ministry"},
    }
    assert "peers[1].certificates" in found(data, folder)
    peer["authorities"] = [authority]
    assert found(data, folder) == {}
    authority["certificate"] = "peers/nowhere.pem"
    assert found(data, folder) == {"peers[1].authorities": Severity.STOP}


@pytest.mark.parametrize(
    ("pair", "is_form"),
    [
        ({"pkcs12": "x.p12", "password_file": "pw"}, True),
        ({"certificate": "c.pem", "key": "k.pem"}, True),
        ({"certificate": "c.pem"}, False),
        ({"key": "k.pem"}, False),
        ({}, False),
        ({"certificate": "c.pem", "key": "k.pem", "pkcs12": "x.p12"}, False),
        ({"certificate": "c.pem", "pkcs12": "x.p12"}, False),
        ({"certificate": "c.pem", "pkcs11": TOKEN}, True),
        ({"certificate": "c.pem", "key": "k.pem", "pkcs11": TOKEN}, False),
        ({"pkcs11": TOKEN}, False),
    ],
)
def test_a_key_has_one_form_and_has_it_whole(data, folder, pair, is_form):
    data["keys"]["seal"] = pair
    if is_form:
        assert settings_of(data, folder).keys.seal.files
        return
    with pytest.raises(SettingsError, match=r"keys\.seal"):
        settings_of(data, folder)


@pytest.mark.parametrize("rule", [{"C": "PT"}, {}, "CN=x", {"O": 1}, {"X": "y"}])
def test_an_authority_needs_a_rule_that_tells_its_customers_apart(data, folder, rule):
    data["peers"][0]["authorities"] = [
        {"purposes": ["seal"], "certificate": "x.pem", "subject": rule}
    ]
    with pytest.raises(SettingsError, match=r"authorities\[1\]\.subject"):
        settings_of(data, folder)


@pytest.mark.parametrize(
    ("environment", "policy"),
    [
        ("production", RevocationPolicy.DENY),
        ("pre-production", RevocationPolicy.DENY),
        ("integration", RevocationPolicy.OFF),
        ("demo", RevocationPolicy.OFF),
    ],
)
def test_revocation_is_demanded_where_patients_are(data, folder, environment, policy):
    data["gateway"]["environment"] = environment
    del data["revocation"]
    settings = settings_of(data, folder)
    assert {settings.revocation_policy(p) for p in list(Purpose)[:3]} == {policy}


def test_without_a_catalogue_codes_are_said_to_leave_as_they_are(data, folder):
    del data["terminology"]["folder"]
    assert found(data, folder) == {"terminology.folder": Severity.WARNING}


def test_a_catalogue_of_which_nothing_speaks_stops(data, folder):
    (folder / "terminology" / "activations.json").unlink()
    assert found(data, folder) == {"terminology.folder": Severity.STOP}


def test_a_release_that_begins_later_does_not_speak_yet(data, folder):
    Releases(folder / "terminology").activate("r1", (), NOW + timedelta(days=1))
    early = NOW - timedelta(days=2)
    findings = inspect(settings_of(data, folder), early)
    assert "terminology.folder" in {finding.key for finding in findings}


def test_a_catalogue_whose_file_is_gone_stops(data, folder):
    (folder / "terminology" / "releases" / "r1.sqlite").unlink()
    assert found(data, folder) == {"terminology.folder": Severity.STOP}


def test_the_sample_terminology_stops_in_production(data, folder):
    speak(folder / "terminology", kind="demo")
    assert found(data, folder)["terminology.folder"] is Severity.STOP
    data["gateway"]["environment"] = "development"
    assert "terminology.folder" not in found(data, folder)

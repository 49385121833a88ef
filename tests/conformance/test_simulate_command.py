"""``ncp-conformance simulate``: two simulated countries meet, from their profiles."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from lxml import etree
from typer.testing import CliRunner

from conformance.cli.main import app
from conformance.simulators import pki
from conformance.simulators.country_a import CountryA
from conformance.simulators.dialect import Dialect
from conformance.simulators.http_messages import HttpReply, HttpRequest
from conformance.simulators.outcomes import magic_patients
from conformance.simulators.profile import ProfileError, make_profile, read_profile
from conformance.simulators.recording import Recording
from conformance.simulators.server import SimulatorServer
from conformance.simulators.tls import server_context
from trust.identifiers import CountryCode, HomeCommunityId
from trust.oids import ISCO

A, B = HomeCommunityId("2.999.1.1"), HomeCommunityId("2.999.1.2")


@pytest.fixture(scope="module")
def profiles(tmp_path_factory):
    """Make two profiles, each meeting the other."""
    folder = tmp_path_factory.mktemp("profiles")
    for name, code, own, other in (("a", "XA", A, B), ("b", "XB", B, A)):
        make_profile(
            folder / name,
            CountryCode(code),
            own,
            Dialect.GEMATIK,
            host="127.0.0.1",
            gateway=other,
        )
    for name, other in (("a", "b"), ("b", "a")):
        trust = (folder / other / pki.AUTHORITY).read_bytes()
        (folder / name / "gateway.pem").write_bytes(trust)
    return folder


@pytest.fixture(scope="module")
def heard():
    return []


@pytest.fixture(scope="module")
def served(profiles, heard):
    """Serve country A, and let country B's profile know where."""
    profile = read_profile(profiles / "a")
    root = profile.patient_root
    country = CountryA(profile.dialect, profile.origin, root, heard.append)
    own = pki.key_files(profile.keys, pki.TLS_SERVER)
    server = SimulatorServer(
        country.answer, server_context(own, profile.gateway.trust), slow_s=0.1
    )
    server.start()
    file = profiles / "b" / "country.toml"
    told = file.read_text(encoding="utf-8")
    file.write_text(
        told.replace("https://127.0.0.1:8443", server.url), encoding="utf-8"
    )
    yield profiles / "b"
    server.close()


def simulate(*arguments: object):
    return CliRunner().invoke(app, ["simulate", *map(str, arguments)])


def ask(folder, patient: str, *more: object):
    return simulate("country-b", folder, "--patient", f"{A}^{patient}", *more)


def test_a_session_goes_to_the_documents(served, tmp_path):
    result = ask(served, "KIT-KNOWN|ABC123", "--output", tmp_path)
    assert result.exit_code == 0, result.output
    assert result.output.count("ITI-39  HTTP 200; Success; ClinicalDocument") == 2
    assert {each.name for each in tmp_path.iterdir()} == {
        "document-1.xml",
        "document-2.xml",
    }


def test_nothing_of_a_person_is_told(served):
    result = ask(served, "KIT-KNOWN")
    assert "Kitson" not in result.output
    assert "KIT-KNOWN" not in result.output


@pytest.mark.parametrize(
    ("patient", "told"),
    [
        ("KIT-NOBODY", "AA, NF; 0 patient(s); reason AnswerNotAvailable"),
        ("KIT-TWINS", "AA, OK; 2 patient(s)"),
        ("KIT-NO-SUMMARY", "Failure; ERROR_GENERIC_DOCUMENT_MISSING"),
        ("KIT-SECURITY-FAULT", "HTTP 400; fault Sender / Invalid Security Token"),
        ("KIT-DOCUMENT-GONE", "Failure; ERROR_GENERIC_DOCUMENT_MISSING"),
        ("KIT-HALF-CLOSED", "ITI-55  no answer"),
        ("KIT-TRUNCATED", "ITI-55  no answer"),
    ],
)
def test_another_answer_than_was_asked_for_ends_with_1(served, patient, told):
    result = ask(served, patient)
    assert told in result.output
    assert result.exit_code == 1


def test_a_late_answer_is_an_answer(served):
    assert ask(served, "KIT-SLOW", "--step", "identify").exit_code == 0


def test_an_expired_certificate_gets_no_answer(served):
    fault = ("--step", "identify", "--fault", "expired-certificate")
    result = ask(served, "KIT-KNOWN", *fault)
    assert "ITI-55  no answer" in result.output


@pytest.mark.parametrize(
    ("step", "fault", "why"),
    [
        ("list", "wrong-boundary", "only a package has a boundary"),
        ("identify", "unknown-code", "ITI-55 asks for no code"),
    ],
)
def test_a_fault_that_cannot_be_made_is_refused(served, step, fault, why):
    result = ask(served, "KIT-KNOWN", "--step", step, "--fault", fault)
    assert isinstance(result.exception, ProfileError)
    assert why in str(result.exception)


def test_country_a_remarks_on_what_breaks_a_rule(served, heard):
    ask(served, "KIT-KNOWN", "--step", "list")
    assert [each.remarks for each in heard[-2:]] == [(), ()]
    ask(served, "KIT-KNOWN", "--step", "list", "--fault", "unsigned-assertion")
    assert heard[-1].remarks == ("an assertion is not signed right after its issuer",)
    assert "remark: an assertion" in str(heard[-1])


def test_every_magic_patient_is_listed():
    result = simulate("patients")
    assert [line.split()[0] for line in result.output.splitlines()] == list(
        magic_patients()
    )


def test_keys_are_private_say_what_they_are_for_and_one_is_over(profiles):
    folder = profiles / "a"
    for key in folder.glob("*.key"):
        assert key.stat().st_mode & 0o077 == 0
    pem = (folder / f"{pki.EXPIRED}.pem").read_bytes()
    certificate = x509.load_pem_x509_certificate(pem)
    assert (
        certificate.not_valid_after_utc
        < x509.load_pem_x509_certificate(
            (folder / f"{pki.SEAL}.pem").read_bytes()
        ).not_valid_before_utc
    )
    assert "NOT FOR USE" in certificate.subject.rfc4514_string()


def test_a_profile_is_not_made_twice(profiles):
    options = ("--country", "XA", "--home", A, "--gateway", B)
    result = simulate("new", profiles / "a", *options)
    assert isinstance(result.exception, ProfileError)


def test_production_is_not_met(profiles, tmp_path):
    told = (profiles / "a" / "country.toml").read_text(encoding="utf-8")
    changed = told.replace('environment = "test"', 'environment = "production"')
    (tmp_path / "country.toml").write_text(changed, encoding="utf-8")
    with pytest.raises(ProfileError, match="production"):
        read_profile(tmp_path)


def test_a_missing_key_is_named(profiles, tmp_path):
    told = (profiles / "a" / "country.toml").read_text(encoding="utf-8")
    (tmp_path / "country.toml").write_text(
        told.replace("patient_root", "patients"), encoding="utf-8"
    )
    with pytest.raises(ProfileError, match="patient_root"):
        read_profile(tmp_path)


@pytest.mark.spec("RFC 8446 4.4.2")
def test_a_client_without_a_certificate_is_not_heard(served):
    profile = read_profile(served)
    bare = ssl.create_default_context(cafile=str(profile.gateway.trust))
    from conformance.simulators.connection import Outgoing, post

    url = f"{profile.gateway.services}/XCPD_Service"
    assert post(Outgoing(url, {"Content-Type": "text/xml"}, b"<a/>"), bare) is None


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.spec("eHDSI SAML profile 7, signature")
def test_assertions_are_signed_as_the_family_does(profiles, dialect):
    from dataclasses import replace

    profile = replace(read_profile(profiles / "b"), dialect=dialect)
    hcp = profile.issuer().hcp().data
    is_typed = dialect is not Dialect.GEMATIK
    assert (b'PrefixList="xsd"' in hcp) is is_typed
    assert (b'xsi:type="xsd:string"' in hcp) is is_typed
    assert ISCO.encode() in hcp


def test_every_message_is_kept_to_the_byte_on_both_sides(served, heard, tmp_path):
    result = ask(served, "KIT-KNOWN", "--step", "list", "--record", tmp_path / "b")
    assert result.exit_code == 0, result.output
    kept = sorted(path.name for path in (tmp_path / "b").iterdir())
    assert kept == [
        "0001-answer.http",
        "0001-request.http",
        "0002-answer.http",
        "0002-request.http",
    ]
    request = (tmp_path / "b" / "0002-request.http").read_bytes()
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /services/XCA_Service HTTP/1.1\r\n")
    answering = Recording(tmp_path / "a").answering(lambda _: HttpReply(200, "x", b"y"))
    answering(HttpRequest("/", {"content-type": "x"}, body))
    assert (tmp_path / "a" / "0001-request.http").read_bytes().endswith(body)
    assert (tmp_path / "a" / "0001-answer.http").read_bytes().endswith(b"\r\n\r\ny")


def with_profile(profiles, tmp_path, text: str):
    told = (profiles / "b" / "country.toml").read_text(encoding="utf-8")
    keys = f'keys = "{profiles / "b"}"\n'
    (tmp_path / "country.toml").write_text(f"{keys}{told}\n{text}", encoding="utf-8")
    return read_profile(tmp_path)


def test_a_profile_says_who_asks_and_by_which_clock(profiles, tmp_path):
    profile = with_profile(
        profiles,
        tmp_path,
        '[professional]\nrole = "2262"\npermissions = ["PPD-046"]\n'
        'purpose = "EMERGENCY"\n[assertions]\nclock_offset_s = 3600\n',
    )
    hcp = profile.issuer().hcp().data
    assert b'code="2262"' in hcp
    assert b'displayName="Pharmacists"' in hcp
    assert b"permission:PPD-046" in hcp
    assert b"PRD-006" not in hcp
    assert b'code="EMERGENCY"' in hcp
    issued = etree.fromstring(hcp).get("IssueInstant")
    ahead = datetime.fromisoformat(issued) - datetime.now(UTC)
    assert timedelta(minutes=55) < ahead < timedelta(minutes=65)


def test_a_professional_has_no_key_that_nobody_knows(profiles, tmp_path):
    with pytest.raises(ProfileError, match=r"\[professional\] has no 'rank'"):
        with_profile(profiles, tmp_path, "[professional]\nrank = 1\n")


@pytest.mark.parametrize("fault", ["drip", "reset"])
def test_a_question_may_drip_or_be_reset(served, fault):
    result = ask(served, "KIT-KNOWN", "--step", "identify", "--fault", fault)
    assert ("no answer" in result.output) is (fault == "reset")

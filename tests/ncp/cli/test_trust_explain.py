"""``ncp trust explain``: what it reads, by what it judges, how it ends."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from freezegun import freeze_time
from typer.testing import CliRunner

from ncp.cli.commands.options import moment_of
from ncp.cli.explaining import envelope_bytes as opened
from ncp.cli.main import app
from ncp.cli.pin_folder import load_pin_folder
from ncp.errors import ConfigurationError, NcpError
from ncp.ihe.codes import Transaction
from ncp.ihe.mtom import write_package
from tests.ncp.cli.explain_page import (
    AT,
    MESSAGES,
    PAGE,
    TRANSCRIPT,
    pin_folder,
    transcript,
)
from tests.trust import pki
from tests.trust.assertions.cast import NOW, envelope_bytes, hcp_bytes, trc_bytes
from trust.certificates import Purpose

ACTION = Transaction.ITI_39.request_action


@pytest.fixture
def explained(tmp_path):
    """Runs the command on bytes; gives the exit status and the output."""
    pins = pin_folder(tmp_path)

    def run(data: bytes, *arguments: str, pinned: bool = True):
        (tmp_path / "file").write_bytes(data)
        by = ["--pins", str(pins)] if pinned else []
        told = CliRunner().invoke(
            app, ["trust", "explain", str(tmp_path / "file"), *by, *arguments]
        )
        return told.exit_code, told.output

    return run


def good() -> bytes:
    return envelope_bytes(hcp_bytes(), trc_bytes())


def test_the_page_shows_three_bad_messages_as_the_command_explains_them(tmp_path):
    page = PAGE.read_text(encoding="utf-8")
    shown = {found["name"]: found[0] for found in TRANSCRIPT.finditer(page)}
    assert set(shown) == set(MESSAGES)
    for name, written in shown.items():
        told = transcript(tmp_path, name)
        assert told.startswith("$ ncp trust explain")
        assert written == told, "run: python -m tests.ncp.cli.explain_page"


def test_accepted_denied_and_unreadable_end_differently(explained):
    assert explained(good(), "--at", AT)[0] == 0
    assert explained(good().replace(b"TREATMENT", b"EMERGENCY"), "--at", AT)[0] == 1
    status, output = explained(b"hello")
    assert status == 2
    assert output.startswith("UNREADABLE\n")


def test_the_json_is_whole_whatever_the_end(explained):
    for data, verdict, reason in (
        (good(), "accept", "accepted"),
        (MESSAGES["altered.xml"](), "deny", "digest-mismatch"),
        (b"hello", "deny", "unreadable"),
    ):
        _, output = explained(data, "--json", "--at", AT)
        told = json.loads(output)
        assert list(told)[:4] == ["verdict", "reason", "sentence", "signatures"]
        assert (told["verdict"], told["reason"]) == (verdict, reason)
    _, output = explained(MESSAGES["altered.xml"](), "--json", "--at", AT)
    assert [each["valid"] for each in json.loads(output)["signatures"]] == [True, False]


def test_a_file_that_is_not_there_is_unreadable():
    told = CliRunner().invoke(app, ["trust", "explain", "/nowhere/at/all", "--json"])
    assert told.exit_code == 2
    assert json.loads(told.output)["reason"] == "unreadable"


def test_without_a_time_it_is_judged_as_of_now(explained):
    with freeze_time(NOW):
        assert explained(good())[0] == 0
    with freeze_time(NOW + timedelta(hours=5)):
        status, output = explained(good())
    assert status == 1
    assert "DENIED (assertion-expired)" in output


@pytest.mark.parametrize(
    "text",
    ["2026-03-02T10:00:00Z", "2026-03-02T11:00:00+01:00", "2026-03-02T10:00"],
)
def test_a_time_without_zone_is_utc(text):
    assert moment_of(text, "--at") == NOW


def test_a_time_that_is_none_is_a_wrong_option(explained):
    status, output = explained(good(), "--at", "yesterday")
    assert status == 2
    assert "not a date and time" in output


def test_without_pins_the_reader_is_told_so(explained):
    status, output = explained(good(), "--at", AT, pinned=False)
    assert status == 1
    assert "name the pins with --settings or --pins" in output
    assert output.count("  holds:") == 2


def test_the_sender_can_be_named(explained):
    status, output = explained(good(), "--at", AT, "--peer", "fi")
    assert status == 1
    assert "sealed by DK but came from FI" in " ".join(output.split())
    told = CliRunner().invoke(app, ["trust", "explain", "x", "--peer", "Finland"])
    assert isinstance(told.exception, ConfigurationError)


# Messages as they were kept


def test_an_mtom_message_is_opened(explained):
    package = write_package(good(), (), action=ACTION, seed="urn:uuid:1")
    assert explained(package.body, "--at", AT)[0] == 0
    head = (
        f"POST /services/XCA_Service HTTP/1.1\r\nContent-Type: {package.content_type}"
    )
    assert explained(head.encode() + b"\r\n\r\n" + package.body, "--at", AT)[0] == 0
    assert opened(b"\r\n" + package.body) == good()


def test_headers_before_a_plain_message_go():
    head = b"Content-Type: application/soap+xml\r\nX-Other: 1\r\n\r\n"
    assert opened(head + good()) == good()
    assert opened(b"X-Other: 1\n\n" + good()) == good()


def test_a_package_that_is_broken_is_unreadable(explained):
    status, output = explained(b"--x\r\nno header\r\n")
    assert status == 2
    assert output.startswith("UNREADABLE")
    with pytest.raises(NcpError):
        opened(b"--x\r\nno header\r\n")


def test_a_pem_certificate_is_not_taken_for_a_package(explained):
    assert explained(pki.pem(pki.seal("seal").certificate), "--at", AT)[0] == 0


# The folder of pins


def put(folder, name: str, data: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "country", "purposes"),
    [
        ("DK/seal/a.pem", "DK", {Purpose.SEAL}),
        ("fi-tls-client-2026.crt", "FI", {Purpose.TLS_CLIENT}),
        ("EL/tls-server.pem", "GR", {Purpose.TLS_SERVER}),
        ("anything.pem", "DK", set(Purpose)),
        ("a/deep/folder/x.cer", "DK", set(Purpose)),
    ],
)
def test_the_place_of_a_certificate_says_what_it_is_for(
    tmp_path, name, country, purposes
):
    certificate = pki.certificate()
    put(tmp_path, name, pki.pem(certificate))
    put(tmp_path, "README.txt", b"not a certificate")
    pins = load_pin_folder(tmp_path)
    assert pins.purposes_of(certificate) == purposes
    for purpose in purposes:
        pin = pins.find(certificate, purpose)
        assert pin is not None
        assert (pin.country, pin.label) == (country, name)


def test_a_certificate_may_be_der(tmp_path):
    certificate = pki.certificate()
    put(tmp_path, "x.der", pki.der(certificate))
    assert load_pin_folder(tmp_path).purposes_of(certificate) == set(Purpose)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "holds no certificate"),
        ({"x.pem": b"nothing"}, "no readable certificate"),
        ({"x.pem": pki.pem(pki.certificate(country=()))}, "which country it is of"),
        (
            dict.fromkeys(
                ("DK/seal/a.pem", "FI/seal/b.pem"), pki.pem(pki.certificate())
            ),
            "contradict each other",
        ),
    ],
)
def test_a_folder_that_cannot_be_used_says_why(tmp_path, files, said):
    for name, data in files.items():
        put(tmp_path, name, data)
    with pytest.raises(ConfigurationError, match=said):
        load_pin_folder(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="There is no folder"):
        load_pin_folder(tmp_path / "nowhere")

"""The asking side as commands: against a real country A, over a line of the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from typer.testing import CliRunner

from ncp.audit import TermKind
from ncp.cli import asking as asking_module
from ncp.cli.asking import Asker, Details, _changed, _check, parse_patient
from ncp.cli.main import app, main
from ncp.errors import ConfigurationError, NcpError, PeerRefused, Refusal
from ncp.evidence import ExchangeFolder
from ncp.store import AuditQuery
from tests.judging import departing_from
from tests.ncp.country_a.noting_register import NotingRegister
from tests.ncp.country_a.scene import DOCTOR, EVA, LUC, CountryA
from tests.ncp.country_a.submissions import PRESCRIPTION, dispensation_cda
from tests.ncp.country_b.scene import LUXEMBOURG, CountryB

PATIENT = f"{EVA.root}^{EVA.extension}"


@pytest.fixture
def country_b(tmp_path: Path) -> Iterator[CountryB]:
    register = NotingRegister(tmp_path / "register.sqlite", {PRESCRIPTION})
    country_a = CountryA(tmp_path, dispensations=register)
    country = CountryB(tmp_path, country_a)
    yield country
    country.store.close()
    country_a.store.close()


@pytest.fixture
def ncp(country_b: CountryB, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Run a command; its keys, store and line are those of the scene."""

    @contextmanager
    def asking(_settings, _country, details, keep=None, at_once=None):
        services = country_b.services
        if keep is not None:
            services = replace(services, exchange_folder=ExchangeFolder(keep))
        peer = services.directory.find(LUXEMBOURG)
        peer = replace(peer, documents_per_request=at_once or 1)
        yield Asker(services, peer, details, _changed(DOCTOR, details))

    monkeypatch.setattr(asking_module, "asking", asking)
    monkeypatch.setattr("ncp.settings.load_settings", lambda _path: None)

    def run(*arguments: str):
        done = CliRunner().invoke(app, ["ask", "-s", "unread.toml", *arguments])
        if isinstance(done.exception, NcpError):
            raise done.exception
        return done

    return run


def value_of(output: str, label: str) -> list[str]:
    lines = [line.split() for line in output.splitlines()]
    return [words[1] for words in lines if words and words[0] == label]


@pytest.mark.parametrize(
    "mistyped",
    [
        ("--born", "30.06.1967"),
        ("--born", "1967-02-30"),
        ("--gender", "weiblich"),
        ("--family", "We\x01ber"),
        ("--street", "1, rue\x00Haute"),
    ],
)
def test_a_trait_that_is_mistyped_is_not_sent(ncp, country_b, mistyped) -> None:
    told = ncp("identify", "LU", "--id", PATIENT, *mistyped)
    assert told.exit_code == 2
    assert "Invalid value for" in told.output
    assert mistyped[0] in told.output
    assert country_b.line.sent == []


def test_a_patient_is_identified(ncp) -> None:
    with departing_from("xcpd-request.name-whole"):
        done = ncp("identify", "LU", "--id", PATIENT, "--family", "Weber")
    assert done.exit_code == 0
    assert PATIENT in done.stdout
    assert "Given Weber" in done.stdout


def test_nobody_is_exit_status_one(ncp) -> None:
    done = ncp("identify", "LU", "--id", f"{EVA.root}^2000010100000")
    assert (done.exit_code, done.stdout) == (1, "Nobody fits.\n")


def test_documents_are_listed_and_fetched(ncp, tmp_path: Path) -> None:
    listed = ncp("list", "LU", "--patient", PATIENT).stdout
    document = value_of(listed, "document")[0]
    repository = value_of(listed, "repository")[0]
    output = tmp_path / "fetched"
    wanted = ["--document", document, "--repository", repository]
    done = ncp("fetch", "LU", "--patient", PATIENT, *wanted, "--output", str(output))
    assert done.exit_code == 0
    assert b"ClinicalDocument" in (output / "document-1.xml").read_bytes()
    assert (output / "document-1.xml").stat().st_mode & 0o077 == 0


def test_one_of_two_that_is_not_there_is_exit_status_one(ncp, tmp_path: Path) -> None:
    listed = ncp("list", "LU", "--patient", PATIENT).stdout
    wanted = ["--document", value_of(listed, "document")[0], "--document", "2.25.1"]
    repository = ["--repository", value_of(listed, "repository")[0]]
    output = ["--output", str(tmp_path / "fetched")]
    done = ncp(
        *("fetch", "LU", "--patient", PATIENT, *wanted, *repository, *output),
        *("--at-once", "2"),
    )
    assert done.exit_code == 1
    assert "written" in done.stdout
    assert "ERROR_GENERIC_DOCUMENT_MISSING" in done.stdout


def test_a_dispensation_is_submitted_and_discarded(ncp, tmp_path: Path) -> None:
    file = tmp_path / "dispensation.xml"
    file.write_bytes(dispensation_cda())
    for command in ("submit", "discard"):
        done = ncp(command, "LU", "--patient", PATIENT, "--file", str(file))
        assert (done.exit_code, done.stdout) == (0, "Taken: 2.25.100\n")


def test_every_exchange_can_be_kept(ncp, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    ncp("--keep", str(kept), "identify", "LU", "--id", PATIENT)
    [folder] = kept.iterdir()
    assert "-ITI-55-" in folder.name
    names = {each.name for each in folder.iterdir()}
    assert {"request.bin", "response.bin", "decision.json"} <= names


REFUSED = {
    "no permission": (["--permission", ""], "4703"),
    "another permission": (["--permission", "PRD-004"], "4703"),
    "out of its time": (["--issued-ago", "18000"], "1001"),
}


@pytest.mark.parametrize(("details", "code"), REFUSED.values(), ids=REFUSED)
def test_the_details_of_the_assertions_are_as_told(ncp, details, code: str) -> None:
    with (
        departing_from("assertions.permissions"),
        pytest.raises(PeerRefused) as refused,
    ):
        ncp(*details, "identify", "LU", "--id", PATIENT)
    assert refused.value.codes == (code,)


def test_a_refused_question_is_told_with_the_id_that_both_sides_find_it_by(
    ncp, country_b: CountryB, monkeypatch, capsys
) -> None:
    with (
        departing_from("assertions.permissions"),
        pytest.raises(PeerRefused) as refused,
    ):
        ncp("--permission", "", "identify", "LU", "--id", PATIENT)
    told = refused.value.message_id
    [found] = country_b.store.search_audit(
        AuditQuery(terms=((TermKind.MESSAGE, told or ""),), event="ITI-55")
    )
    assert found.event == "ITI-55"
    monkeypatch.setattr("ncp.cli.main.app", Mock(side_effect=refused.value))
    with pytest.raises(SystemExit):
        main()
    assert f"The id of the message: {told}\n" in capsys.readouterr().err


def test_a_treatment_of_another_patient_is_refused(ncp) -> None:
    other = f"{LUC.root}^{LUC.extension}"
    with (
        departing_from("assertions.query-of-trc-patient"),
        pytest.raises(PeerRefused) as refused,
    ):
        ncp("--treated", other, "list", "LU", "--patient", PATIENT)
    assert refused.value.codes == ("4206",)


def test_it_stands_in_the_record_like_any_other(ncp, country_b: CountryB) -> None:
    ncp("list", "LU", "--patient", PATIENT)
    events = [each.event for each in country_b.store.audit_trail()]
    assert events == ["EHDSI-91", "EHDSI-92", "ITI-38"]


# What is not asked ------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "1"},
        {"permissions": ("PRD-999",)},
        {"purpose_of_use": "CURIOSITY"},
    ],
)
def test_what_is_no_detail_is_named(wrong) -> None:
    with pytest.raises(ConfigurationError) as refused:
        _changed(DOCTOR, Details(**wrong))
    assert "Known are" in refused.value.remedy


@pytest.mark.parametrize("option", ["--name", "--organization", "--pin"])
def test_a_detail_that_no_message_can_carry_is_not_sent(ncp, country_b, option) -> None:
    told = ncp(option, "a\x01b", "identify", "LU", "--id", PATIENT)
    assert told.exit_code == 2
    assert option in told.output
    assert "a\x01b" not in told.output
    assert country_b.line.sent == []


@pytest.mark.parametrize("text", ["1.2.3", "one^two", "^x", "1.2.3^a&b"])
def test_a_patient_id_of_another_form_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_patient(text)
    assert refused.value.refusal is Refusal.INTERNAL
    assert "ROOT^EXTENSION" in refused.value.remedy


def settings_of(*, roles: str, is_production: bool, allows: bool = False):
    return SimpleNamespace(
        gateway=SimpleNamespace(roles=roles, is_production=is_production),
        exchange=SimpleNamespace(allow_in_production=allows),
    )


@pytest.mark.parametrize(
    ("details", "keep", "is_refused"),
    [
        (Details(), None, False),
        (Details(issued_ago_s=1), None, True),
        (Details(treated=EVA), None, True),
        (Details(), Path("kept"), True),
    ],
)
def test_production_refuses_what_is_for_tests(details, keep, is_refused: bool) -> None:
    _check(settings_of(roles="B", is_production=False), details, keep)
    settings = settings_of(roles="B", is_production=True)
    if is_refused:
        with pytest.raises(ConfigurationError):
            _check(settings, details, keep)
    else:
        _check(settings, details, keep)


def test_a_gateway_that_answers_only_asks_nobody() -> None:
    with pytest.raises(ConfigurationError):
        _check(settings_of(roles="A", is_production=False), Details(), None)

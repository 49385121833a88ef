from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ncp.cli.checking import check as find_all
from ncp.cli.checking import report
from ncp.cli.main import app, main
from ncp.cli.serving import refuse_stops
from ncp.errors import ConfigurationError
from ncp.ports import SystemClock
from ncp.settings import load_settings
from ncp.settings.finding import stop, warning

EXAMPLE = Path(__file__).parents[3] / "docs" / "reference" / "luxembourg.toml"
COMMANDS = (
    "serve",
    "check",
    "version",
    "transform",
    "validate",
    "demo",
    "sample-country",
    "ask",
    "audit",
    "trust",
    "smp",
    "terminology",
)


@pytest.fixture
def run():
    return CliRunner().invoke


def test_help_names_every_command_in_words(run):
    result = run(app, ["--help"])
    assert result.exit_code == 0
    for command in COMMANDS:
        assert command in result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run, command):
    result = run(app, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage: ncp" in result.output


@pytest.mark.parametrize("command", [("ask", "identify"), ("dispense", "submit")])
def test_help_of_a_command_in_a_group_asks_for_no_settings(run, command):
    result = run(app, [*command, "--help"], env={"NCP_SETTINGS": None})
    assert result.exit_code == 0, result.output
    assert f"Usage: ncp {command[0]} {command[1]}" in result.output


def test_a_command_in_a_group_that_needs_settings_says_so(run):
    given = ["ask", "identify", "LU", "--id", "1.3.182.4.4^1"]
    result = run(app, given, env={"NCP_SETTINGS": None})
    assert result.exit_code == 2
    assert "before the command's own name or in" in result.output


def test_version_is_printed(run):
    assert run(app, ["version"]).output.startswith("ncp-gateway ")


def test_check_lists_stops_first_and_ends_with_1(run):
    result = run(app, ["check", "--settings", str(EXAMPLE), "--no-neighbours"])
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0].startswith("STOP")
    assert "chmod" not in lines[0]
    assert lines[-1].endswith("warnings.")


def test_check_knocks_at_neighbours_and_warns_of_the_silent(monkeypatch):
    monkeypatch.setattr("ncp.cli.checking.knock", lambda *_: "no answer")
    # Of peers whose files cannot be read nobody asks; of the others it is told.
    findings = find_all(load_settings(EXAMPLE), SystemClock(), with_neighbours=True)
    (silent,) = [each for each in findings if each.key == "national.base_url"]
    assert silent.sentence == "no answer"
    assert [each for each in findings if each.key == "peers"]


def test_a_report_without_findings_says_so():
    assert report([]).startswith("Nothing stops this gateway")


def test_a_report_gives_key_sentence_and_remedy():
    text = report([stop("keys.seal", "it is broken", "Mend it.")])
    assert text.splitlines()[:2] == [
        "STOP    keys.seal: it is broken.",
        "        Mend it.",
    ]
    assert text.endswith("1 stop, 0 warnings.")


def test_production_does_not_start_with_a_stop():
    settings = load_settings(EXAMPLE)
    findings = (stop("keys.seal", "it is broken", "Mend it."), warning("a", "b", "c"))
    with pytest.raises(ConfigurationError, match=r"keys\.seal: it is broken") as caught:
        refuse_stops(settings, findings)
    assert "ncp check" in caught.value.remedy
    refuse_stops(settings, (warning("a", "b", "c"),))


def test_other_environments_start_with_a_stop(monkeypatch):
    monkeypatch.setenv("NCP_GATEWAY__ENVIRONMENT", "development")
    refuse_stops(load_settings(EXAMPLE), (stop("keys.seal", "it is broken", "x"),))


def test_errors_are_a_sentence_and_a_remedy_with_status_2(
    monkeypatch, capsys, tmp_path
):
    broken = tmp_path / "settings.toml"
    shutil.copy(EXAMPLE, broken)
    broken.write_text(broken.read_text().replace('country = "LU"', 'county = "LU"'))
    monkeypatch.setattr(sys, "argv", ["ncp", "check", "--settings", str(broken)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert "`gateway.country` is missing: add it" in error
    assert "did you mean `country`?" in error
    assert "Traceback" not in error


@pytest.mark.parametrize("arguments", [["--help"], ["version"], ["smp", "--help"]])
def test_the_command_starts_quickly(arguments):
    """What a command does not need, it does not import."""
    code = (
        "import sys, ncp.cli.main;"
        f"ncp.cli.main.app({arguments!r}, standalone_mode=False);"
        "heavy = {'fastapi', 'sqlalchemy', 'lxml', 'requests', 'uvicorn', 'pydantic'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr

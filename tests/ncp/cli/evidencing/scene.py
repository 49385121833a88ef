"""The command ``ncp evidence``, and what it is given."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from ncp.cli.main import app
from tests.trust import pki

EXAMPLE = Path(__file__).parents[4] / "docs" / "reference" / "luxembourg.toml"
REM = "{http://uri.etsi.org/02640/v1#}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
SEAL = pki.seal("evidence-seal")


def run(*arguments: object):
    return CliRunner().invoke(app, ["evidence", *map(str, arguments)])


def logged(store) -> None:
    store.log.sequence()
    store.log.sign(SEAL)


def exported(message_id: str, folder: Path) -> Path:
    told = run("export", message_id, "--settings", EXAMPLE, "--output", folder)
    assert told.exit_code == 0, told.output + str(told.exception)
    [path] = told.output.split()
    return Path(path)


def verified(path: Path, seal_file: Path, *more: object):
    return run("verify", path, "--seal", seal_file, *more)

"""``ncp evidence``: what shows which messages were sent and received."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ncp.cli.commands.options import SettingsFile

evidence_app = typer.Typer(
    help="Show, and prove to others, which messages were sent and received.",
    no_args_is_help=True,
)
MessageId = Annotated[
    str, typer.Argument(help="The wsa:MessageID of a request or of a response.")
]


@evidence_app.command("show")
def evidence_show(message_id: MessageId, settings: SettingsFile) -> None:
    """Say what is on record of a message, without patient data."""
    from ncp.cli.evidencing import show

    for line in show(settings, message_id):
        typer.echo(line)


@evidence_app.command("export")
def evidence_export(
    message_id: MessageId,
    settings: SettingsFile,
    output: Annotated[Path, typer.Option(help="The folder to write to.")],
) -> None:
    """Write evidence (ETSI REM) under the seal, its proof from the log beside it."""
    from ncp.cli.evidencing import export

    for path in export(settings, message_id, output):
        typer.echo(path)


@evidence_app.command("verify")
def evidence_verify(
    file: Annotated[Path, typer.Argument(help="The evidence, an XML file.")],
    seal: Annotated[
        list[Path],
        typer.Option(help="A certificate it may be sealed with (PEM); repeatable."),
    ],
    proof: Annotated[
        Path | None, typer.Option(help="Its proof; left out, the one beside it.")
    ] = None,
    message: Annotated[
        Path | None, typer.Option(help="The message it is said to be about.")
    ] = None,
) -> None:
    """Verify evidence and its proof, without a gateway; exit 0 if they hold, or 1."""
    from ncp.cli.evidencing import verify

    verdict = verify(file, seal, proof, message)
    typer.echo(verdict.text)
    raise typer.Exit(0 if verdict.is_good else 1)

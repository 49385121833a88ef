"""``ncp outbox``: what others have not been told yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ncp.cli.commands.options import SettingsFile

if TYPE_CHECKING:
    from ncp.cli.log_proving import Told

outbox_app = typer.Typer(
    help="What others have not been told yet: registers, audit repositories.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="As `ncp outbox list` tells it.")]


@outbox_app.command("list")
def outbox_list(settings: SettingsFile) -> None:
    """Say what waits for each destination; exit 1 where letters are dead."""
    from ncp.cli.outbox import backlog

    _say(backlog(settings))


@outbox_app.command("dead")
def outbox_dead(settings: SettingsFile, destination: Name) -> None:
    """List dead letters and why they did not arrive; exit 1 where there are any."""
    from ncp.cli.outbox import dead

    _say(dead(settings, destination))


@outbox_app.command("revive")
def outbox_revive(
    settings: SettingsFile,
    destination: Name,
    letter: Annotated[
        list[str] | None, typer.Argument(help="Ids; all dead ones where left out.")
    ] = None,
) -> None:
    """Have dead letters tried again, in their old place; exit 1 where one is none."""
    from ncp.cli.outbox import revive

    _say(revive(settings, destination, letter or ()))


def _say(told: Told) -> None:
    typer.echo(told.text)
    raise typer.Exit(0 if told.is_good else 1)

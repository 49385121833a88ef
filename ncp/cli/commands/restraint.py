"""``ncp restraint``: who asked for too much, and is not answered for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ncp.cli.commands.options import SettingsFile

if TYPE_CHECKING:
    from ncp.cli.log_proving import Told

restraint_app = typer.Typer(
    help="Who broke a rule against abuse, and who is held back for it.",
    no_args_is_help=True,
)


@restraint_app.command("list")
def restraint_list(settings: SettingsFile) -> None:
    """List what was noticed and is not over; exit 1 where somebody is held back."""
    from ncp.cli.restraining import in_force

    _say(in_force(settings))


@restraint_app.command("lift")
def restraint_lift(
    settings: SettingsFile,
    reference: Annotated[
        list[str], typer.Argument(help="As `ncp restraint list` tells them.")
    ],
) -> None:
    """Let somebody ask again, and forget what led to it; exit 1 where one is none."""
    from ncp.cli.restraining import lift

    _say(lift(settings, reference))


def _say(told: Told) -> None:
    typer.echo(told.text)
    raise typer.Exit(0 if told.is_good else 1)

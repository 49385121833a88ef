"""``ncp figures``: what is reported about the exchanges of a quarter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ncp.cli.commands.options import SettingsFile

figures_app = typer.Typer(help="Report the figures of a quarter.", no_args_is_help=True)


@figures_app.callback()
def _figures() -> None:
    """Keep `quarter` a command of its own, though it is the only one."""


@figures_app.command("quarter")
def figures_quarter(
    settings: SettingsFile,
    quarter: Annotated[str, typer.Argument(help="Year and quarter: 2026Q4.")],
    output: Annotated[Path, typer.Option(help="The workbook to be made (.xlsx).")],
    transactions: Annotated[
        Path | None,
        typer.Option(help="A CSV file to be made, with the transactions of eADC."),
    ] = None,
) -> None:
    """Write the workbook of key figures; the look into the trail is recorded."""
    from ncp.cli.figuring import report_quarter

    for line in report_quarter(settings, quarter, output, transactions):
        typer.echo(line)

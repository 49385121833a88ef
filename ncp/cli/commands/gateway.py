"""``ncp serve|check|version``: the gateway itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ncp.cli.commands.options import SettingsFile

gateway_app = typer.Typer()


@gateway_app.command()
def serve(
    settings: SettingsFile,
    ready_file: Annotated[
        Path | None,
        typer.Option(help="Write the doors' addresses here (JSON) once all are open."),
    ] = None,
) -> None:
    """Open the doors and serve until SIGTERM or Ctrl-C."""
    from ncp.cli.left_out import UNUSED, leave_out

    # Before anything is loaded that would ask for it.
    leave_out(*UNUSED)
    from ncp.cli.serving import serve_gateway

    serve_gateway(settings, ready_file)


@gateway_app.command()
def check(
    settings: SettingsFile,
    neighbours: Annotated[
        bool,
        typer.Option(
            help="Also knock at the doors of peers and the national server, and "
            "compare the clocks."
        ),
    ] = True,
) -> None:
    """List what would stop the gateway, and what to know; exit 1 for a stop."""
    from ncp.cli.checking import check as find
    from ncp.cli.checking import report
    from ncp.ports import SystemClock
    from ncp.settings import has_stop, load_settings

    findings = find(load_settings(settings), SystemClock(), with_neighbours=neighbours)
    typer.echo(report(findings))
    if has_stop(findings):
        raise typer.Exit(1)


@gateway_app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed_version

    typer.echo(f"ncp-gateway {installed_version('ncp-gateway')}")

"""``ncp demo|sample-country``: for trying things out on one machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

trying_app = typer.Typer()


@trying_app.command()
def demo(
    patient_summary: Annotated[
        Path | None,
        typer.Option(help="Your own EPS or IPS document Bundle (FHIR JSON)."),
    ] = None,
    keep: Annotated[
        bool, typer.Option(help="Leave everything running, and say how to talk to it.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(help="The folder for messages, documents and audit trails."),
    ] = None,
) -> None:
    """Play five countries on this machine: doctors fetch documents across borders."""
    from ncp.demo.run import run_demo

    raise typer.Exit(
        run_demo(patient_summary=patient_summary, keep=keep, output=output)
    )


@trying_app.command("sample-country")
def sample_country(
    folder: Annotated[
        Path | None,
        typer.Option(help="A folder of EPS or IPS Bundles; ours where left out."),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="0 takes any free port.")
    ] = 0,
) -> None:
    """Serve a folder of FHIR documents as a national server, for trying things out."""
    from ncp.national.sample_country.__main__ import SAMPLE_PATIENTS
    from ncp.national.sample_country.server import serve as run

    run(folder or SAMPLE_PATIENTS, port=port, announce=typer.echo)

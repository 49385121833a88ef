"""``ncp transform|validate``: documents, offline and without settings."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from ncp.cli.commands.options import AsJson

documents_app = typer.Typer()


@documents_app.command()
def transform(
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="A document; - for standard input.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Standard output where left out."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="cda|fhir", help="Where left out, the other form than the input's."
        ),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(help="Write here what became of every leaf of the input (JSON)."),
    ] = None,
    language: Annotated[
        str, typer.Option(help="Of a document that names none itself.")
    ] = "en-GB",
    country: Annotated[
        str, typer.Option(help="Where the document is from; two letters.")
    ] = "LU",
    wave: Annotated[int, typer.Option(help="The MyHealth@EU wave of CDA.")] = 8,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Write nothing where something critical is found or lost."
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Refuse FHIR that breaks the structure of R4, with places."
        ),
    ] = False,
    item: Annotated[
        int | None,
        typer.Option(
            min=1, help="Which prescription or dispensation of several, from 1."
        ),
    ] = None,
) -> None:
    """Translate a document, offline; exit 0 good, 1 something critical, 2 unreadable.

    What was read, written, found and lost is said on standard error.
    """
    # What a start makes it keeps: collecting meanwhile costs a sixth of its time.
    gc.disable()
    from ncp.cli.transforming import Question, Streams, Target, transform_file

    gc.freeze()
    gc.enable()
    if to is not None and to not in tuple(Target):
        raise typer.BadParameter("name cda or fhir", param_hint="--to")
    question = Question(
        source,
        output,
        None if to is None else Target(to),
        ledger,
        language,
        country,
        wave,
        strict,
        check,
        item,
    )
    streams = Streams(
        sys.stdin.buffer, sys.stdout.buffer, lambda line: typer.echo(line, err=True)
    )
    raise typer.Exit(transform_file(question, streams))


@documents_app.command()
def validate(
    files: Annotated[
        list[Path],
        typer.Argument(help="Documents, or folders of them: CDA, FHIR, assertions."),
    ],
    as_json: AsJson = False,
    xsd: Annotated[
        Path | None,
        typer.Option(help="Judge by the schemas too: the folder of CDA_Pharma.xsd."),
    ] = None,
    wave: Annotated[int, typer.Option(help="Whose rules: 5 to 8.")] = 8,
    catalogue: Annotated[
        Path | None,
        typer.Option(help="The terminology store that open value sets are judged by."),
    ] = None,
) -> None:
    """Say whether documents keep the rules; exit 0 clean, 1 errors, 2 unreadable."""
    from ncp.cli.validating import Asked, tell
    from ncp.ports import SystemClock

    told = tell(Asked(tuple(files), as_json, xsd, wave, catalogue), SystemClock().now())
    typer.echo(told.text, nl=False)
    raise typer.Exit(told.status)

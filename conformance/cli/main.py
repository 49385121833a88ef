"""The commands of the conformance kit: simulated countries, and a judge of messages.

Every error of the kit ends in a sentence and exit status 2; an answer that was not
what was asked for in exit status 1.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.step import Step
from conformance.simulators.dialect import Dialect
from conformance.simulators.http_messages import Fault
from conformance.simulators.profile import ProfileError, make_profile, read_profile
from trust.identifiers import CountryCode, HomeCommunityId, IdentifierError

app = typer.Typer(
    name="ncp-conformance",
    help="Finds out whether a contact point's gateway keeps the rules.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
simulate = typer.Typer(
    help="Play a foreign country, in the dialect of another program.",
    no_args_is_help=True,
)
app.add_typer(simulate, name="simulate")

ProfileFolder = Annotated[
    Path, typer.Argument(help="The folder of the country's profile.")
]

Record = Annotated[
    Path | None, typer.Option(help="A folder for every message, to the byte.")
]


@app.callback()
def _kit() -> None:
    """Find out whether a contact point's gateway keeps the rules."""


@app.command(name="judge")
def judge_messages(
    files: Annotated[
        list[Path],
        typer.Argument(help="Messages, or folders such as kept exchanges."),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the verdicts as JSON.")
    ] = False,
) -> None:
    """Judge SOAP messages, anybody's: an envelope, a MIME package, or HTTP around it.

    Exit status: 0 no rule is broken, 1 at least one is, 2 a file could not be read.
    """
    from conformance.cli.judging import tell

    told = tell(files, as_json=as_json)
    typer.echo(told.text, nl=False)
    if told.status:
        raise typer.Exit(told.status)


@simulate.command()
def new(
    folder: Annotated[Path, typer.Argument(help="A new folder for the profile.")],
    country: Annotated[str, typer.Option(help="Two letters nobody has, such as XA.")],
    home: Annotated[str, typer.Option(help="Its home community id, an OID.")],
    gateway: Annotated[str, typer.Option(help="That of the gateway under test.")],
    dialect: Annotated[
        Dialect, typer.Option(help="Whose program it plays.")
    ] = Dialect.OPENNCP_NEW,
    host: Annotated[
        str, typer.Option(help="The name or address its server is reached by.")
    ] = "127.0.0.1",
) -> None:
    """Make the profile of a country, with fresh test keys."""
    file = make_profile(
        folder,
        CountryCode(country),
        HomeCommunityId.parse(home),
        dialect,
        host=host,
        gateway=HomeCommunityId.parse(gateway),
    )
    typer.echo(f"{file}: name the gateway under [gateway], and give the gateway")
    typer.echo("  tls-server.pem, tls-client.pem, seal.pem and authority.pem of it")


@simulate.command()
def patients() -> None:
    """List the patient ids that decide what a simulated country A answers."""
    from conformance.simulators.outcomes import magic_patients

    for patient in magic_patients().values():
        cases = ", ".join(patient.cases)
        typer.echo(f"{patient.id:22} {patient.title} ({cases})")


@simulate.command()
def country_a(
    folder: ProfileFolder,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes any.")] = 0,
    slow_s: Annotated[
        float, typer.Option(help="How long KIT-SLOW is kept waiting.")
    ] = 200.0,
    record: Record = None,
) -> None:
    """Answer a gateway until Ctrl-C; tell every exchange."""
    from conformance.cli.serving import serve_country_a

    serve_country_a(
        read_profile(folder), host=host, port=port, slow_s=slow_s, record=record
    )


@simulate.command()
def country_b(
    folder: ProfileFolder,
    patient: Annotated[str, typer.Option(help="Whom to ask for: root^extension.")],
    step: Annotated[
        Step, typer.Option(help="How far to go; the steps before are taken too.")
    ] = Step.FETCH,
    kind: Annotated[
        list[str] | None, typer.Option(help="Class codes; summaries by default.")
    ] = None,
    document: Annotated[
        Path | None, typer.Option(help="The dispensation to submit (CDA).")
    ] = None,
    fault: Annotated[
        Fault | None, typer.Option(help="What to do wrong, at the last step.")
    ] = None,
    seal_of: Annotated[
        Path | None, typer.Option(help="A profile whose seal signs the assertions.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="A folder for what is fetched.")
    ] = None,
    record: Record = None,
) -> None:
    """Ask a gateway, step by step, and tell every answer."""
    from conformance.cli.session import Wish, play

    profile = read_profile(folder)
    signer = read_profile(seal_of) if seal_of is not None else None
    wish = Wish(tuple(kind or ()), document, fault, output, record)
    if not play(profile, patient, step, wish, signer):
        raise typer.Exit(1)


def main() -> None:
    """Run a command; the entry point of ``ncp-conformance``."""
    try:
        app()
    except (ProfileError, IdentifierError) as error:
        typer.echo(f"ncp-conformance: {error}", err=True)
        sys.exit(2)

"""``ncp trust``: what is believed, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ncp.cli.commands.options import AsJson, AsOf, SettingsFile, moment_of

trust_app = typer.Typer(help="Say what is believed, and why.", no_args_is_help=True)


@trust_app.command("expiry")
def trust_expiry(settings: SettingsFile) -> None:
    """List our certificates and those of the peers, the first to end at the top."""
    from ncp.cli.expiring import expiry_lines
    from ncp.ports import SystemClock

    for line in expiry_lines(settings, SystemClock().now()):
        typer.echo(line)


@trust_app.command("explain")
def trust_explain(
    file: Annotated[
        Path,
        typer.Argument(
            help="A certificate (PEM or DER), an assertion, or a SOAP message as it "
            "was sent (plain or MTOM)."
        ),
    ],
    as_json: AsJson = False,
    at: AsOf = None,
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings",
            "-s",
            help="Judge by the peers and rules of these settings.",
            envvar="NCP_SETTINGS",
        ),
    ] = None,
    pins: Annotated[
        Path | None,
        typer.Option(help="Judge by a folder of certificates: DK/seal/name.pem."),
    ] = None,
    peer: Annotated[
        str | None, typer.Option(help="The country at the other end of TLS.")
    ] = None,
) -> None:
    """Say why a file is believed or not; exit 0 accepted, 1 denied, 2 unreadable."""
    from ncp.cli.explaining import Question, tell
    from ncp.ports import SystemClock

    moment = None if at is None else moment_of(at, "--at")
    question = Question(file, settings, pins, moment, peer, as_json)
    told = tell(question, SystemClock().now())
    typer.echo(told.text, nl=False)
    raise typer.Exit(told.status)


@trust_app.command("lists")
def trust_lists(
    locations: Annotated[
        list[str], typer.Argument(help="Trust lists: files, or https addresses.")
    ],
    signer: Annotated[
        list[Path] | None,
        typer.Option(
            help="A certificate (PEM) that may sign them; lists signed by others are "
            "judged by the pointers of those that are believed."
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print JSON instead of text, with every service."),
    ] = False,
    at: AsOf = None,
    follow: Annotated[
        bool, typer.Option(help="Fetch the lists they point to, and judge them too.")
    ] = False,
    territory: Annotated[
        list[str] | None, typer.Option(help="Follow to this territory's list only.")
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="With --follow: keep the good copies here, and refuse older ones."
        ),
    ] = None,
) -> None:
    """Say what trust lists hold and whether they are believed; exit 0 if all are."""
    from ncp.cli.trust_lists import ListsQuestion, tell_lists
    from ncp.ports import SystemClock

    moment = None if at is None else moment_of(at, "--at")
    question = ListsQuestion(
        tuple(locations),
        tuple(signer or ()),
        moment,
        as_json,
        follow,
        tuple(each.upper() for each in territory or ()),
        keep,
    )
    told = tell_lists(question, SystemClock().now())
    typer.echo(told.text, nl=False)
    raise typer.Exit(told.status)

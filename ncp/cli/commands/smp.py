"""``ncp smp``: countries in the directory, and this one in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ncp.cli.commands.options import SettingsFile

if TYPE_CHECKING:
    from ncp.cli.smp import Told

smp_app = typer.Typer(
    help="Look countries up in the directory, and publish this one.",
    no_args_is_help=True,
)

TokenFile = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        help="Your operator's token, where it takes two to publish.",
        envvar="NCP_OPERATOR_TOKEN_FILE",
    ),
]


@smp_app.command("lookup")
def smp_lookup(
    settings: SettingsFile,
    country: Annotated[str, typer.Argument(help="Two letters, such as LU.")],
    service: Annotated[
        list[str] | None, typer.Option(help="xcpd, xca-query ...; all where left out.")
    ] = None,
) -> None:
    """Say where a country is, and why its entries are believed or not."""
    from ncp.cli.smp import look_up
    from ncp.ports import SystemClock
    from ncp.settings import load_settings

    loaded = load_settings(settings)
    _tell(look_up(loaded, country, service or (), SystemClock()))


@smp_app.command("diff")
def smp_diff(settings: SettingsFile) -> None:
    """Compare what is published of this gateway with what the settings say."""
    from ncp.cli.smp import diff
    from ncp.ports import SystemClock
    from ncp.settings import load_settings

    _tell(diff(load_settings(settings), SystemClock()))


@smp_app.command("publish")
def smp_publish(
    settings: SettingsFile,
    token_file: TokenFile = None,
    approve: Annotated[
        str | None, typer.Option(help="Approve and write this proposal.")
    ] = None,
) -> None:
    """Write what differs, and verify that the directory says so."""
    from ncp.cli.smp import publish
    from ncp.ports import SystemClock
    from ncp.settings import load_settings

    _tell(publish(load_settings(settings), SystemClock(), token_file, approve))


@smp_app.command("review")
def smp_review(
    settings: SettingsFile,
    proposal: Annotated[str, typer.Argument(help="The name it was given.")],
) -> None:
    """Show what a proposal would write."""
    from ncp.cli.smp import review
    from ncp.settings import load_settings

    _tell(review(load_settings(settings), proposal))


@smp_app.command("withdraw")
def smp_withdraw(
    settings: SettingsFile,
    services: Annotated[list[str], typer.Argument(help="xcpd, xca-query ...")],
    token_file: TokenFile = None,
) -> None:
    """Withdraw entries of this gateway, and verify that they are gone."""
    from ncp.cli.smp import withdraw
    from ncp.ports import SystemClock
    from ncp.settings import load_settings

    _tell(withdraw(load_settings(settings), SystemClock(), services, token_file))


@smp_app.command("serve")
def smp_serve(
    certificate: Annotated[Path, typer.Option(help="Signs what is served (PEM).")],
    key: Annotated[Path, typer.Option(help="Its RSA key (PEM).")],
    seal: Annotated[list[str], typer.Option(help="LU=seal.pem; one for each country.")],
    tls_certificate: Annotated[
        Path | None, typer.Option(help="Serve HTTPS with it; HTTP where left out.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    zone: Annotated[
        str | None, typer.Option(help="Answer DNS for this zone too.")
    ] = None,
    dns_port: Annotated[
        int, typer.Option(min=0, max=65535, help="0: any free one.")
    ] = 0,
) -> None:
    """Serve a small directory on this machine, for trying things out."""
    import threading

    from ncp.cli.smp_serving import DirectoryQuestion, serve

    question = DirectoryQuestion(
        certificate, key, seal, tls_certificate, tls_key, port, zone, dns_port
    )
    try:
        serve(question, typer.echo, threading.Event())
    except KeyboardInterrupt:
        raise typer.Exit from None


def _tell(told: Told) -> None:
    for line in told.lines:
        typer.echo(line)
    if not told.is_good:
        raise typer.Exit(1)

"""The command line of the gateway.

Every error of the gateway's own tree ends in a sentence, a remedy and exit status 2.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ncp.cli.asking_commands import ask_app
from ncp.cli.terminology import terminology_app
from ncp.errors import NcpError

if TYPE_CHECKING:
    from ncp.cli.smp import Told as SmpTold

SettingsFile = Annotated[
    Path,
    typer.Option(
        "--settings",
        "-s",
        help="The gateway's settings file (TOML).",
        envvar="NCP_SETTINGS",
    ),
]

app = typer.Typer(
    name="ncp",
    help=(
        "The National Contact Point gateway for MyHealth@EU: it answers other "
        "countries from FHIR, and asks them for a patient who is treated here."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
audit_app = typer.Typer(help="Read the audit trail.", no_args_is_help=True)
app.add_typer(audit_app, name="audit")
trust_app = typer.Typer(help="Say what is believed, and why.", no_args_is_help=True)
app.add_typer(trust_app, name="trust")
smp_app = typer.Typer(
    help="Look countries up in the directory, and publish this one.",
    no_args_is_help=True,
)
app.add_typer(smp_app, name="smp")
app.add_typer(terminology_app, name="terminology")
app.add_typer(ask_app, name="ask")


@app.command()
def serve(
    settings: SettingsFile,
    ready_file: Annotated[
        Path | None,
        typer.Option(help="Write the doors' addresses here (JSON) once all are open."),
    ] = None,
) -> None:
    """Open the doors and serve until SIGTERM or Ctrl-C."""
    from ncp.cli.serving import serve_gateway  # noqa: PLC0415 - keeps --help quick

    serve_gateway(settings, ready_file)


@app.command()
def check(
    settings: SettingsFile,
    neighbours: Annotated[
        bool,
        typer.Option(help="Also knock at the doors of peers and the national server."),
    ] = True,
) -> None:
    """List what would stop the gateway, and what to know; exit 1 for a stop."""
    from ncp.cli.checking import check as find  # noqa: PLC0415
    from ncp.cli.checking import report  # noqa: PLC0415
    from ncp.ports import SystemClock  # noqa: PLC0415
    from ncp.settings import has_stop, load_settings  # noqa: PLC0415

    findings = find(load_settings(settings), SystemClock(), with_neighbours=neighbours)
    typer.echo(report(findings))
    if has_stop(findings):
        raise typer.Exit(1)


@app.command()
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
) -> None:
    """Translate a document, offline; exit 0 good, 1 something critical, 2 unreadable.

    What was read, written, found and lost is said on standard error.
    """
    # What a start makes it keeps: collecting meanwhile costs a sixth of its time.
    gc.disable()
    from ncp.cli.transforming import (  # noqa: PLC0415 - keeps --help quick
        Question,
        Streams,
        Target,
        transform_file,
    )

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
    )
    streams = Streams(
        sys.stdin.buffer, sys.stdout.buffer, lambda line: typer.echo(line, err=True)
    )
    raise typer.Exit(transform_file(question, streams))


@app.command()
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
    """Play two countries on this machine: a hospital abroad fetches a summary."""
    from ncp.demo.run import run_demo  # noqa: PLC0415

    raise typer.Exit(
        run_demo(patient_summary=patient_summary, keep=keep, output=output)
    )


@app.command("sample-country")
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
    from ncp.national.sample_country.__main__ import SAMPLE_PATIENTS  # noqa: PLC0415
    from ncp.national.sample_country.server import serve as run  # noqa: PLC0415

    run(folder or SAMPLE_PATIENTS, port=port, announce=typer.echo)


@app.command()
def validate(
    files: Annotated[
        list[Path],
        typer.Argument(help="Documents, or folders of them: CDA, FHIR, assertions."),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON instead of text.")
    ] = False,
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
    from ncp.cli.validating import Asked, tell  # noqa: PLC0415 - keeps --help quick
    from ncp.ports import SystemClock  # noqa: PLC0415

    told = tell(Asked(tuple(files), as_json, xsd, wave, catalogue), SystemClock().now())
    typer.echo(told.text, nl=False)
    raise typer.Exit(told.status)


@audit_app.command("list")
def audit_list(
    settings: SettingsFile,
    decisions: Annotated[
        bool, typer.Option(help="Below each event, the decisions of trust behind it.")
    ] = False,
) -> None:
    """List the recorded events, oldest first, without patient data."""
    from ncp.cli.auditing import audit_lines  # noqa: PLC0415

    for line in audit_lines(settings, with_decisions=decisions):
        typer.echo(line)


@audit_app.command("verify")
def audit_verify(
    settings: SettingsFile,
    head: Annotated[
        list[Path] | None,
        typer.Option(help="A signed head that was kept elsewhere; may be repeated."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON instead of text.")
    ] = False,
) -> None:
    """Find any change of the records; exit 0 if they are intact, 1 if not."""
    from ncp.cli.log_proving import verify  # noqa: PLC0415

    told = verify(settings, head or (), as_json=as_json)
    typer.echo(told.text)
    raise typer.Exit(0 if told.is_good else 1)


@audit_app.command("head")
def audit_head(settings: SettingsFile) -> None:
    """Print the newest signed head of the log, to be kept elsewhere."""
    from ncp.cli.log_proving import newest_head  # noqa: PLC0415

    typer.echo(newest_head(settings).text)


@audit_app.command("prove")
def audit_prove(
    settings: SettingsFile,
    source: Annotated[str, typer.Argument(help="messages or audit_events.")],
    sequence: Annotated[int, typer.Argument(help="Its number in the list.")],
) -> None:
    """Print what proves to others that a record is in the log, without the record."""
    from ncp.cli.log_proving import prove  # noqa: PLC0415

    typer.echo(prove(settings, source, sequence).text)


@trust_app.command("expiry")
def trust_expiry(settings: SettingsFile) -> None:
    """List our certificates and those of the peers, the first to end at the top."""
    from ncp.cli.expiring import expiry_lines  # noqa: PLC0415
    from ncp.ports import SystemClock  # noqa: PLC0415

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
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON instead of text.")
    ] = False,
    at: Annotated[
        str | None,
        typer.Option(help="Judge as of this time (ISO 8601, UTC without a zone)."),
    ] = None,
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
    from ncp.cli.explaining import Question, parse_moment, tell  # noqa: PLC0415
    from ncp.ports import SystemClock  # noqa: PLC0415

    try:
        moment = None if at is None else parse_moment(at)
    except ValueError as error:
        raise typer.BadParameter(
            "not a date and time such as 2026-03-02T10:00:00Z", param_hint="--at"
        ) from error
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
    at: Annotated[
        str | None,
        typer.Option(help="Judge as of this time (ISO 8601, UTC without a zone)."),
    ] = None,
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
    from ncp.cli.explaining import parse_moment  # noqa: PLC0415 - keeps --help quick
    from ncp.cli.trust_lists import ListsQuestion, tell_lists  # noqa: PLC0415
    from ncp.ports import SystemClock  # noqa: PLC0415

    try:
        moment = None if at is None else parse_moment(at)
    except ValueError as error:
        raise typer.BadParameter(
            "not a date and time such as 2026-03-02T10:00:00Z", param_hint="--at"
        ) from error
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
    from ncp.cli.smp import look_up  # noqa: PLC0415
    from ncp.ports import SystemClock  # noqa: PLC0415
    from ncp.settings import load_settings  # noqa: PLC0415

    loaded = load_settings(settings)
    _tell(look_up(loaded, country, service or (), SystemClock()))


@smp_app.command("diff")
def smp_diff(settings: SettingsFile) -> None:
    """Compare what is published of this gateway with what the settings say."""
    from ncp.cli.smp import diff  # noqa: PLC0415
    from ncp.ports import SystemClock  # noqa: PLC0415
    from ncp.settings import load_settings  # noqa: PLC0415

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
    from ncp.cli.smp import publish  # noqa: PLC0415
    from ncp.ports import SystemClock  # noqa: PLC0415
    from ncp.settings import load_settings  # noqa: PLC0415

    _tell(publish(load_settings(settings), SystemClock(), token_file, approve))


@smp_app.command("review")
def smp_review(
    settings: SettingsFile,
    proposal: Annotated[str, typer.Argument(help="The name it was given.")],
) -> None:
    """Show what a proposal would write."""
    from ncp.cli.smp import review  # noqa: PLC0415
    from ncp.settings import load_settings  # noqa: PLC0415

    _tell(review(load_settings(settings), proposal))


@smp_app.command("withdraw")
def smp_withdraw(
    settings: SettingsFile,
    services: Annotated[list[str], typer.Argument(help="xcpd, xca-query ...")],
    token_file: TokenFile = None,
) -> None:
    """Withdraw entries of this gateway, and verify that they are gone."""
    from ncp.cli.smp import withdraw  # noqa: PLC0415
    from ncp.ports import SystemClock  # noqa: PLC0415
    from ncp.settings import load_settings  # noqa: PLC0415

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
    import threading  # noqa: PLC0415

    from ncp.cli.smp_serving import DirectoryQuestion, serve  # noqa: PLC0415

    question = DirectoryQuestion(
        certificate, key, seal, tls_certificate, tls_key, port, zone, dns_port
    )
    try:
        serve(question, typer.echo, threading.Event())
    except KeyboardInterrupt:
        raise typer.Exit from None


def _tell(told: SmpTold) -> None:
    for line in told.lines:
        typer.echo(line)
    if not told.is_good:
        raise typer.Exit(1)


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed_version  # noqa: PLC0415

    typer.echo(f"ncp-gateway {installed_version('ncp-gateway')}")


def main() -> None:
    """Run the command; the outermost handler of the process."""
    try:
        app()
    except NcpError as error:
        sys.stderr.write(f"{error.public_message}\n")
        if error.remedy:
            sys.stderr.write(f"{error.remedy}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()

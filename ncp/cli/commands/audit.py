"""``ncp audit``: what was recorded, and whether it is what was recorded."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ncp.cli.commands.options import AsJson, SettingsFile, moment_of

audit_app = typer.Typer(help="Read the audit trail.", no_args_is_help=True)


@audit_app.command("list")
def audit_list(
    settings: SettingsFile,
    decisions: Annotated[
        bool, typer.Option(help="Below each event, the decisions of trust behind it.")
    ] = False,
) -> None:
    """List the recorded events, oldest first, without patient data."""
    from ncp.cli.auditing import audit_lines

    for line in audit_lines(settings, with_decisions=decisions):
        typer.echo(line)


Patient = Annotated[str, typer.Option(help="About this patient: ROOT^EXTENSION.")]
Person = Annotated[str, typer.Option(help="By this person's user id.")]
Organisation = Annotated[str, typer.Option(help="From this point of care.")]
Document = Annotated[str, typer.Option(help="With this document's unique id.")]
Message = Annotated[str, typer.Option(help="In this message: its MessageID.")]
Event = Annotated[str, typer.Option(help="Of this kind: ITI-39, EHDSI-92, ...")]
Since = Annotated[str, typer.Option(help="From then on (ISO 8601, UTC).")]
Until = Annotated[str, typer.Option(help="Before then (ISO 8601, UTC).")]
Failed = Annotated[bool, typer.Option("--failed", help="Only what did not succeed.")]
Form = Annotated[str, typer.Option(help="dicom, rfc-3881 or fhir.")]


@audit_app.command("search")
def audit_search(
    settings: SettingsFile,
    patient: Patient = "",
    person: Person = "",
    organisation: Organisation = "",
    document: Document = "",
    message: Message = "",
    event: Event = "",
    since: Since = "",
    until: Until = "",
    failed: Failed = False,
) -> None:
    """List the events that fit, without patient data; the look itself is recorded."""
    from ncp.cli.audit_search import Wanted, search_lines

    wanted = Wanted(
        patient, person, organisation, document, message, event,
        _moment(since, "--since"), _moment(until, "--until"), failed,
    )  # fmt: skip
    for line in search_lines(settings, wanted):
        typer.echo(line)


@audit_app.command("show")
def audit_show(
    settings: SettingsFile,
    number: Annotated[int, typer.Argument(help="Its number in the list.")],
    form: Form = "dicom",
) -> None:
    """Print one event whole, with its patient's data; the look itself is recorded."""
    from ncp.cli.audit_search import show

    typer.echo(show(settings, number, _form(form)))


@audit_app.command("export")
def audit_export(
    settings: SettingsFile,
    output: Annotated[Path, typer.Option(help="A folder to be made.")],
    patient: Patient = "",
    person: Person = "",
    organisation: Organisation = "",
    document: Document = "",
    message: Message = "",
    event: Event = "",
    since: Since = "",
    until: Until = "",
    failed: Failed = False,
    form: Form = "dicom",
) -> None:
    """Write the events that fit into a private folder; the look itself is recorded."""
    from ncp.cli.audit_search import Wanted, export

    wanted = Wanted(
        patient, person, organisation, document, message, event,
        _moment(since, "--since"), _moment(until, "--until"), failed,
    )  # fmt: skip
    number = export(settings, wanted, _form(form), output)
    typer.echo(f"{number} events written to {output}.")


def _moment(text: str, option: str) -> datetime | None:
    return moment_of(text, option) if text else None


def _form(text: str) -> str:
    from ncp.cli.audit_search import FORMS

    if text not in FORMS:
        raise typer.BadParameter(f"one of {', '.join(FORMS)}", param_hint="--form")
    return text


@audit_app.command("verify")
def audit_verify(
    settings: SettingsFile,
    head: Annotated[
        list[Path] | None,
        typer.Option(help="A signed head that was kept elsewhere; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find any change of the records; exit 0 if they are intact, 1 if not."""
    from ncp.cli.log_proving import verify

    told = verify(settings, head or (), as_json=as_json)
    typer.echo(told.text)
    raise typer.Exit(0 if told.is_good else 1)


@audit_app.command("head")
def audit_head(settings: SettingsFile) -> None:
    """Print the newest signed head of the log, to be kept elsewhere."""
    from ncp.cli.log_proving import newest_head

    typer.echo(newest_head(settings).text)


@audit_app.command("prove")
def audit_prove(
    settings: SettingsFile,
    source: Annotated[str, typer.Argument(help="messages or audit_events.")],
    sequence: Annotated[int, typer.Argument(help="Its number in the list.")],
) -> None:
    """Print what proves to others that a record is in the log, without the record."""
    from ncp.cli.log_proving import prove

    typer.echo(prove(settings, source, sequence).text)

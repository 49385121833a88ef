"""``ncp audit``: what was recorded, and whether it is what was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ncp.cli.commands.options import AsJson, SettingsFile
from ncp.cli.commands.selection import Selection, selected_period, selecting

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


Form = Annotated[str, typer.Option(help="dicom, rfc-3881 or fhir.")]


@audit_app.command("search")
@selecting
def audit_search(selection: Selection, settings: SettingsFile) -> None:
    """List the events that fit, without patient data; the look itself is recorded."""
    from ncp.cli.audit_search import search_lines

    line = None
    for line in search_lines(settings, selection.wanted()):
        typer.echo(line)
    if line is None:
        typer.echo("Nothing on record fits.", err=True)


@audit_app.command("show")
def audit_show(
    settings: SettingsFile,
    number: Annotated[
        str,
        typer.Argument(help="Its number in the list, or its reference in a report."),
    ],
    form: Form = "dicom",
) -> None:
    """Print one event whole, with its patient's data; the look itself is recorded."""
    from ncp.cli.audit_search import show

    typer.echo(show(settings, number, _form(form)))


@audit_app.command("export")
@selecting
def audit_export(
    selection: Selection,
    settings: SettingsFile,
    output: Annotated[Path, typer.Option(help="A folder to be made.")],
    form: Form = "dicom",
) -> None:
    """Write the events that fit into a private folder; the look itself is recorded."""
    from ncp.cli.audit_search import export

    number = export(settings, selection.wanted(), _form(form), output)
    typer.echo(f"{number} events written to {output}.")


@audit_app.command("report")
def audit_report(
    settings: SettingsFile,
    patient: Annotated[str, typer.Option(help="About whom: ROOT^EXTENSION.")],
    output: Annotated[Path, typer.Option(help="A file to be made.")],
    form: Annotated[str, typer.Option(help="pdf or fhir.")] = "pdf",
    language: Annotated[str, typer.Option(help="fr, de, en, lb or pt.")] = "fr",
    since: Annotated[str, typer.Option(help="From then on (ISO 8601, UTC).")] = "",
    until: Annotated[str, typer.Option(help="Before then (ISO 8601, UTC).")] = "",
) -> None:
    """Write for a patient who had access to their data; the look itself is recorded."""
    from ncp.assembly.access_reporting import Ordered
    from ncp.cli.access_reporting import write_report
    from ncp.cli.audit_search import patient_of

    period = selected_period(since, until)
    ordered = Ordered(patient_of(patient), form, language, *period)
    number = write_report(settings, ordered, output)
    typer.echo(f"{number} accesses written to {output}.")


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

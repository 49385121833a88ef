"""``ncp dispensations``, ``ncp prescriptions``: what is done abroad, what may be."""

from __future__ import annotations

from typing import Annotated

import typer

from ncp.cli.commands.options import AsJson, AsOf, SettingsFile, moment_of

dispensations_app = typer.Typer(
    help="What other countries had done to our prescriptions.", no_args_is_help=True
)
prescriptions_app = typer.Typer(
    help="Which prescriptions cross the border, and why others do not.",
    no_args_is_help=True,
)


@dispensations_app.command("list")
def dispensations_list(
    settings: SettingsFile,
    state: Annotated[
        str | None,
        typer.Option(help="Only these: received, recording, unknown, recorded, ..."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List dispensations and discards, newest first, without patient data.

    Exit status 1 where one of them is not settled, else 0.
    """
    from ncp.cli.dispensing import listed

    told = listed(settings, state, as_json=as_json)
    typer.echo(told.text)
    raise typer.Exit(0 if told.is_good else 1)


@dispensations_app.command("show")
def dispensations_show(
    settings: SettingsFile,
    deed: Annotated[str, typer.Argument(help="Its id, from the list.")],
    as_json: AsJson = False,
) -> None:
    """Show one: how far it has come, what that means, and what leads on."""
    from ncp.cli.dispensing import shown

    typer.echo(shown(settings, deed, as_json=as_json))


@dispensations_app.command("reconcile")
def dispensations_reconcile(settings: SettingsFile, as_json: AsJson = False) -> None:
    """Ask the national register now about all that is not known.

    Exit status 1 where something is still not known afterwards, else 0. It may run
    beside the gateway: the register writes the same only once.
    """
    from ncp.cli.dispensing import reconciled

    told = reconciled(settings, as_json=as_json)
    typer.echo(told.text)
    raise typer.Exit(0 if told.is_good else 1)


@prescriptions_app.command("rules")
def prescriptions_rules(settings: SettingsFile, as_json: AsJson = False) -> None:
    """Print the table of rules: what keeps a prescription here, why, who says so."""
    from ncp.cli.prescribing import rules

    typer.echo(rules(settings, as_json=as_json))


@prescriptions_app.command("explain")
def prescriptions_explain(
    settings: SettingsFile,
    patient: Annotated[
        str,
        typer.Option(
            prompt="Patient (OID^identifier)",
            help="Whose; asked for where left out, so that no history keeps it.",
        ),
    ],
    country: Annotated[
        str | None, typer.Option(help="Ask for consent on behalf of this country.")
    ] = None,
    at: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Say of each prescription of a patient whether it crosses, and if not, why.

    Exit status 1 where none crosses, else 0.
    """
    from ncp.cli.prescribing import explained

    moment = None if at is None else moment_of(at, "--at")
    told = explained(settings, patient, country, moment, as_json=as_json)
    typer.echo(told.text)
    raise typer.Exit(0 if told.is_good else 1)

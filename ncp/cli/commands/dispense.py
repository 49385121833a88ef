"""``ncp dispense``: a pharmacy's way, from the patient to the sale and back."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ncp.cli.commands.options import SettingsIfAny, named_settings

if TYPE_CHECKING:
    from ncp.cli.pharmacy import Counter, Said

dispense_app = typer.Typer(
    help="Dispense a prescription from abroad, step by step.",
    no_args_is_help=True,
)

Treatment = Annotated[str, typer.Argument(help="As `ncp dispense patient` tells it.")]
Dispensation = Annotated[str, typer.Argument(help="As `prepare` tells it.")]
Document = Annotated[str, typer.Argument(help="A coded one, as `list` tells it.")]
OtherTreatment = Annotated[
    str | None,
    typer.Option(
        "--treatment", help="Of the same patient, where the first one is over."
    ),
]


class _Given:
    """Options of every command, taken before the command's own name."""

    def __init__(self, settings: Path | None, professional: str | None) -> None:
        self.settings = settings
        self.professional = professional


@dispense_app.callback()
def who_dispenses(
    context: typer.Context,
    settings: SettingsIfAny = None,
    professional: Annotated[
        str | None,
        typer.Option("--as", help="A pharmacist of the settings; else the first."),
    ] = None,
) -> None:
    """Dispense a prescription from abroad, step by step."""
    context.obj = _Given(settings, professional)


@dispense_app.command("patient")
def dispense_patient(
    context: typer.Context,
    country: Annotated[str, typer.Argument(help="Two letters, such as PT.")],
    identifier: Annotated[
        list[str], typer.Option("--id", help="ROOT^EXTENSION; several times.")
    ],
    prescription: Annotated[
        str | None, typer.Option(help="Its number, where the country asks for it.")
    ] = None,
    pin: Annotated[
        str | None, typer.Option(help="The PIN of the prescription, likewise.")
    ] = None,
) -> None:
    """Identify a patient and state the treatment; exit 1 where nobody fits."""
    from ncp.cli.asking import parse_patients
    from ncp.cli.pharmacy import serve_patient
    from ncp.country_b.treatment import ShownPrescription

    if pin is not None and prescription is None:
        raise typer.BadParameter("it is the PIN of a prescription", param_hint="--pin")
    shown = None if prescription is None else ShownPrescription(prescription, pin)
    with _opened(context) as counter:
        _say(serve_patient(counter, country, parse_patients(identifier), shown))


@dispense_app.command("list")
def dispense_list(context: typer.Context, treatment: Treatment) -> None:
    """List the patient's prescriptions; exit 1 where there is none."""
    from ncp.cli.pharmacy import list_prescriptions

    with _opened(context) as counter:
        _say(list_prescriptions(counter, treatment))


@dispense_app.command("open")
def dispense_open(
    context: typer.Context,
    treatment: Treatment,
    document: Document,
    language: Annotated[
        str | None, typer.Option(help="Tell its codes in a language: fr-FR.")
    ] = None,
) -> None:
    """Say what a prescription says, and which products come near it."""
    from ncp.cli.pharmacy import open_prescription

    with _opened(context) as counter:
        _say(open_prescription(counter, treatment, document, language))


@dispense_app.command("products")
def dispense_products(
    context: typer.Context,
    atc: Annotated[str, typer.Option(help="ATC code.")] = "",
    form: Annotated[str, typer.Option(help="EDQM code of the form.")] = "",
    strength: Annotated[str, typer.Option(help="Such as 500 mg.")] = "",
    name: Annotated[str, typer.Option(help="A part of the name.")] = "",
    code: Annotated[str, typer.Option(help="As it stands on the package.")] = "",
) -> None:
    """Search the national catalogue; exit 1 where there is nothing."""
    from ncp.cli.pharmacy import search_products
    from ncp.national.products import ProductSearch

    with _opened(context) as counter:
        _say(search_products(counter, ProductSearch(atc, form, strength, name, code)))


@dispense_app.command("prepare")
def dispense_prepare(
    context: typer.Context,
    treatment: Treatment,
    document: Document,
    product: Annotated[str, typer.Option(help="Its code in the catalogue.")],
    packages: Annotated[int, typer.Option(help="How many are handed over.")],
    key: Annotated[
        str,
        typer.Option(
            help="Of this order: the same again finds what was prepared before."
        ),
    ],
    handed_over: Annotated[
        datetime | None, typer.Option(help="When, in UTC; now where left out.")
    ] = None,
    remark: Annotated[str, typer.Option(help="For the other country.")] = "",
) -> None:
    """Prepare a dispensation; nothing leaves. Exit 1 where something stops it."""
    from datetime import UTC

    from ncp.cli.pharmacy import prepare
    from ncp.country_b.dispensing import DispenseWish

    moment = None if handed_over is None else handed_over.replace(tzinfo=UTC)
    wish = DispenseWish(treatment, document, product, packages, moment, remark)
    with _opened(context) as counter:
        _say(prepare(counter, wish, key))


@dispense_app.command("submit")
def dispense_submit(
    context: typer.Context,
    dispensation: Dispensation,
    confirm: Annotated[
        list[str] | None,
        typer.Option(help="The word of a difference that is meant; several times."),
    ] = None,
    treatment: OtherTreatment = None,
) -> None:
    """Send what was prepared (ITI-41); exit 1 where nobody knows if it was taken."""
    from ncp.cli.pharmacy import submit

    with _opened(context) as counter:
        _say(submit(counter, dispensation, confirm or (), treatment))


@dispense_app.command("discard")
def dispense_discard(
    context: typer.Context,
    dispensation: Dispensation,
    reason: Annotated[
        str, typer.Option(help="entry-error, not-taken, wrong-product or other.")
    ],
    treatment: OtherTreatment = None,
) -> None:
    """Take a dispensation back (ITI-41); exit 1 where nobody knows if it was."""
    from ncp.cli.pharmacy import discard
    from ncp.country_b.dispensing import DiscardReason

    known = {each.value: each for each in DiscardReason}
    if reason not in known:
        raise typer.BadParameter(f"one of {', '.join(known)}", param_hint="--reason")
    with _opened(context) as counter:
        _say(discard(counter, dispensation, known[reason], treatment))


@dispense_app.command("resume")
def dispense_resume(
    context: typer.Context,
    dispensation: Dispensation,
    treatment: OtherTreatment = None,
) -> None:
    """Find out what became of it, by sending the very same again; exit 1: unknown."""
    from ncp.cli.pharmacy import resume

    with _opened(context) as counter:
        _say(resume(counter, dispensation, treatment))


@dispense_app.command("clarify")
def dispense_clarify(
    context: typer.Context,
    dispensation: Dispensation,
    source: Annotated[str, typer.Option(help="Who said so, and when.")],
    done: Annotated[
        bool, typer.Option("--done/--not-done", help="What the other country said.")
    ],
) -> None:
    """Settle by hand what no message settles."""
    from ncp.cli.pharmacy import clarify

    with _opened(context) as counter:
        _say(clarify(counter, dispensation, is_done=done, source=source))


@dispense_app.command("show")
def dispense_show(context: typer.Context, dispensation: Dispensation) -> None:
    """Say how a dispensation stands, and what that asks for."""
    from ncp.cli.pharmacy import show

    with _opened(context) as counter:
        _say(show(counter, dispensation))


@dispense_app.command("recent")
def dispense_recent(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=366, help="Since how long.")] = 7,
) -> None:
    """List the pharmacy's dispensations; exit 1 where nobody knows of one."""
    from ncp.cli.pharmacy import recent

    with _opened(context) as counter:
        _say(recent(counter, days))


def _opened(context: typer.Context) -> AbstractContextManager[Counter]:
    from ncp.cli.pharmacy import counter
    from ncp.settings import load_settings

    given: _Given = context.obj
    return counter(load_settings(named_settings(given.settings)), given.professional)


def _say(said: Said) -> None:
    for line in said.lines:
        typer.echo(line)
    if not said.is_done:
        raise typer.Exit(1)

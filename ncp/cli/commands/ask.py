"""``ncp ask``: the asking side as commands, against any country."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ncp.cli.commands.options import SettingsIfAny, named_settings, typed, typed_all

if TYPE_CHECKING:
    from ncp.cli.asking import Asker, Details
    from ncp.cli.asking_steps import Told

ask_app = typer.Typer(
    help="Ask another country, with any details of the assertions.",
    no_args_is_help=True,
)

Country = Annotated[str, typer.Argument(help="Two letters, such as PT.")]
Patient = Annotated[str, typer.Option(help="As the country knows it: ROOT^EXTENSION.")]
_SAID = "said in the HCP assertion"


class _Given:
    """Options of every command, taken before the command's own name."""

    def __init__(
        self, settings: Path | None, keep: Path | None, details: Details
    ) -> None:
        self.settings = settings
        self.keep = keep
        self.details = details


@ask_app.callback()
def details_of_assertions(
    context: typer.Context,
    settings: SettingsIfAny = None,
    keep: Annotated[
        Path | None,
        typer.Option(help="Keep every exchange as a folder in here, in the clear."),
    ] = None,
    professional: Annotated[
        str | None,
        typer.Option("--as", help="Identifier of a professional of the settings."),
    ] = None,
    name: Annotated[str | None, typer.Option(help=f"The name {_SAID}.")] = None,
    role: Annotated[
        str | None, typer.Option(help=f"The role {_SAID}: ISCO code such as 2262.")
    ] = None,
    organization: Annotated[
        str | None, typer.Option(help=f"The organization {_SAID}.")
    ] = None,
    organization_id: Annotated[
        str | None, typer.Option(help=f"The organization's id {_SAID}.")
    ] = None,
    permission: Annotated[
        list[str] | None,
        typer.Option(help="PRD-006 ...; none but these. An empty one: none at all."),
    ] = None,
    purpose: Annotated[str | None, typer.Option(help="TREATMENT or EMERGENCY.")] = None,
    prescription: Annotated[
        str | None, typer.Option(help="Prescription id of the TRC assertion.")
    ] = None,
    pin: Annotated[
        str | None, typer.Option(help="Dispensation PIN of the TRC assertion.")
    ] = None,
    issued_ago: Annotated[
        float,
        typer.Option(min=0, help="Seconds since the HCP was issued; for tests."),
    ] = 0.0,
    treated: Annotated[
        str | None,
        typer.Option(help="Another patient in the TRC assertion; for tests."),
    ] = None,
) -> None:
    """Ask another country, with any details of the assertions."""
    from ncp.cli.asking import Details, parse_patient

    given = None if permission is None else tuple(each for each in permission if each)
    context.obj = _Given(
        settings,
        keep,
        Details(
            professional=professional,
            name=typed(name, "--name"),
            role=role,
            organization=typed(organization, "--organization"),
            organization_id=typed(organization_id, "--organization-id"),
            permissions=given,
            purpose_of_use=purpose,
            prescription_id=typed(prescription, "--prescription"),
            dispensation_pin=typed(pin, "--pin"),
            issued_ago_s=issued_ago,
            treated=None if treated is None else parse_patient(treated),
        ),
    )


@ask_app.command("identify")
def ask_identify(
    context: typer.Context,
    country: Country,
    identifier: Annotated[
        list[str] | None, typer.Option("--id", help="ROOT^EXTENSION; several times.")
    ] = None,
    family: Annotated[list[str] | None, typer.Option(help="Family name.")] = None,
    given: Annotated[list[str] | None, typer.Option(help="Given name.")] = None,
    born: Annotated[str | None, typer.Option(help="1957-05-06, 1957-05, 1957.")] = None,
    gender: Annotated[
        Literal["male", "female", "other"] | None, typer.Option(help="Gender.")
    ] = None,
    street: Annotated[str | None, typer.Option()] = None,
    postal_code: Annotated[str | None, typer.Option()] = None,
    city: Annotated[str | None, typer.Option()] = None,
    residence: Annotated[str | None, typer.Option(help="Country, LU.")] = None,
) -> None:
    """Ask who a patient is (ITI-55); exit 1 where nobody fits."""
    from ncp.cli.asking import parse_patients
    from ncp.cli.asking_steps import ask_who
    from ncp.ihe.iti55_xcpd import PatientTraits, PostalAddress
    from ncp.ihe.person import TraitInvalid, birth_date_of

    try:
        birth_date = None if born is None else birth_date_of(born)
    except TraitInvalid as error:
        raise typer.BadParameter(str(error), param_hint="--born") from None
    lines = typed_all([street] if street else None, "--street")
    address = PostalAddress(
        lines, typed(city, "--city"), typed(postal_code, "--postal-code"), residence
    )
    traits = PatientTraits(
        parse_patients(identifier or ()),
        typed_all(family, "--family"),
        typed_all(given, "--given"),
        birth_date,
        gender,
        None if address == PostalAddress() else address,
    )
    with _opened(context, country) as asker:
        _tell(ask_who(asker, traits))


@ask_app.command("list")
def ask_list_documents(
    context: typer.Context,
    country: Country,
    patient: Patient,
    kind: Annotated[
        list[str] | None, typer.Option("--class", help="Class code; 60591-5.")
    ] = None,
    created_after: Annotated[datetime | None, typer.Option(help="In UTC.")] = None,
    created_before: Annotated[datetime | None, typer.Option(help="In UTC.")] = None,
    maximum_size: Annotated[int | None, typer.Option(min=0, help="Bytes.")] = None,
    with_home: Annotated[bool, typer.Option(help="Name the home community.")] = False,
) -> None:
    """List a patient's documents (ITI-38); exit 1 where there is nothing."""
    from ncp.cli.asking import parse_patient
    from ncp.cli.asking_steps import ask_list, class_codes
    from ncp.ihe.iti38_xca_query import DocumentQuery

    with _opened(context, country) as asker:
        query = DocumentQuery(
            parse_patient(patient),
            class_codes(kind or ["60591-5"]),
            asker.peer.home_community_id if with_home else None,
            _in_utc(created_after),
            _in_utc(created_before),
            maximum_size,
        )
        _tell(ask_list(asker, query))


@ask_app.command("fetch")
def ask_fetch_documents(
    context: typer.Context,
    country: Country,
    patient: Patient,
    document: Annotated[
        list[str], typer.Option(help="Unique id of the list; several times.")
    ],
    repository: Annotated[str, typer.Option(help="Repository id of the list.")],
    output: Annotated[Path, typer.Option(help="The folder for what comes.")],
    home: Annotated[str | None, typer.Option(help="Another home community.")] = None,
    kind: Annotated[
        str, typer.Option("--class", help="Class code, for the record.")
    ] = "60591-5",
    at_once: Annotated[
        int | None, typer.Option(min=1, max=100, help="Documents in one message.")
    ] = None,
) -> None:
    """Fetch documents (ITI-39); exit 1 where one did not come."""
    from ncp.cli.asking import parse_patient
    from ncp.cli.asking_steps import Wanted, ask_fetch, class_codes
    from trust.identifiers import HomeCommunityId

    wanted = Wanted(
        tuple(document),
        repository,
        None if home is None else HomeCommunityId.parse(home),
        class_codes([kind])[0],
    )
    with _opened(context, country, at_once) as asker:
        _tell(ask_fetch(asker, parse_patient(patient), wanted, output))


@ask_app.command("submit")
def ask_submit_document(
    context: typer.Context,
    country: Country,
    patient: Patient,
    file: Annotated[Path, typer.Option(help="The eDispensation (CDA).")],
) -> None:
    """Submit a dispensation (ITI-41); the same file again counts once."""
    _submit(context, country, patient, file, is_discard=False)


@ask_app.command("discard")
def ask_discard_document(
    context: typer.Context,
    country: Country,
    patient: Patient,
    file: Annotated[Path, typer.Option(help="The eDispensation it was made by.")],
) -> None:
    """Discard a dispensation (ITI-41)."""
    _submit(context, country, patient, file, is_discard=True)


def _submit(
    context: typer.Context, country: str, patient: str, file: Path, *, is_discard: bool
) -> None:
    from ncp.cli.asking import parse_patient
    from ncp.cli.asking_steps import ask_submit
    from ncp.ihe.codes import ClassCode

    operation = ClassCode.DISCARD if is_discard else ClassCode.EDISPENSATION
    with _opened(context, country) as asker:
        _tell(ask_submit(asker, parse_patient(patient), operation, file))


def _opened(
    context: typer.Context, country: str, at_once: int | None = None
) -> AbstractContextManager[Asker]:
    from ncp.cli.asking import asking
    from ncp.settings import load_settings

    given: _Given = context.obj
    settings = load_settings(named_settings(given.settings))
    return asking(settings, country, given.details, given.keep, at_once)


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _tell(told: Told) -> None:
    for line in told.lines:
        typer.echo(line)
    if not told.is_found:
        raise typer.Exit(1)

"""``ncp terminology``: releases brought in, activated, compared; coverage reports."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ncp.cli.commands.options import SettingsIfAny, moment_of
from ncp.errors import ConfigurationError
from ncp.ports import SystemClock

if TYPE_CHECKING:
    from ncp.settings import Settings
    from ncp.terminology.central_server import CentralServer
    from transformations.terminology.catalogue import (
        Built,
        LayeredCatalogue,
        Releases,
    )

terminology_app = typer.Typer(
    help="Bring terminology in, activate it, and see what is not covered.",
    no_args_is_help=True,
)

Folder = Annotated[
    Path | None,
    typer.Option(
        help="The folder of releases; or name it in the settings.",
        envvar="NCP_TERMINOLOGY_FOLDER",
    ),
]


@terminology_app.command("import")
def bring_in(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Value sets as lines of JSON (.ndjson); FHIR packages (.tgz); "
            "ValueSet, CodeSystem, ConceptMap (.json); names and mappings (.csv)."
        ),
    ],
    name: Annotated[str, typer.Option(help="How it is called, such as mvc-8.1.0.")],
    folder: Folder = None,
    settings: SettingsIfAny = None,
    overlay: Annotated[
        bool, typer.Option(help="National names and mappings, on top of a release.")
    ] = False,
    version: Annotated[
        str, typer.Option(help="Of value sets whose source does not say.")
    ] = "",
    activate: Annotated[
        bool, typer.Option(help="Let it speak from now on, if it is a release.")
    ] = False,
) -> None:
    """Build a release or an overlay beside what speaks now."""
    from ncp.terminology.shelf import Import, refusals_told
    from ncp.terminology.shelf import bring_in as build

    releases = _releases(folder, settings)
    now = SystemClock().now()
    wanted = Import(name, tuple(files), version, overlay)
    _announce(settings, name, f"{', '.join(each.name for each in files)} comes in")
    if activate and not overlay:
        _announce(settings, name, "it is to speak from now on")
    with refusals_told("Nothing was changed; correct the source and import again."):
        built = build(releases, wanted, now, typer.echo)
        typer.echo(_told(name, built))
        if overlay:
            _warn_of_dangling(releases, name, now)
        elif activate:
            releases.activate(name, _present_overlays(releases, now), now)
            typer.echo(f"{name} speaks from now on")


@terminology_app.command()
def demo(folder: Folder = None, settings: SettingsIfAny = None) -> None:
    """Put the sample catalogue in place, to try things out; not for patients."""
    from ncp.terminology.shelf import DEMO, bring_in_demo, refusals_told

    releases = _releases(folder, settings)
    _announce(settings, DEMO, "the sample is to speak from now on")
    with refusals_told():
        built = bring_in_demo(releases, SystemClock().now())
    typer.echo(_told(DEMO, built))


@terminology_app.command()
def sync(
    settings: SettingsIfAny,
    name: Annotated[str, typer.Option(help="How it is called, such as cts-2026-11.")],
    activate: Annotated[bool, typer.Option(help="Let it speak from now on.")] = False,
) -> None:
    """Fetch a whole release from the central terminology server."""
    from ncp.terminology.central_server import fetch_facts
    from ncp.terminology.shelf import Import, build, refusals_told

    if settings is None:
        raise ConfigurationError("`--settings` is needed to sync")
    loaded = _loaded(settings)
    releases = _releases(None, settings)
    now = SystemClock().now()
    _announce(settings, name, "it comes from the central server")
    if activate:
        _announce(settings, name, "it is to speak from now on")
    with refusals_told("What was active stays active."):
        facts = fetch_facts(_central_server(loaded), typer.echo)
        built = build(releases, Import(name, ()), facts, "central server", now)
        typer.echo(_told(name, built))
        if activate:
            releases.activate(name, _present_overlays(releases, now), now)
            typer.echo(f"{name} speaks from now on")


@terminology_app.command()
def activate(
    name: Annotated[
        str | None, typer.Argument(help="The release; left out with --roll-back.")
    ] = None,
    folder: Folder = None,
    settings: SettingsIfAny = None,
    overlay: Annotated[
        list[str] | None,
        typer.Option(help="An overlay on it; several: the last is the highest."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="From when on (ISO 8601, UTC without a zone); now else."),
    ] = None,
    roll_back: Annotated[
        bool, typer.Option(help="Let what was active before speak again.")
    ] = False,
) -> None:
    """Let a release speak, with the overlays on it, from a moment on."""
    from ncp.terminology.shelf import refusals_told

    releases = _releases(folder, settings)
    now = SystemClock().now()
    if not roll_back and name is None:
        raise typer.BadParameter("name a release, or say --roll-back")
    moment = now if since is None else moment_of(since, "--since")
    if name is None or roll_back:
        _announce(settings, "roll-back", "what was active before is to speak again")
    else:
        with_them = " with ".join((name, *(overlay or ())))
        _announce(
            settings, name, f"{with_them} is to speak from {moment:%Y-%m-%d %H:%M}Z on"
        )
    with refusals_told("What was active stays active."):
        if name is None or roll_back:
            done = releases.roll_back(now)
        else:
            done = releases.activate(name, overlay or (), moment)
    overlays = "".join(f" + {one}" for one in done.overlays)
    typer.echo(f"{done.release}{overlays} speaks from {done.since:%Y-%m-%d %H:%M}Z on")


@terminology_app.command()
def status(
    folder: Folder = None,
    settings: SettingsIfAny = None,
    licences: Annotated[
        bool, typer.Option(help="Also under whose terms the codes may be used.")
    ] = False,
) -> None:
    """List releases and overlays; a star stands at what speaks now."""
    from ncp.terminology.shelf import (
        licence_lines,
        refusals_told,
        status_lines,
    )

    releases = _releases(folder, settings)
    with refusals_told():
        for line in status_lines(releases, SystemClock().now()):
            typer.echo(line)
        if licences:
            names = releases.release_names()
            for line in licence_lines([releases.release_path(one) for one in names]):
                typer.echo(line)


@terminology_app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A release.")],
    after: Annotated[str, typer.Argument(help="Another release.")],
    folder: Folder = None,
    settings: SettingsIfAny = None,
) -> None:
    """Compare two releases: codes per value set, names, mappings."""
    from ncp.terminology.shelf import (
        compare,
        compare_mappings,
        compare_names,
        refusals_told,
    )

    releases = _releases(folder, settings)
    with refusals_told():
        pair = releases.release_path(before), releases.release_path(after)
        for one in compare(*pair):
            typer.echo(f"{one.value_set}: {one.added} more, {one.removed} fewer")
            for example in one.examples:
                typer.echo(f"    {example}")
        names, mappings = compare_names(*pair), compare_mappings(*pair)
    typer.echo(
        f"names: {names.added} more, {names.removed} fewer, {names.changed} changed"
    )
    typer.echo(f"mappings: {mappings.added} more, {mappings.removed} fewer")


@terminology_app.command()
def coverage(
    documents: Annotated[
        list[Path],
        typer.Argument(
            help="National documents, or folders of them: FHIR (.json) or CDA (.xml)."
        ),
    ],
    folder: Folder = None,
    settings: SettingsIfAny = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write every code that does not map here.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page for people here.")
    ] = None,
) -> None:
    """Count the codes that have none in the value sets; exit 1 if there are any."""
    from ncp.terminology.national_documents import read_documents
    from ncp.terminology.shelf import refusals_told
    from transformations.terminology.coverage import (
        Coverage,
        as_csv,
        as_html,
        as_text,
    )

    with refusals_told(), _speaking(_releases(folder, settings)) as catalogue:
        found = Coverage(catalogue.release)
        for name, root in read_documents(documents, typer.echo):
            found.add(name, root, catalogue)
    for line in as_text(found):
        typer.echo(line)
    if csv is not None:
        csv.write_text(as_csv(found), encoding="utf-8")
    if html is not None:
        html.write_text(as_html(found), encoding="utf-8")
    if found.gaps:
        raise typer.Exit(1)


def _speaking(releases: Releases) -> LayeredCatalogue:
    active = releases.active(SystemClock().now())
    if active is None:
        raise ConfigurationError(
            "no release of terminology is active", "See ncp terminology activate."
        )
    return releases.open(active)


def _releases(folder: Path | None, settings: Path | None) -> Releases:
    from transformations.terminology.catalogue import Releases

    if folder is None and settings is not None:
        folder = _loaded(settings).terminology.folder
    if folder is None:
        raise ConfigurationError(
            "no folder of terminology is named",
            "Say --folder, or name it in the settings: [terminology] folder.",
        )
    return Releases(folder)


def _announce(settings: Path | None, name: str, sentence: str) -> None:
    """Put on record what is about to be done; without settings there is no record."""
    if settings is None:
        typer.echo("no settings are named: this is not on record", err=True)
        return
    from ncp.cli.terminology_recording import announce

    announce(_loaded(settings), name, sentence)


def _loaded(settings: Path) -> Settings:
    from ncp.settings import load_settings

    return load_settings(settings)


def _central_server(settings: Settings) -> CentralServer:
    from ncp.settings.secrets import read_file
    from ncp.terminology.central_server import CentralServer as Server

    stated = settings.terminology.central_server
    if stated is None:
        raise ConfigurationError(
            "no central terminology server is named",
            "Add a section [terminology.central_server] to the settings.",
        )
    key = "terminology.central_server.password_file"
    return Server(
        stated.url.rstrip("/"),
        stated.user,
        read_file(stated.password_file, key).decode("utf-8").strip(),
        stated.tls_authorities,
        stated.page_size,
        stated.timeout_s,
    )


def _present_overlays(releases: Releases, now: datetime) -> tuple[str, ...]:
    active = releases.active(now)
    return () if active is None else active.overlays


def _warn_of_dangling(releases: Releases, name: str, now: datetime) -> None:
    from ncp.terminology.shelf import dangling
    from transformations.terminology.catalogue import StoredCatalogue

    active = releases.active(now)
    if active is None:
        return
    with (
        StoredCatalogue(releases.overlay_path(name)) as overlay,
        StoredCatalogue(releases.release_path(active.release)) as release,
    ):
        lost = dangling(overlay, release)
    for one in lost[:20]:
        typer.echo(f"no such target in {active.release}: {one}")
    if len(lost) > 20:
        typer.echo(f"... and {len(lost) - 20} more")


def _told(name: str, built: Built) -> str:
    return (
        f"{name}: {built.value_sets} value sets, {built.concepts:,} codes, "
        f"{built.designations:,} names, {built.mappings:,} mappings\n"
        f"{built.path} (sha256 {built.sha256[:16]}...)"
    )

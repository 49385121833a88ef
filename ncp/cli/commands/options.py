"""Options that several commands share, each with one name and one meaning."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

SettingsFile = Annotated[
    Path,
    typer.Option(
        "--settings",
        "-s",
        help="The gateway's settings file (TOML).",
        envvar="NCP_SETTINGS",
    ),
]
# For commands that can do without, and for groups: the help of their commands can.
SettingsIfAny = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        "-s",
        help="The gateway's settings file (TOML).",
        envvar="NCP_SETTINGS",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
AsOf = Annotated[
    str | None,
    typer.Option("--at", help="Judge as of this time (ISO 8601, UTC without a zone)."),
]


def named_settings(settings: Path | None) -> Path:
    """Return the settings file of a group's options, once a command needs it.

    Raises
    ------
    typer.BadParameter
        None was named.
    """
    if settings is None:
        raise typer.BadParameter(
            "name the gateway's settings file, before the command's own name or in "
            "NCP_SETTINGS",
            param_hint="--settings",
        )
    return settings


def typed(text: str | None, option: str) -> str | None:
    """Return what was typed, if a message can carry it.

    Raises
    ------
    typer.BadParameter
        It holds a character that XML forbids; ``option`` is named, not the text.
    """
    from trust.xml import refuse_forbidden

    try:
        refuse_forbidden(text or "", option)
    except ValueError:
        raise typer.BadParameter(
            "it holds a character that no message can carry", param_hint=option
        ) from None
    return text


def typed_all(texts: list[str] | None, option: str) -> tuple[str, ...]:
    """Return all that was typed at an option; see :func:`typed`."""
    for text in texts or ():
        typed(text, option)
    return tuple(texts or ())


def moment_of(text: str, option: str) -> datetime:
    """Read an ISO date or date and time; without a zone it is UTC.

    Raises
    ------
    typer.BadParameter
        It is none; ``option`` is named as the place.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            "not a date and time such as 2026-03-02T10:00:00Z", param_hint=option
        ) from error
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)

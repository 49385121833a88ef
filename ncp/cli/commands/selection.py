"""Which events of the audit trail a command is about: its options, declared once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, get_type_hints

import typer

from ncp.cli.commands.options import moment_of

if TYPE_CHECKING:
    from ncp.cli.audit_search import Wanted


@dataclass(frozen=True, slots=True)
class Selection:
    """The options, word by word; empty where nothing is said."""

    patient: Annotated[
        str, typer.Option(help="About this patient: ROOT^EXTENSION.")
    ] = ""
    person: Annotated[str, typer.Option(help="By this person's user id.")] = ""
    organisation: Annotated[str, typer.Option(help="From this point of care.")] = ""
    document: Annotated[str, typer.Option(help="With this document's unique id.")] = ""
    message: Annotated[str, typer.Option(help="In this message: its MessageID.")] = ""
    event: Annotated[str, typer.Option(help="Of this kind: ITI-39, EHDSI-92, ...")] = ""
    since: Annotated[str, typer.Option(help="From then on (ISO 8601, UTC).")] = ""
    until: Annotated[str, typer.Option(help="Before then (ISO 8601, UTC).")] = ""
    failed: Annotated[
        bool, typer.Option("--failed", help="Only what did not succeed.")
    ] = False

    def wanted(self) -> Wanted:
        """Return them as the trail is asked; raises typer.BadParameter."""
        from ncp.cli.audit_search import Wanted

        since, until = selected_period(self.since, self.until)
        return Wanted(**asdict(self) | {"since": since, "until": until})


def selecting(
    command: Callable[Concatenate[Selection, ...], None],
) -> Callable[..., None]:
    """Give a command the options of a selection; that is its first argument."""
    names = [each.name for each in fields(Selection)]

    @wraps(command)
    def with_options(**given: Any) -> None:
        selection = Selection(**{name: given.pop(name) for name in names})
        command(selection, **given)

    _, *own = inspect.signature(command, eval_str=True).parameters.values()
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [each.replace(kind=keyword) for each in own] + _options()
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {}
    return with_options


def _options() -> list[inspect.Parameter]:
    hints = get_type_hints(Selection, include_extras=True)
    return [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=each.default,
            annotation=hints[each.name],
        )
        for each in fields(Selection)
    ]


def selected_period(since: str, until: str) -> tuple[datetime | None, datetime | None]:
    """Return the moments that were stated; raises typer.BadParameter."""
    begin, end = _moment(since, "--since"), _moment(until, "--until")
    if begin is not None and end is not None and begin >= end:
        raise typer.BadParameter("it is not before --until", param_hint="--since")
    return begin, end


def _moment(text: str, option: str) -> datetime | None:
    return moment_of(text, option) if text else None

"""Write the reference pages from the code: ``make docs``.

A test compares them with the files, so that no setting, refusal, answer, attack or
mapping table changes without its page.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ncp.answers import Answer, Condition, Place, answer_for
from ncp.errors import Refusal
from ncp.ihe.codes import Transaction
from ncp.settings import Settings
from tests.capabilities import REPOSITORY
from tests.docs.answers_page import answers_page
from tests.docs.attacks_page import attacks_page
from tests.docs.audit_events_page import audit_events_page
from tests.docs.dispensing_page import dispensing_page
from tests.docs.mapping_pages import mapping_pages
from tests.docs.message_rules_page import message_rules_page
from tests.docs.rules_page import rules_page
from trust.decision import Reason

REFERENCE = REPOSITORY / "docs" / "reference"
_HEADER = "<!-- Written from the code by `make docs`. -->"


def settings_page() -> str:
    """Return the page of every key of the settings file."""
    lines = [
        "# Settings",
        "",
        _HEADER,
        "",
        "One TOML file, named with `--settings`. Every key can be replaced from the",
        "environment: `NCP_GATEWAY__COUNTRY` stands above `gateway.country` (lists are",
        "replaced whole). Files are named relative to the settings file. A key that is",
        "not listed here is refused. [luxembourg.toml](luxembourg.toml) is a complete",
        "example with explanations.",
    ]
    for name, field in Settings.model_fields.items():
        lines += _section(name, field)
    return "\n".join(lines) + "\n"


def _section(name: str, field: FieldInfo) -> Iterator[str]:
    model = _model_in(field.annotation)
    assert model is not None, f"{name} is no section"
    is_list = get_origin(field.annotation) is tuple
    heading = f"[[{name}]]" if is_list else f"[{name}]"
    yield from ("", f"## {heading}", "", _summary(model), "")
    yield from ("| key | type | default |", "|---|---|---|")
    yield from _rows(model, "")


def _rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = _model_in(field.annotation)
        if inner is not None:
            yield from _rows(inner, f"{prefix}{name}.")
            continue
        kind = _type_name(field.annotation).replace("|", "\\|")
        yield f"| `{prefix}{name}` | {kind} | {_default(field)} |"


def _summary(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())


def _model_in(annotation: Any) -> type[BaseModel] | None:
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None


def _type_name(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin in {types.UnionType, Union}:
        inner = [each for each in get_args(annotation) if each is not type(None)]
        return " or ".join(_type_name(each) for each in inner)
    if origin is Literal:
        return " or ".join(f"`{each}`" for each in get_args(annotation))
    if origin is tuple:
        return f"list of {_type_name(get_args(annotation)[0])}"
    if hasattr(annotation, "__metadata__"):
        return _type_name(get_args(annotation)[0])
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{each.value}`" for each in annotation)
    plain = {str: "text", bool: "true or false", int: "whole number", float: "number"}
    named = {Path: "file", **plain}
    return named.get(annotation) or _words(annotation.__name__)


def _words(name: str) -> str:
    return {"Oid": "OID", "CountryCode": "country", "HomeCommunityId": "OID"}.get(
        name, name
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if value is None or value == () or value is PydanticUndefined:
        return "none"
    if value == "":
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return ", ".join(f"`{each}`" for each in value)
    return f"`{value}`"


def refusals_page() -> str:
    """Return the page of every reason and what the peer is told."""
    lines = [
        "# Refusals",
        "",
        _HEADER,
        "",
        "Every reason for which a message is refused, and the answer of country A for",
        "each transaction. The reason stands in the record and in the log; the peer is",
        "told the code and a sentence that says no more than it needs to know.",
        "",
        "`fault` is a SOAP fault, with its HTTP status; the other answers come with",
        "status 200, in the transaction's own form.",
    ]
    reasons = [
        each
        for each in Reason
        if each.is_about_messages and each is not Reason.ACCEPTED
    ]
    for title, conditions in (
        ("What was not believed", reasons),
        ("What was understood and refused", list(Refusal)),
    ):
        heads = [each.value for each in Transaction]
        lines += ["", f"## {title}", ""]
        lines += [f"| reason | {' | '.join(heads)} |", "|---|" + "---|" * len(heads)]
        lines += [_refusal_row(condition) for condition in conditions]
    return "\n".join(lines) + "\n"


def _refusal_row(condition: Condition) -> str:
    cells = [_told(answer_for(condition, each)) for each in Transaction]
    return f"| `{condition.value}` | {' | '.join(cells)} |"


def _told(answer: Answer) -> str:
    code = answer.code.rsplit("}", 1)[-1]
    if answer.place in {Place.FAULT, Place.HTTP}:
        return f"fault {answer.http_status} {code}".strip()
    parts = [code, answer.reason_of, answer.severity]
    return ", ".join(str(part).rsplit(":", 1)[-1] for part in parts if part)


PAGES = {
    "answers.md": partial(answers_page, _HEADER),
    "attacks.md": partial(attacks_page, _HEADER),
    "audit-events.md": partial(audit_events_page, _HEADER),
    "dispensing.md": partial(dispensing_page, _HEADER),
    "message-rules.md": partial(message_rules_page, _HEADER),
    "refusals.md": refusals_page,
    "rules.md": partial(rules_page, _HEADER),
    "settings.md": settings_page,
    **mapping_pages(_HEADER),
}


def main() -> None:
    """Write every page."""
    for name, render in PAGES.items():
        page = REFERENCE / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()

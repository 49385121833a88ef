"""Print the terms of a mapping table as the lines of a table for people."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import singledispatch
from typing import Any, NamedTuple

from transformations.cda.template_ids import FAMILIES
from transformations.mapping import (
    Alt,
    Back,
    Const,
    Demand,
    Each,
    EachExt,
    EntryId,
    Fill,
    Follow,
    Forth,
    Group,
    Ignore,
    IgnoreCda,
    IgnoreExt,
    Link,
    Otherwise,
    Pair,
    Row,
    StatusCodec,
    Subject,
)
from transformations.mapping.codecs.coded import CodedCodec
from transformations.patient_summary import codes
from transformations.sections.concepts import Concept
from transformations.sections.withheld import Guarded, InWords, Withheld
from transformations.sections.words import Told
from transformations.terminology import system_name

_ESCAPED = r"\|"
_STEP = re.compile(r"((?:pharm:)?\w+)((?:\{[^}]*\}|\[[^\]]*\]|<[^>]*>)*)")
_TEMPLATES = re.compile(r"<([^>]*)>")
_TYPE_CODE = re.compile(r"typeCode=(\w+)")
_XSI_TYPE = re.compile(r"xsi:type=(\w+)")


class Line(NamedTuple):
    """One line of the table: two paths, what is between them, and what is said."""

    depth: int
    fhir: str = ""
    cda: str = ""
    form: str = ""
    said: str = ""
    notes: str = ""

    def cells(self) -> str:
        """Return the line as markdown; depth shows where in CDA it stands."""
        cda = "· " * self.depth + self.cda if self.cda else ""
        values = (self.fhir, cda, self.form, self.said, self.notes)
        return (
            f"| {' | '.join(value.replace('|', chr(92) + '|') for value in values)} |"
        )


HEAD = ("| FHIR | CDA | how | said as | notes |", "|---|---|---|---|---|")


def lines_of(terms: Sequence[Any], depth: int = 0, base: str = "") -> Iterator[Line]:
    """Yield the lines of terms in their order; FHIR paths begin at ``base``."""
    for term in terms:
        yield from _lines(term, depth, base)


def first_sentences(thing: Any) -> str:
    """Return the first paragraph of a docstring as one line."""
    text = inspect.getdoc(thing) or ""
    return " ".join(text.split("\n\n", maxsplit=1)[0].split())


def templates_in(path: str) -> str:
    """Name the template ids of a path, in their short form."""
    found = [name for ids in _TEMPLATES.findall(path) for name in ids.split(",")]
    return ", ".join(found)


def readable(path: str) -> str:
    """Write a CDA path with what a reader looks for: names, typeCode, xsi:type."""
    if path == ".":
        return ""
    return "/".join(_step(*match) for match in _STEP.findall(path))


def _step(tag: str, tests: str) -> str:
    relation, kind = _TYPE_CODE.search(tests), _XSI_TYPE.search(tests)
    return (
        f"`{tag}`"
        + (f" ({relation[1]})" if relation else "")
        + (f" : {kind[1]}" if kind else "")
    )


def table_name(table: Mapping[Any, Any]) -> str:
    """Return the name of a code table, as the page of codes calls it."""
    for name, value in vars(codes).items():
        if value is table:
            return name.strip("_").replace("_", " ").capitalize()
    return ""


@singledispatch
def _lines(term: Any, depth: int, base: str) -> Iterator[Line]:
    """Print a term of a kind of its own by its name and what it says of itself."""
    yield Line(depth, f"*{type(term).__name__}*", notes=first_sentences(type(term)))
    if is_dataclass(term):
        for field in fields(term):
            inner = getattr(term, field.name)
            if isinstance(inner, tuple) and inner and hasattr(inner[0], "bind"):
                yield from lines_of(inner, depth, base)


@_lines.register
def _(term: Row, depth: int, base: str) -> Iterator[Line]:
    notes = [
        f"nullFlavor {term.absent} where absent" if term.absent else "",
        "one only" if term.once else "",
        templates_in(term.cda),
    ]
    yield Line(
        depth,
        f"`{base}{term.fhir}`",
        readable(term.cda),
        codec_words(term.codec),
        term.say,
        "; ".join(note for note in notes if note),
    )


@_lines.register
def _(term: Const, depth: int, _base: str) -> Iterator[Line]:
    yield Line(depth, "", readable(term.cda), f"fixed: {_fixed(term)}")


@_lines.register
def _(term: Group, depth: int, base: str) -> Iterator[Line]:
    notes = [templates_in(term.cda), "always written" if term.always else ""]
    path = readable(term.cda)
    if path:
        notes = [note for note in notes if note]
        yield Line(depth, "", path, "", "", "; ".join(notes))
    yield from lines_of(term.terms, depth + bool(path), base)


@_lines.register
def _(term: Each, depth: int, base: str) -> Iterator[Line]:
    name, path = f"{base}{term.fhir}", readable(term.cda)
    yield Line(depth, f"`{name}`", path, "each", "", templates_in(term.cda))
    yield from lines_of(term.terms, depth + bool(path), f"{name}.")


@_lines.register
def _(term: EachExt, depth: int, base: str) -> Iterator[Line]:
    name, path = f"{base}extension({_short(term.url)})", readable(term.cda)
    yield Line(depth, f"`{name}`", path, "each")
    yield from lines_of(term.terms, depth + bool(path), f"{name}.")


@_lines.register
def _(term: Alt, depth: int, base: str) -> Iterator[Line]:
    yield Line(depth, "*the first that says something:*")
    yield from lines_of(term.terms, depth, base)
    yield Line(depth, "*end of the choice*")


@_lines.register
def _(term: Follow, depth: int, base: str) -> Iterator[Line]:
    whole = base.rstrip(".") if term.reference == "." else f"{base}{term.reference}"
    reference = f"`{whole}`" if whole else "the reference"
    path = readable(term.cda)
    for kind, terms in term.tables.items():
        yield Line(depth, f"{reference} to {kind}", path, "followed")
        yield from lines_of(terms, depth + bool(path), f"{kind}.")


@_lines.register
def _(term: Pair, depth: int, _base: str) -> Iterator[Line]:
    fhir, cda = _sides(term.name)
    notes = first_sentences(term.to_cda)
    if term.to_fhir is not None and first_sentences(term.to_fhir):
        notes += f" *Back:* {first_sentences(term.to_fhir)}"
    yield Line(depth, fhir, cda, "by function", "", notes)


@_lines.register
def _(term: Back, depth: int, _base: str) -> Iterator[Line]:
    fhir, cda = _sides(term.name)
    notes = f"*Back only:* {first_sentences(term.to_fhir)}"
    yield Line(depth, cda, fhir, "by function", "", notes)


@_lines.register
def _(term: Forth, depth: int, base: str) -> Iterator[Line]:
    for line in lines_of(term.terms, depth, base):
        notes = f"{line.notes} *Not read back.*".strip()
        yield line._replace(notes=notes)


@_lines.register
def _(term: Otherwise, depth: int, base: str) -> Iterator[Line]:
    words = f"*Back only:* `{term.value}` where CDA says nothing"
    yield Line(depth, f"`{base}{term.fhir}`", "", "demanded", "", words)


@_lines.register
def _(term: IgnoreCda, depth: int, _base: str) -> Iterator[Line]:
    notes = f"*Back only:* {term.why} ({term.severity})"
    yield Line(depth, "", readable(term.path), "lost", "", notes)


@_lines.register
def _(term: Ignore, depth: int, base: str) -> Iterator[Line]:
    yield Line(depth, f"`{base}{term.path}`", "", "lost", "", _loss(term))


@_lines.register
def _(term: IgnoreExt, depth: int, base: str) -> Iterator[Line]:
    name = f"`{base}extension({_short(term.url)})`"
    yield Line(depth, name, "", "lost", "", _loss(term))


@_lines.register
def _(term: Link, depth: int, _base: str) -> Iterator[Line]:
    yield Line(depth, "", readable(term.cda), "points at the line of the narrative")


@_lines.register
def _(term: EntryId, depth: int, base: str) -> Iterator[Line]:
    made = "where there is none, made from the id of the resource"
    yield Line(depth, f"`{base}{term.fhir}`", readable(term.cda), "II", "", made)


@_lines.register
def _(term: Subject, depth: int, base: str) -> Iterator[Line]:
    notes = "the patient of the document; the entry of anybody else is refused"
    yield Line(depth, f"`{base}{term.path}`", "", "checked", "", notes)


@_lines.register
def _(term: Demand, depth: int, base: str) -> Iterator[Line]:
    notes = f"{term.severity} where absent: {term.sentence}"
    yield Line(depth, f"`{base}{term.path}`", "", "demanded", "", notes)


@_lines.register
def _(term: Fill, depth: int, _base: str) -> Iterator[Line]:
    words = f"nullFlavor {term.null_flavor} where nothing was written"
    yield Line(depth, "", readable(term.cda), words)


@_lines.register
def _(term: Told, depth: int, base: str) -> Iterator[Line]:
    yield Line(depth, f"`{base}{term.fhir}`", "", "words", term.label)


@_lines.register
def _(term: Withheld, depth: int, base: str) -> Iterator[Line]:
    notes = first_sentences(term.judge)
    yield Line(depth, "*what must not be an entry:*", "", "told", "", notes)
    yield from lines_of(term.terms, depth, base)


@_lines.register
def _(term: Guarded, depth: int, base: str) -> Iterator[Line]:
    yield Line(depth, f"*only:* {first_sentences(term.admits)}")
    yield from lines_of(term.terms, depth, base)


@_lines.register
def _(term: InWords, depth: int, base: str) -> Iterator[Line]:
    yield Line(depth, "*in words only:*")
    yield from lines_of(term.terms, depth, base)


def _fixed(term: Const) -> str:
    """Write a code as people do: code, words, system; other attributes by name."""
    attributes = dict(term.attributes)
    if "codeSystem" not in attributes:
        return ", ".join(f"{k} {v}" for k, v in attributes.items()) or term.text
    system = attributes["codeSystem"]
    named = system_name(system) or system
    return f"`{attributes['code']}` {attributes.get('displayName', '')} ({named})"


def _sides(name: str) -> tuple[str, str]:
    for arrow in ("<->", "->"):
        if arrow in name:
            left, _, right = name.partition(arrow)
            return left.strip(), right.strip()
    return name, ""


def _loss(term: Ignore | IgnoreExt) -> str:
    return f"{term.why} ({term.severity})"


def _short(url: str) -> str:
    return url.rpartition("/")[2]


def codec_words(codec: Any) -> str:
    """Name a datatype, and for codes the systems or the table they come from."""
    match codec:
        case Concept() | StatusCodec():
            named = table_name(codec.table)
            if named:
                anchor = named.lower().replace(" ", "-")
                return f"{codec.cda}, [{named}](codes.md#{anchor})"
            return f"{codec.cda}, {_inline(codec.table)}"
        case CodedCodec():
            names = [system_name(system) or system for system in codec.systems]
            return f"{codec.cda}, {' or '.join(names) if names else 'any system'}"
        case _:
            return str(codec.cda)


def _inline(table: Mapping[Any, Any]) -> str:
    pairs = [
        f"{getattr(key, 'code', key)} = {_meaning(value)}"
        for key, value in table.items()
    ]
    return "; ".join(pairs)


def _meaning(value: Any) -> str:
    flavor = getattr(value, "null_flavor", "")
    return f"nullFlavor {flavor}" if flavor else str(getattr(value, "display", value))


def families() -> Iterator[str]:
    """Say what the short template ids stand for."""
    for family, arc in FAMILIES.items():
        yield f"| `{family}` | `{arc}` |"

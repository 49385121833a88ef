"""The pages of the mapping tables: one for each section, the header, and the codes."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import ModuleType
from typing import Any

import transformations.header
from tests.docs.mapping_terms import (
    HEAD,
    families,
    first_sentences,
    lines_of,
    table_name,
)
from transformations.edispensation.section import DISPENSATION
from transformations.eprescription.prescriptions import PRESCRIPTIONS
from transformations.mapping import CodeMeaning, Section, Table
from transformations.patient_summary import codes
from transformations.patient_summary.sections import SECTIONS
from transformations.terminology import system_name

_PACKAGES = (
    "transformations.patient_summary",
    "transformations.eprescription",
    "transformations.edispensation",
)
# The sections of a summary, and the one section of each other document.
ALL_SECTIONS = (*SECTIONS, PRESCRIPTIONS, DISPENSATION)
_SHARED = ("transformations.sections", "transformations.medication")
_READING = [
    "One page for each section, printed from the tables that translate. A line is one",
    "fact: where it stands in FHIR, where in CDA, how it is carried, under which word",
    "the narrative says it. Dots show how deep a line stands in CDA; FHIR paths begin",
    "at the resource named above. `(SUBJ)` behind an element is its typeCode, `: CD`",
    "its datatype. *By function* is what a line cannot say; the notes tell what is",
    "done.",
    "",
    "What no line reads is not carried: it stands in the ledger as lost, `no row`.",
]


def mapping_pages(header: str) -> dict[str, Callable[[], str]]:
    """Return the pages by file name, below ``docs/reference``."""
    pages = {
        "mapping/README.md": partial(_index, header),
        "mapping/header.md": partial(_header_page, header),
        "mapping/codes.md": partial(_codes_page, header),
    }
    for section in ALL_SECTIONS:
        pages[f"mapping/{_file_name(section)}"] = partial(_page, section, header)
    return pages


def _file_name(section: Section) -> str:
    return f"{section.title.lower().replace(' ', '-')}.md"


def _index(header: str) -> str:
    lines = ["# Mapping tables", "", header, "", *_READING, ""]
    lines += ["| section | LOINC | templates | resources |", "|---|---|---|---|"]
    lines += ["| [Header](header.md) | | EH.1.3 | Bundle, Composition, Patient |"]
    lines += [_index_row(section) for section in ALL_SECTIONS]
    lines += ["", "Closed lists of codes: [codes](codes.md).", ""]
    lines += ["Template ids are written short:", ""]
    lines += ["| family | stands for |", "|---|---|", *families()]
    return "\n".join(lines) + "\n"


def _index_row(section: Section) -> str:
    name = f"[{section.title}]({_file_name(section)})"
    ids = ", ".join(section.template_ids)
    kinds = ", ".join(section.entries)
    return f"| {name} | {section.code.value} | {ids} | {kinds} |"


def _page(section: Section, header: str) -> str:
    module = _module_of(section)
    lines = [f"# {section.title}", "", header, "", _about(module), ""]
    lines += [f"- LOINC {section.code.value}, *{section.display}*"]
    if section.template_ids:
        lines += [f"- templates of the section: {', '.join(section.template_ids)}"]
    if section.demands:
        lines += [f"- written with them only if it has {' or '.join(section.demands)}"]
    if section.write_absent is not None:
        does = first_sentences(section.write_absent)
        lines += [f"- always there; where nothing is listed: {does}"]
    if section.home is not None:
        lines += [f"- moved: {first_sentences(section.home)}"]
    for kind, terms in section.entries.items():
        lines += ["", f"## {kind}", "", *HEAD]
        lines += [line.cells() for line in lines_of(terms)]
    lines += _inner_tables(module)
    return "\n".join(lines) + "\n"


def _module_of(section: Section) -> ModuleType:
    """Find the module that defines a section."""
    for module in (one for package in _PACKAGES for one in _modules(package)):
        defined = f" = Section(\n    code=SectionCode.{section.code.name},"
        if defined in inspect.getsource(module):
            return module
    raise LookupError(f"no module defines {section.title!r}")


def _modules(package: str) -> Iterator[ModuleType]:
    root = importlib.import_module(package)
    for found in pkgutil.iter_modules(root.__path__, f"{package}."):
        yield importlib.import_module(found.name)


def _about(module: ModuleType) -> str:
    text = inspect.getdoc(module) or ""
    return "\n".join(line for line in text.splitlines() if line.strip())


def _inner_tables(module: ModuleType) -> Iterator[str]:
    """Print the tables that functions of a module, and of those it uses, run."""
    used = {
        id(value): value
        for name in sorted(_own_imports(module))
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, Table)
    }
    for table in used.values():
        yield from _inner(table)


def _own_imports(module: ModuleType) -> set[str]:
    """Return the names of a module and of those of the package it imports."""
    tree = ast.parse(inspect.getsource(module))
    imported = {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
    }
    return {module.__name__} | {
        name
        for name in imported
        if name.startswith(tuple(f"{one}." for one in (*_PACKAGES, *_SHARED)))
    }


def _inner(table: Table) -> Iterator[str]:
    yield from ("", f"## Inside: {table.fhir} to {table.cda} ({table.section})", "")
    yield from HEAD
    yield from (line.cells() for line in lines_of(table.terms))


def _header_page(header: str) -> str:
    about = _about(transformations.header)
    lines = ["# Header", "", header, "", about]
    tables = [
        value
        for module in reversed(list(_modules("transformations.header")))
        for value in vars(module).values()
        if isinstance(value, Table)
    ]
    for table in tables:
        lines += _inner(table)
    return "\n".join(lines).replace("## Inside: ", "## ") + "\n"


def _codes_page(header: str) -> str:
    lines = ["# Codes", "", header, "", _about(codes)]
    for title, names in _groups().items():
        for name in names:
            lines += _codes(name, title)
    return "\n".join(lines) + "\n"


def _groups() -> dict[str, list[str]]:
    """Return the names of the code tables under the comment that stands above them."""
    source = inspect.getsource(codes)
    comments = {
        number: line.removeprefix("# ")
        for number, line in enumerate(source.splitlines(), 1)
        if line.startswith("# ")
    }
    groups: dict[str, list[str]] = {}
    for node in ast.parse(source).body:
        name = _assigned(node)
        if name and isinstance(getattr(codes, name), dict):
            above = max((n for n in comments if n < node.lineno), default=0)
            groups.setdefault(comments.get(above, ""), []).append(name)
    return groups


def _assigned(node: ast.stmt) -> str:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return ""


def _codes(name: str, title: str) -> Iterator[str]:
    table: Mapping[Any, Any] = getattr(codes, name)
    yield from ("", f"## {table_name(table)}", "", f"{title}.".replace("..", "."), "")
    yield from ("| FHIR | CDA | system |", "|---|---|---|")
    for key, value in table.items():
        yield f"| {_fhir_code(key)} | {_cda_code(value)} |"


def _fhir_code(key: Any) -> str:
    if isinstance(key, str):
        return f"`{key}`"
    return f"`{key.code}` of {key.system.rpartition('/')[2]}"


def _cda_code(value: Any) -> str:
    if isinstance(value, CodeMeaning):
        system = system_name(value.system) or f"`{value.system}`"
        return f"`{value.code}` {value.display} | {system}"
    return f"`{value}` | "

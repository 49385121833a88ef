"""All templates of a wave, read from their trees and compiled once.

Reading checks every line: an unknown word, datatype, value set or block is an error of
the process that imports this, never of a document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from transformations.cda.template_ids import expand
from transformations.rules.compiled import compile_template
from transformations.rules.constraint import HasTemplates, Template
from transformations.rules.line import Line
from transformations.rules.notation import Source, read_source, read_templates
from transformations.rules.vocabulary import OIDS

# Which trees judge which kind of document.
FAMILIES = {
    "patient_summary": ("patient_summary", "instructions"),
    "eprescription": ("eprescription", "instructions"),
    "edispensation": ("edispensation",),
    "unstructured": ("unstructured",),
}
TREES = tuple(dict.fromkeys(name for names in FAMILIES.values() for name in names))
_LIBRARY = "common"


Lines: TypeAlias = Mapping[str, tuple[tuple[Template, Line], ...]]
"""Compiled templates, by the template id that leads to them."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The compiled templates of each family of documents.

    Parameters
    ----------
    families
        For each family, its templates.
    templates
        All of them, once.
    """

    families: Mapping[str, Lines]
    templates: tuple[Template, ...]


@cache
def rules() -> Rules:
    """Return the rules of Wave 8, the wave that all others are told from."""
    library = _source(_LIBRARY)
    read = {name: read_templates(_source(name), library) for name in TREES}
    compiled = {
        name: [(each, compile_template(each, OIDS)) for each in templates]
        for name, templates in read.items()
    }
    return Rules(
        {
            family: _by_template([pair for name in names for pair in compiled[name]])
            for family, names in FAMILIES.items()
        },
        tuple(each for templates in read.values() for each in templates),
    )


def _by_template(pairs: Sequence[tuple[Template, Line]]) -> Lines:
    found: dict[str, list[tuple[Template, Line]]] = {}
    for template, line in pairs:
        found.setdefault(expand(template.id), []).append((template, line))
    return {key: tuple(lines) for key, lines in found.items()}


def _source(name: str) -> Source:
    path = files("transformations.rules.wave8").joinpath(f"{name}.tree")
    return read_source(path.read_text("utf-8"), f"{name}.tree")


def template_ids(template: Template) -> frozenset[str]:
    """Return the template ids an element must carry for a template to judge it."""
    tests = template.root.step.tests
    ids = [test.ids for test in tests if isinstance(test, HasTemplates)]
    return frozenset(each for one in ids for each in one)

"""All templates of a wave, read from their trees and compiled once.

Reading checks every line: an unknown word, datatype, value set or block is an error of
the process that imports this, never of a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from transformations.cda.template_ids import expand
from transformations.rules.compiled import Line, compile_template
from transformations.rules.constraint import HasTemplates, Template
from transformations.rules.notation import Source, read_source, read_templates
from transformations.rules.vocabulary import OIDS

DOCUMENTS = ("patient_summary", "eprescription", "edispensation", "unstructured")
_LIBRARY = "common"


@dataclass(frozen=True, slots=True)
class Rules:
    """The compiled templates, by the template id that leads to them."""

    by_template: Mapping[str, tuple[tuple[Template, Line], ...]]
    templates: tuple[Template, ...]


@cache
def rules() -> Rules:
    """Return the rules of Wave 8, the wave that all others are told from."""
    library = _source(_LIBRARY)
    found: list[Template] = []
    for name in DOCUMENTS:
        found.extend(read_templates(_source(name), library))
    by_template: dict[str, list[tuple[Template, Line]]] = {}
    for template in found:
        line = compile_template(template, OIDS)
        by_template.setdefault(expand(template.id), []).append((template, line))
    return Rules(
        {key: tuple(lines) for key, lines in by_template.items()}, tuple(found)
    )


def _source(name: str) -> Source:
    path = files("transformations.rules.wave8").joinpath(f"{name}.tree")
    return read_source(path.read_text("utf-8"), f"{name}.tree")


def template_ids(template: Template) -> frozenset[str]:
    """Return the template ids an element must carry for a template to judge it."""
    tests = template.root.step.tests
    ids = [test.ids for test in tests if isinstance(test, HasTemplates)]
    return frozenset(each for one in ids for each in one)

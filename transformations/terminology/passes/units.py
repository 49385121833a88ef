"""Units of quantities: names beside them, and national ones brought to UCUM.

``@unit`` is what machines calculate with: the translation pass leaves it and writes the
name beside it (``PQ.translation``). Countable items are annotations of UCUM, such as
``{Tablet}``, whose word is a concept of its own value set.

Spec: HL7 v3 PQ, PQR / UCUM §6 (annotations) / eHDSI 42.16 and 42.56.
"""

from __future__ import annotations

from functools import lru_cache

from lxml import etree

from transformations.terminology.languages import ENGLISH, base_language
from transformations.terminology.passes.rewriting import name_unit
from transformations.terminology.port import Catalogue, Concept
from transformations.terminology.value_sets import mvc

UCUM = "2.16.840.1.113883.6.8"
UNITS, COUNTED = mvc(16), mvc(56)
# The unit of a number: there is nothing to name.
NONE = "1"


class UnitNames:
    """Names units in the first language of a chain that has them.

    A document has few different units, many times: each is looked up once.
    """

    def __init__(self, catalogue: Catalogue, chain: tuple[str, ...]) -> None:
        self._catalogue = catalogue
        self._chain = chain
        self._known: dict[str, tuple[Concept, str] | None] = {}

    def name(self, element: etree._Element, unit: str) -> bool:
        """Write the name of a unit beside its quantity; whether there is one."""
        try:
            named = self._known[unit]
        except KeyError:
            named = self._known[unit] = self._find(unit)
        if named is None:
            return False
        concept, text = named
        name_unit(element, concept.code, concept.code_system, text)
        return True

    def _find(self, unit: str) -> tuple[Concept, str] | None:
        """Look a unit up; its English name says no more than the unit itself."""
        if unit == NONE or not unit:
            return None
        concept = unit_concept(self._catalogue, unit)
        if concept is None:
            return None
        found = self._catalogue.display(concept.code, concept.code_system, self._chain)
        if found is None or base_language(found.language) == ENGLISH:
            return None
        return concept, found.text


def unit_concept(catalogue: Catalogue, unit: str) -> Concept | None:
    """Return what a unit is: a code of UCUM, or the item that its annotation counts."""
    word = annotation(unit)
    if word is not None:
        return catalogue.named(word, COUNTED)
    return Concept(unit, UCUM)


@lru_cache(maxsize=1024)
def annotation(unit: str) -> str | None:
    """Return the word of a unit that is nothing but an annotation."""
    if unit.startswith("{") and unit.endswith("}") and unit.count("{") == 1:
        return unit[1:-1].strip()
    return None


def is_unit(catalogue: Catalogue, unit: str) -> bool | None:
    """Tell whether a unit may stand in a bound place; None where nobody can say."""
    if unit == NONE:
        return True
    word = annotation(unit)
    if word is not None:
        return catalogue.named(word, COUNTED) is not None
    return catalogue.has(UNITS, unit, UCUM)

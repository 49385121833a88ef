"""What CDA has no element for, said to people: FHIR values as words of the narrative.

Every leaf that is said is booked as narrative, one by one; a leaf that is not said is
not booked here and so stays visible in the ledger.

Spec: FHIR R4 §2.24 Datatypes / eHDSI: the narrative holds what entries cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from transformations.cda.structure import CdaNode
from transformations.findings import Severity
from transformations.mapping.codecs.quantities import UCUM
from transformations.mapping.context import Context
from transformations.mapping.fhir_path import FhirPath
from transformations.mapping.ledger import Key, Site
from transformations.mapping.place import Place
from transformations.mapping.steps import Step, WriteOnly
from transformations.terminology import oid_of, system_name

_OTHER_LANGUAGE = "the names of codes in other languages have no place in CDA"

Say: TypeAlias = Callable[[Any, Key, Context], str]


@dataclass(frozen=True, slots=True)
class Told:
    """A fact for the narrative only: it has no coded place in the template.

    Parameters
    ----------
    fhir
        Path to the element; a trailing ``[]`` says every item.
    label
        How the narrative calls it.
    """

    fhir: str
    label: str

    def bind(self, place: Place) -> Step:
        """Check the path and choose how its type is said."""
        path = place.fhir_path(self.fhir)
        say = _SAY.get(path.kind, say_primitive)
        return _ToldStep(path, self.label, say, place.site(self.label))


@dataclass(frozen=True, slots=True)
class _ToldStep(WriteOnly):
    source: FhirPath
    label: str
    say: Say
    site: Site

    def to_cda(self, fhir: Any, _cda: CdaNode, cx: Context) -> bool:
        holder = self.source.container(fhir)
        key = self.source.key
        if holder is None or key is None or holder.get(key) is None:
            return False
        cx.site = self.site
        if not self.source.repeats:
            self._tell(holder, key, cx)
            return False
        items = holder[key]
        for index in range(len(items) if isinstance(items, list) else 0):
            self._tell(items, index, cx)
        return False

    def _tell(self, holder: Any, key: Key, cx: Context) -> None:
        words = self.say(holder, key, cx)
        if words:
            cx.narrative.say(self.label, words)


def say_primitive(holder: Any, key: Key, cx: Context) -> str:
    """Say a string, number, date or truth value."""
    value = cx.tell(holder, key)
    if isinstance(value, bool):
        return cx.translate("yes" if value else "no")
    return "" if value is None or isinstance(value, dict | list) else f"{value}"


def say_concept(holder: Any, key: Key, cx: Context) -> str:
    """Say a CodeableConcept: its text, and each coding with system and code."""
    concept = holder[key]
    if not isinstance(concept, dict):
        return ""
    parts = [_said(concept, "text", cx)]
    codings = concept.get("coding")
    parts += [say_coding(codings, index, cx) for index in range(len(codings or ()))]
    return "; ".join(part for part in parts if part)


def say_coding(holder: Any, key: Key, cx: Context) -> str:
    """Say a Coding: display, and in brackets the system and the code."""
    coding = holder[key]
    display = _said(coding, "display", cx)
    system = _system_words(_said(coding, "system", cx))
    code = " ".join(part for part in (system, _said(coding, "code", cx)) if part)
    for name in ("version", "userSelected"):
        cx.settle(coding, name)
    cx.lose(coding, "_display", _OTHER_LANGUAGE, Severity.INFORMATION)
    if display and code:
        return f"{display} ({code})"
    return display or code


def _system_words(uri: str) -> str:
    oid = oid_of(uri) if uri else None
    return (system_name(oid) if oid else None) or uri


def say_quantity(holder: Any, key: Key, cx: Context) -> str:
    """Say a Quantity: comparator, value and unit."""
    quantity = holder[key]
    if not isinstance(quantity, dict):
        return ""
    comparator = _said(quantity, "comparator", cx)
    value = _said(quantity, "value", cx)
    unit = _said(quantity, "unit", cx)
    if unit and quantity.get("system") in {None, UCUM}:
        cx.settle(quantity, "code")
    elif unit:
        cx.lose(quantity, "code", "its name is told", Severity.INFORMATION)
    else:
        unit = _said(quantity, "code", cx)
    cx.settle(quantity, "system")
    return " ".join(part for part in (comparator, value, unit) if part)


def say_range(holder: Any, key: Key, cx: Context) -> str:
    """Say a Range or a Period from its two ends."""
    return _ends(holder[key], "low", "high", say_quantity, cx)


def say_period(holder: Any, key: Key, cx: Context) -> str:
    """Say a Period from start to end."""
    return _ends(holder[key], "start", "end", say_primitive, cx)


def say_ratio(holder: Any, key: Key, cx: Context) -> str:
    """Say a Ratio as numerator per denominator."""
    ratio = holder[key]
    parts = [
        say_quantity(ratio, name, cx)
        for name in ("numerator", "denominator")
        if isinstance(ratio.get(name), dict)
    ]
    return " / ".join(part for part in parts if part)


def say_annotation(holder: Any, key: Key, cx: Context) -> str:
    """Say an Annotation: the text, when and by whom it was written."""
    note = holder[key]
    text, time = _said(note, "text", cx), _said(note, "time", cx)
    author = _said(note, "authorString", cx)
    if isinstance(note.get("authorReference"), dict):
        author = say_reference(note, "authorReference", cx) or author
    origin = ", ".join(part for part in (author, time) if part)
    return f"{text} ({origin})" if origin else text


def say_reference(holder: Any, key: Key, cx: Context) -> str:
    """Say a Reference by its display; what it names is not followed."""
    reference = holder[key]
    if not isinstance(reference, dict):
        return ""
    cx.lose(reference, "reference", "CDA has no place for this reference")
    cx.settle(reference, "type")
    return _said(reference, "display", cx)


def _ends(value: Any, low: str, high: str, say: Say, cx: Context) -> str:
    if not isinstance(value, dict):
        return ""
    first = say(value, low, cx) if value.get(low) is not None else ""
    last = say(value, high, cx) if value.get(high) is not None else ""
    if first and last:
        return f"{first} - {last}"
    return f"from {first}" if first else f"until {last}" if last else ""


def _said(holder: Mapping[str, Any], key: str, cx: Context) -> str:
    value = cx.tell(holder, key)
    return "" if value is None or isinstance(value, dict | list) else f"{value}"


def say_element(holder: Any, key: str, kind: str, cx: Context) -> list[str]:
    """Say an element that may repeat; one phrase for each item that says something."""
    value = holder.get(key)
    say = _SAY.get(kind, say_primitive)
    if value is None:
        return []
    if not isinstance(value, list):
        words = [say(holder, key, cx)]
    else:
        words = [say(value, index, cx) for index in range(len(value))]
    return [phrase for phrase in words if phrase]


_SAY: dict[str, Say] = {
    "CodeableConcept": say_concept,
    "Coding": say_coding,
    "Quantity": say_quantity,
    "Age": say_quantity,
    "Duration": say_quantity,
    "Range": say_range,
    "Period": say_period,
    "Ratio": say_ratio,
    "Annotation": say_annotation,
    "Reference": say_reference,
}

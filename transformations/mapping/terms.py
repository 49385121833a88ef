"""The words of a mapping table that carry facts: rows, frames, choices, functions.

A table is a tuple of terms, checked when imported. Each term is plain data.
:meth:`Term.bind` checks its paths against the structure of both sides and returns the
step that runs (:mod:`transformations.mapping.steps`).
"""

from __future__ import annotations

from dataclasses import dataclass

from transformations.mapping.codec import Codec
from transformations.mapping.faults import TableError
from transformations.mapping.place import Place, Term, bind_all
from transformations.mapping.steps import (
    AltStep,
    PairStep,
    ReadingStep,
    Step,
    ToCda,
    ToFhir,
    WritingStep,
)
from transformations.mapping.steps_framed import EachExtStep, EachStep, GroupStep
from transformations.mapping.steps_row import RowStep


@dataclass(frozen=True, slots=True)
class Row:
    """One fact, both ways.

    Parameters
    ----------
    fhir, cda
        The two paths. A trailing ``[]`` on the FHIR path repeats the CDA element.
    codec
        The datatype.
    say
        Label under which the narrative says the fact; empty says nothing.
    absent
        ``nullFlavor`` to write when the source has nothing. It is no fact.
    once
        The template allows one only, although the schema allows more.
    """

    fhir: str
    cda: str
    codec: Codec
    say: str = ""
    absent: str = ""
    once: bool = False

    def bind(self, place: Place) -> Step:
        source = place.fhir_path(self.fhir)
        path = place.cda_path(self.cda)
        if source.key is None or not path.steps:
            raise TableError(f"{place.section}: a row names an element on both sides")
        if source.kind not in self.codec.fhir:
            raise TableError(
                f"{place.section}: {self.fhir!r} is a {source.kind}, which "
                f"{type(self.codec).__name__} does not read"
            )
        site = place.site(self.fhir, path)
        once = self.once or not path.steps[-1].rule.repeats
        return RowStep(source, path, self.codec, site, self.say, self.absent, once)


@dataclass(frozen=True, slots=True, init=False)
class Group:
    """A frame: written only if a fact passed inside, or always where ``always`` says.

    The FHIR cursor stays where it is; use :class:`Each` to enter a list.
    """

    cda: str
    terms: tuple[Term, ...]
    always: bool

    def __init__(self, cda: str, /, *terms: Term, always: bool = False) -> None:
        object.__setattr__(self, "cda", cda)
        object.__setattr__(self, "terms", terms)
        object.__setattr__(self, "always", always)

    def bind(self, place: Place) -> Step:
        path = place.cda_path(self.cda)
        inside = place.inside(place.fhir, path)
        return GroupStep(path, bind_all(self.terms, inside), self.always)


@dataclass(frozen=True, slots=True, init=False)
class Each:
    """Repetition: the terms run for every object of a list (or for a single object).

    ``Each("reaction[]", "entryRelationship[typeCode=MFST]", ...)``. With the CDA path
    ``.`` the terms write into the present element.
    """

    fhir: str
    cda: str
    terms: tuple[Term, ...]

    def __init__(self, fhir: str, cda: str, /, *terms: Term) -> None:
        object.__setattr__(self, "fhir", fhir)
        object.__setattr__(self, "cda", cda)
        object.__setattr__(self, "terms", terms)

    def bind(self, place: Place) -> Step:
        source = place.fhir_path(self.fhir)
        path = place.cda_path(self.cda)
        inside = place.inside(source.kind, path)
        return EachStep(source, path, bind_all(self.terms, inside))


@dataclass(frozen=True, slots=True, init=False)
class EachExt:
    """Repetition over the extensions of one url; paths inside begin at the extension.

    ``EachExt(URL, "effectiveTime", Row("valueDateTime", "high", TS))``.
    """

    url: str
    cda: str
    terms: tuple[Term, ...]

    def __init__(self, url: str, cda: str, /, *terms: Term) -> None:
        object.__setattr__(self, "url", url)
        object.__setattr__(self, "cda", cda)
        object.__setattr__(self, "terms", terms)

    def bind(self, place: Place) -> Step:
        path = place.cda_path(self.cda)
        inside = place.inside("Extension", path)
        site = place.site(f"extension {self.url}")
        return EachExtStep(self.url, path, bind_all(self.terms, inside), site)


@dataclass(frozen=True, slots=True, init=False)
class Alt:
    """Choice types and absent statements: the first term that passes a fact wins.

    A term that fails leaves neither bookings nor elements behind.
    """

    terms: tuple[Term, ...]

    def __init__(self, *terms: Term) -> None:
        object.__setattr__(self, "terms", terms)

    def bind(self, place: Place) -> Step:
        return AltStep(bind_all(self.terms, place))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two named plain functions on the same cursors, for what a row cannot say.

    ``to_cda(fhir, cda, cx) -> bool`` reads the FHIR object only through ``cx`` (a guard
    may peek without booking), writes with :meth:`CdaNode.add`, says with
    ``cx.narrative.say``. It guards before it reads: returning False means that nothing
    was read or written.
    """

    name: str
    to_cda: ToCda
    to_fhir: ToFhir | None = None

    def bind(self, place: Place) -> Step:
        site = place.site(self.name)
        if self.to_fhir is None:
            return WritingStep(site, self.to_cda)
        return PairStep(site, self.to_cda, self.to_fhir)


@dataclass(frozen=True, slots=True)
class Back:
    """A named function of the way back only, for what another term writes.

    ``to_fhir(cda, fhir, cx) -> bool`` reads the element only through ``cx`` and writes
    into the FHIR object.
    """

    name: str
    to_fhir: ToFhir

    def bind(self, place: Place) -> Step:
        return ReadingStep(place.site(self.name), self.to_fhir)

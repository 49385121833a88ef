"""The words of a mapping table. A table is a tuple of terms, checked when imported.

Each term is plain data. :meth:`Term.bind` checks its paths against the structure of
both sides and returns the step that runs (:mod:`transformations.mapping.steps`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from transformations.cda.structure import CdaClass, CdaNode, class_of
from transformations.mapping.cda_path import CdaPath, parse_cda_path
from transformations.mapping.codec import Codec
from transformations.mapping.codecs.identifiers import IDENTIFIER
from transformations.mapping.context import Context
from transformations.mapping.fhir_path import FhirPath, parse_fhir_path
from transformations.mapping.findings import Severity, TableError
from transformations.mapping.ledger import Site
from transformations.mapping.steps import (
    AltStep,
    EachExtStep,
    EachStep,
    Frame,
    GroupStep,
    PairStep,
    ReadingStep,
    RowStep,
    Step,
    ToCda,
    ToFhir,
    WritingStep,
    frame_of,
    run_to_cda,
    run_to_fhir,
)
from transformations.mapping.steps_fixed import (
    ConstStep,
    DemandStep,
    FillStep,
    ForthStep,
    IgnoreCdaStep,
    IgnoreExtStep,
    IgnoreStep,
    LinkStep,
    OtherwiseStep,
)
from transformations.mapping.steps_following import (
    EntryIdStep,
    FollowStep,
    SubjectStep,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the table a term stands: section, both types, the CDA path so far."""

    section: str
    fhir: str
    cda: CdaClass
    target: str

    def fhir_path(self, text: str) -> FhirPath:
        """Parse a FHIR path from here, naming the section when it is wrong."""
        try:
            return parse_fhir_path(text, self.fhir)
        except TableError as error:
            raise TableError(f"{self.section}: {error}") from None

    def cda_path(self, text: str) -> CdaPath:
        """Parse a CDA path from here, naming the section when it is wrong."""
        try:
            return parse_cda_path(text, self.cda)
        except TableError as error:
            raise TableError(f"{self.section}: {error}") from None

    def site(self, label: str, path: CdaPath | None = None) -> Site:
        """Make the site of a row: how it is named and where it writes."""
        target = self.target if path is None else _joined(self.target, path)
        return Site(f"{self.section}: {label}", target)

    def inside(self, fhir: str, path: CdaPath) -> Place:
        """Return the place of the terms inside a frame."""
        return Place(self.section, fhir, path.kind, _joined(self.target, path))


def _joined(target: str, path: CdaPath) -> str:
    return "/".join(
        [target, *(step.rule.tag.rpartition("}")[2] for step in path.steps)]
    )


class Term(Protocol):
    """A word of a table."""

    def bind(self, place: Place) -> Step:
        """Check the term where it stands and return the step that runs."""
        ...


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
class Const:
    """What the template fixes: an element with attributes and text. It is no fact.

    ``Const("statusCode", code="completed")``; ``Const("title", "Allergies")``.
    """

    cda: str
    text: str
    attributes: Mapping[str, str]

    def __init__(self, cda: str, text: str = "", /, **attributes: str) -> None:
        object.__setattr__(self, "cda", cda)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "attributes", attributes)

    def bind(self, place: Place) -> Step:
        return ConstStep(place.cda_path(self.cda), self.text, dict(self.attributes))


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
class Follow:
    """Another resource: the terms of its type run with it as the FHIR cursor.

    Parameters
    ----------
    reference
        Path to the Reference; ``.`` when the cursor is the Reference itself.
    tables
        Resource type to terms. A type that is not listed is a critical finding, and
        the resource is lost in the ledger: never skipped in silence.
    cda
        Element in which the terms write; ``.`` is the present one.
    """

    reference: str
    tables: Mapping[str, Sequence[Term]]
    cda: str = "."

    def bind(self, place: Place) -> Step:
        source = place.fhir_path(self.reference)
        path = place.cda_path(self.cda)
        tables = {
            kind: bind_all(terms, place.inside(kind, path))
            for kind, terms in self.tables.items()
        }
        return FollowStep(source, path, tables, place.site(f"{self.reference} ->"))


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


@dataclass(frozen=True, slots=True, init=False)
class Forth:
    """Terms of the way to CDA alone: another term reads it, or nothing may."""

    terms: tuple[Term, ...]

    def __init__(self, *terms: Term) -> None:
        object.__setattr__(self, "terms", terms)

    def bind(self, place: Place) -> Step:
        return ForthStep(bind_all(self.terms, place))


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What FHIR demands of a resource, where its CDA does not say it; way back only.

    ``Otherwise("status", "unknown")``, or why it is absent:
    ``Otherwise("performedDateTime", data_absent("unknown"))``. It is no fact, and
    stands after the terms that may say it; ``unless`` names other elements of the same
    choice.
    """

    fhir: str
    value: Any
    unless: tuple[str, ...] = ()

    def bind(self, place: Place) -> Step:
        for name in self.unless:
            place.fhir_path(name)
        source = place.fhir_path(self.fhir)
        is_absent = isinstance(self.value, dict) and source.kind[0].islower()
        key = f"_{source.key}" if is_absent else str(source.key)
        return OtherwiseStep(source, key, self.value, self.unless)


@dataclass(frozen=True, slots=True)
class Ignore:
    """A leaf or a subtree that is lost on purpose, with the reason a reader accepts."""

    path: str
    why: str
    severity: Severity = Severity.INFORMATION

    def bind(self, place: Place) -> Step:
        site = place.site(self.path)
        source = place.fhir_path(self.path)
        return IgnoreStep(source, site, site.lost(self.why, self.severity))


@dataclass(frozen=True, slots=True)
class IgnoreExt:
    """The extensions of one url, lost on purpose."""

    url: str
    why: str
    severity: Severity = Severity.INFORMATION

    def bind(self, place: Place) -> Step:
        site = place.site(f"extension {self.url}")
        return IgnoreExtStep(self.url, site, self.why, self.severity)


@dataclass(frozen=True, slots=True)
class IgnoreCda:
    """An element of CDA, and all below it, that FHIR has no place for."""

    path: str
    why: str
    severity: Severity = Severity.INFORMATION

    def bind(self, place: Place) -> Step:
        path = place.cda_path(self.path)
        site = place.site(self.path, path)
        return IgnoreCdaStep(path, site, self.why, self.severity)


@dataclass(frozen=True, slots=True)
class Demand:
    """What the rules make mandatory: a source without it gets a finding."""

    path: str
    rule: str
    sentence: str
    severity: Severity = Severity.CRITICAL

    def bind(self, place: Place) -> Step:
        source = place.fhir_path(self.path)
        site = place.site(self.path)
        return DemandStep(source, site, self.rule, self.sentence, self.severity)


@dataclass(frozen=True, slots=True)
class Link:
    """The entry's ``text`` points at its line in the narrative; it is no fact."""

    cda: str = "text"

    def bind(self, place: Place) -> Step:
        path = place.cda_path(self.cda)
        return LinkStep(path, place.site(self.cda, path))


@dataclass(frozen=True, slots=True)
class EntryId:
    """The ids of an entry: the resource's identifiers, else one made from its own.

    Writing always yields an id and never counts as a fact. ``purpose`` tells several
    made ids of one resource apart.
    """

    cda: str = "id"
    fhir: str = "identifier[]"
    purpose: str = ""
    once: bool = False

    def bind(self, place: Place) -> Step:
        row = Row(self.fhir, self.cda, IDENTIFIER, once=self.once).bind(place)
        assert isinstance(row, RowStep)  # noqa: S101 - what a Row binds to
        return EntryIdStep(row, self.purpose)


@dataclass(frozen=True, slots=True)
class Subject:
    """The reference to the patient. An entry about anybody else is refused whole."""

    path: str = "subject"

    def bind(self, place: Place) -> Step:
        return SubjectStep(place.fhir_path(self.path), place.site(self.path))


@dataclass(frozen=True, slots=True)
class Fill:
    """An element the template requires: ``nullFlavor`` where nothing was written."""

    cda: str
    null_flavor: str

    def bind(self, place: Place) -> Step:
        return FillStep(place.cda_path(self.cda), self.null_flavor)


class Table:
    """Terms bound once, for a function that runs them where it decides to.

    ``ATTESTER = Table("header", "CompositionAttester", "LegalAuthenticator", ...)``;
    ``ATTESTER.write(attester, node, cx)``.
    """

    __slots__ = ("_steps", "cda", "fhir", "section", "terms")

    def __init__(self, section: str, fhir: str, cda: str, /, *terms: Term) -> None:
        self.section, self.fhir, self.cda, self.terms = section, fhir, cda, terms
        kind = class_of(cda)
        self._steps = bind_all(terms, Place(section, fhir, kind, cda))

    def write(self, fhir: Any, cda: CdaNode, cx: Context) -> bool:
        """Run the terms; whether a fact passed. The present site is restored."""
        before = cx.site
        passed = run_to_cda(self._steps, fhir, cda, cx)
        cx.site = before
        return passed

    def read(self, cda: CdaNode, fhir: Any, cx: Context) -> bool:
        """Run the terms the other way; whether a fact passed."""
        before = cx.site
        passed = run_to_fhir(self._steps, cda, fhir, cx)
        cx.site = before
        return passed


def bind_all(terms: Sequence[Term], place: Place) -> Frame:
    """Bind the terms of one frame in order."""
    return frame_of([term.bind(place) for term in terms])

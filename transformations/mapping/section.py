"""A section of a document as a table: what is fixed, and the terms of its entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from transformations.cda.structure import CdaNode, class_of
from transformations.mapping.cda_path import CdaPath
from transformations.mapping.context import Context
from transformations.mapping.place import Place, Term
from transformations.mapping.steps_following import FollowStep
from transformations.mapping.terms_following import Follow
from transformations.terminology import Absence, SectionCode

AbsentWriter: TypeAlias = Callable[[CdaNode, Absence, Context], None]
AbsentReader: TypeAlias = Callable[[CdaNode, Context], Absence | None]


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the document, checked when it is imported.

    Parameters
    ----------
    code
        LOINC code of the section, the same in FHIR and CDA.
    display
        The LOINC name CDA writes beside the code.
    title
        Our own title, used where the source section has none.
    prefix
        Beginning of the narrative IDs of this section, such as ``prb``.
    template_ids
        Short template ids, such as ``EH.2.9``.
    entries
        Resource type to terms. CDA paths begin at the section (``entry/act...``), FHIR
        paths at the resource.
    write_absent
        Writes the entry that states an absence; a required section without entries
        calls it. ``None`` for a section that may be missing.
    demands
        Template ids of which the section must have an entry. A section that has none,
        because its source has words only, is written without its template ids, which
        would promise more.
    read_absent
        Finds the statement of absence in a section that has one entry, and books it.
    apart
        CDA path, from the section, to the elements that are a resource each, where one
        entry may hold several; without it each entry is one.
    is_read
        Whether its entries have a way back; without it they are lost, and its text is
        kept.
    home
        The section in which a resource that this one lists belongs; without it, here.
    """

    code: SectionCode
    display: str
    title: str
    prefix: str
    template_ids: tuple[str, ...]
    entries: Mapping[str, Sequence[Term]]
    write_absent: AbsentWriter | None = None
    demands: tuple[str, ...] = ()
    home: Callable[[Any], SectionCode] | None = None
    read_absent: AbsentReader | None = None
    apart: str = "."
    is_read: bool = False
    _follow: FollowStep = field(init=False, repr=False)
    _apart: CdaPath = field(init=False, repr=False)

    def __post_init__(self) -> None:
        place = Place(self.title, "Reference", class_of("Section"), "section")
        step = Follow(".", self.entries).bind(place)
        object.__setattr__(self, "_follow", step)
        object.__setattr__(self, "_apart", place.cda_path(self.apart))

    def write_entry(self, reference: Any, section: CdaNode, cx: Context) -> bool:
        """Write the entry a Reference names; whether a fact passed."""
        before = len(cx.narrative)
        cx.narrative.begin_line()
        if self._follow.to_cda(reference, section, cx):
            return True
        cx.narrative.truncate(before)
        name = reference.get("reference")
        located = cx.document.resolve(name, cx.located) if name else None
        if located is not None:
            cx.lose_unwritten(located)
        return False

    def read_entry(self, section: CdaNode, cx: Context) -> str:
        """Read a section that has one entry; returns the reference to its resource.

        Empty where no terms understand the entry.
        """
        reference: dict[str, str] = {}
        self._follow.to_fhir(section, reference, cx)
        return reference.get("reference", "")

    def parts(self, section: CdaNode) -> Iterator[CdaNode]:
        """Yield what is a resource each, the others being out of sight meanwhile."""
        chains = self._apart.find_chains(section)
        if len(chains) < _SEVERAL or not chains[0]:
            yield next(section.elements("entry"), section)
            return
        holders = {id(chain[-2]): chain[-2] for chain in chains}
        children = {key: list(holder.children) for key, holder in holders.items()}
        several = [chain[-1] for chain in chains]
        try:
            for one in several:
                for key, holder in holders.items():
                    holder.children = [
                        child
                        for child in children[key]
                        if child is one or not any(child is other for other in several)
                    ]
                yield one
        finally:
            for key, holder in holders.items():
                holder.children = children[key]


_SEVERAL = 2

"""A section of a document as a table: what is fixed, and the terms of its entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from transformations.cda.structure import CdaNode, class_of
from transformations.mapping.context import Context
from transformations.mapping.steps_following import FollowStep
from transformations.mapping.terms import Follow, Place, Term
from transformations.terminology import Absence, SectionCode

AbsentWriter: TypeAlias = Callable[[CdaNode, Absence, Context], None]


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
    _follow: FollowStep = field(init=False, repr=False)

    def __post_init__(self) -> None:
        place = Place(self.title, "Reference", class_of("Section"), "section")
        step = Follow(".", self.entries).bind(place)
        object.__setattr__(self, "_follow", step)

    def write_entry(self, reference: Any, section: CdaNode, cx: Context) -> bool:
        """Write the entry a Reference names; whether a fact passed."""
        before = cx.savepoint()
        cx.narrative.begin_line()
        if self._follow.to_cda(reference, section, cx):
            return True
        cx.narrative.truncate(before.narrative)
        return False

"""What a codec is: one datatype, both ways.

A codec reads a FHIR element in the object that holds it, because the companion of a
primitive (``_birthDate``) stands there too, and writes into a CDA element made for it.
It reads only through the context, which books.
"""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from transformations.cda.structure import CdaNode
from transformations.mapping.context import Context
from transformations.mapping.ledger import Key


class Codec(Protocol):
    """A paired translation of one datatype.

    ``fhir`` lists the R4 types it reads, ``cda`` is the datatype it writes (and the
    ``xsi:type`` where the schema has only a base).
    """

    @property
    def fhir(self) -> tuple[str, ...]: ...

    @property
    def cda(self) -> str: ...

    @property
    def is_ours(self) -> bool:
        """Whether its phrases are words of ours, to be said in the language spoken."""
        ...

    def to_cda(self, holder: Any, key: Key, node: CdaNode, cx: Context) -> bool:
        """Write ``holder[key]`` into the node; whether a fact passed."""
        ...

    def to_fhir(self, node: CdaNode, holder: Any, key: Key, cx: Context) -> bool:
        """Write the node into ``holder[key]``; whether a fact passed."""
        ...

    def phrase(self, node: CdaNode) -> str:
        """Say for people what the written node says; empty when nothing."""
        ...

    def link(self, node: CdaNode, anchor: str, /) -> None:
        """Let the node point at its phrase in the narrative, where its type can."""
        ...


class Unlinked:
    """Base of codecs whose datatype has no place for a pointer into the narrative."""

    __slots__ = ()

    is_ours: ClassVar[bool] = False

    def link(self, _node: CdaNode, _anchor: str, /) -> None:
        """Leave the node as it is."""

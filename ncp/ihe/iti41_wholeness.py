"""Whether a submission can be read in one way only: nothing twice, nothing beside.

Two requests, two patients or two formats in one place would let one program read what
another does not. Whatever could be taken for something else is refused.

Spec: IHE ITI TF-2 §3.41.4.1.2 / IHE ITI TF-3 §4.2.1.4, §4.2.2.1.1 / CWE-436.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from lxml import etree

from ncp.errors import ProtocolError, Refusal
from ncp.ihe import namespaces as ns
from ncp.ihe.codes import STATUS_APPROVED, EntryScheme
from ncp.ihe.ebxml import rim
from ncp.ihe.nodes import attribute
from ncp.ihe.registry_object import RegistryObject

_SINGLE_CODES: Final = frozenset(
    {EntryScheme.CLASS_CODE, EntryScheme.TYPE_CODE, EntryScheme.FORMAT_CODE}
)


def check_whole(
    body: etree._Element, package: RegistryObject, entries: Sequence[RegistryObject]
) -> None:
    """Refuse a submission in which anything stands twice that stands once.

    Raises
    ------
    ProtocolError
        ``SUBMISSION_INVALID``, with what stands twice.
    """
    for sentence in _faults(body, package, entries):
        raise ProtocolError(Refusal.SUBMISSION_INVALID, sentence)


def _faults(
    body: etree._Element, package: RegistryObject, entries: Sequence[RegistryObject]
) -> Iterator[str]:
    for tag, name in (
        (f"{{{ns.LCM}}}SubmitObjectsRequest", "request"),
        (rim("RegistryObjectList"), "list of objects"),
    ):
        if sum(1 for _ in body.iter(tag)) != 1:
            yield f"there is more than one {name}, or one inside another"
    for each in (package, *entries):
        if _repeated(each.identification_schemes):
            yield "an object has two identifiers of one kind"
    for entry in entries:
        if any(len(entry.classifications.get(each, ())) > 1 for each in _SINGLE_CODES):
            yield "an entry has two codes of one kind"
        if len(entry.slots.get("sourcePatientId", [])) > 1:
            yield "an entry names several patients at its source"
        if attribute(entry.source, "status") not in {None, STATUS_APPROVED}:
            yield "a document is submitted that is not approved"


def _repeated(schemes: Iterable[str | None]) -> set[str | None]:
    """Return the schemes that stand more than once."""
    return {each for each, number in Counter(schemes).items() if number > 1}

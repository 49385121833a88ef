"""The list of what a participant has published.

Spec: OASIS BDX SMP 1.0 §2.2 (ServiceGroup). It is not signed: it tells where to look,
and nothing in it is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from trust.smp.identifiers import EntryId, Identifier
from trust.smp.namespaces import SMP
from trust.smp.reading import refused, smp
from trust.smp.signature import METADATA_LIMITS
from trust.xml import Element, XmlRefused, parse_xml, write_xml

MAXIMAL_REFERENCES: Final = 256
_PATH: Final = re.compile(
    r"/(?P<participant_scheme>[^/]+?)::(?P<participant>[^/]+)/services/"
    r"(?P<document_scheme>[^/]+?)::(?P<document>[^/]+)/?"
)
_PARTICIPANT_PATH: Final = re.compile(r"/(?P<scheme>[^/]+?)::(?P<value>[^/]+)/?")


def write_service_group(
    participant: Identifier, entries: Iterable[EntryId], base: str
) -> bytes:
    """Write the list of a participant's entries at a server."""
    identifier = Element(
        smp("ParticipantIdentifier"),
        {"scheme": participant.scheme},
        [participant.value],
    )
    references = Element(smp("ServiceMetadataReferenceCollection"))
    for entry in entries:
        reference = Element(
            smp("ServiceMetadataReference"), {"href": base.rstrip("/") + entry.path}
        )
        references.children.append(reference)
    group = Element(smp("ServiceGroup"), children=[identifier, references])
    return write_xml(group, {SMP: ""})


def read_service_group(document: bytes) -> tuple[EntryId, ...]:
    """Read what a server lists; the addresses in it are not followed.

    Raises
    ------
    DirectoryRefused
        It is no list.
    """
    try:
        root = parse_xml(document, METADATA_LIMITS)
    except XmlRefused as error:
        raise refused(str(error)) from None
    if root.tag != smp("ServiceGroup"):
        raise refused("it is no ServiceGroup")
    references = list(root.iter(smp("ServiceMetadataReference")))
    if len(references) > MAXIMAL_REFERENCES:
        raise refused(f"it lists more than {MAXIMAL_REFERENCES} entries")
    found = (read_entry_path(_path_of(each.get("href", ""))) for each in references)
    return tuple(each for each in found if each is not None)


def read_entry_path(path: str) -> EntryId | None:
    """Read the path of an entry, percent-encoded or not; None where it is none."""
    match = _PATH.fullmatch(unquote(path))
    if match is None:
        return None
    return EntryId(
        Identifier(match["participant_scheme"], match["participant"]),
        Identifier(match["document_scheme"], match["document"]),
    )


def read_participant_path(path: str) -> Identifier | None:
    """Read the path of a participant; None where it is none."""
    match = _PARTICIPANT_PATH.fullmatch(unquote(path))
    return None if match is None else Identifier(match["scheme"], match["value"])


def _path_of(href: str) -> str:
    # A server may stand below a path of its own: the last three segments count.
    return "/" + "/".join(href.rstrip("/").split("/")[-3:])

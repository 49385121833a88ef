"""National documents from files, as the CDA that would be pivoted.

FHIR documents are written as CDA first, as the gateway does; a CDA is taken as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from ncp.document_kinds import count_items, item_to_cda, medication_bundle
from ncp.errors import ConfigurationError
from transformations.fhir import NotFhir, read_fhir_document
from transformations.header import Custodian, DocumentHeader
from transformations.mapping.shape import MalformedSource
from transformations.patient_summary import patient_summary_to_cda
from trust.identifiers import CountryCode, HomeCommunityId, Oid
from trust.xml import DOCUMENT_LIMITS, XmlRefused, parse_xml

Tell = Callable[[str], None]

# The header of a trial run: nothing of it is counted, nothing of it leaves.
_HEADER = DocumentHeader(
    document_id=Oid("2.25.1"),
    language="en",
    country=CountryCode("LU"),
    custodian=Custodian("Coverage", HomeCommunityId("2.25.1")),
    created=datetime(2000, 1, 1, tzinfo=UTC),
)


def read_documents(
    paths: Sequence[Path], tell: Tell
) -> Iterator[tuple[str, etree._Element]]:
    """Yield name and CDA tree of each document in files and folders.

    Parameters
    ----------
    tell
        Is given one sentence for each file that is none.

    Raises
    ------
    ConfigurationError
        A path does not exist, or none of the files is a document.
    """
    found = 0
    for file in _files(paths):
        try:
            for name, tree in _trees(file):
                yield name, tree
                found += 1
        except (NotFhir, MalformedSource, XmlRefused) as error:
            tell(f"{file.name}: left out: {error}")
    if not found:
        raise ConfigurationError(
            "no document was found",
            "Name files or folders of FHIR (.json) or CDA (.xml).",
        )


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(
                one for one in path.rglob("*") if one.suffix in {".json", ".xml"}
            )
        elif path.is_file():
            yield path
        else:
            raise ConfigurationError(f"there is no file or folder {path}")


def _trees(file: Path) -> Iterator[tuple[str, etree._Element]]:
    """Yield the documents of a file; of several items each is one."""
    data = file.read_bytes()
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        yield file.name, parse_xml(data, DOCUMENT_LIMITS)
        return
    medication = medication_bundle(data)
    if medication is None:
        made = patient_summary_to_cda(read_fhir_document(data), _HEADER)
        yield file.name, parse_xml(made.document, DOCUMENT_LIMITS)
        return
    bundle, kind = medication
    for number in range(1, count_items(bundle, kind) + 1):
        made = item_to_cda(bundle, kind, number, _HEADER)
        yield f"{file.name}#{number}", parse_xml(made.document, DOCUMENT_LIMITS)

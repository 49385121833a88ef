"""How dear it is to tell a summary in another language, against reading and writing it.

The floor is what nobody can do without who changes a document: lxml parses the bytes
and serialises the tree. "Translated" parses, finds every coded element, looks its name
up in a catalogue with a name in the reader's language for every code, hangs the old
name beside, accounts for each element, and serialises. "And recorded" writes the
account for the record too, with the place of everything that could not be told. "By the
gateway" parses with our own bounds instead. "Pivoted" judges each bound code by its
value sets.

The document is the largest summary of the test data with the public catalogue, where
they are present; else our own sample patient with the sample catalogue.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path

from lxml import etree

from benchmarks.bench_patient_summary import HEADER, OWN
from benchmarks.goals import Goal, conclude, ratio_of
from benchmarks.harness import Candidate, compare
from transformations.fhir import read_fhir_document
from transformations.patient_summary import patient_summary_to_cda
from transformations.terminology import Catalogue, fallback_chain
from transformations.terminology.catalogue import (
    LayeredCatalogue,
    StoredCatalogue,
    build_catalogue,
)
from transformations.terminology.facts import ConceptFact, DesignationFact, Fact
from transformations.terminology.importers import (
    DEMO_FILES,
    read_source,
    read_supplement,
)
from transformations.terminology.passes import pivot, translate
from trust.xml import DOCUMENT_LIMITS, parse_xml, write_tree

ASKED = 1.5
LANGUAGES = fallback_chain("fr-LU")
DATA = Path(os.environ.get("NCP_TEST_DATA", Path(__file__).parents[2] / "shared/data"))
TRANSLATED = "translated"


def facts() -> Iterator[Fact]:
    """Yield a catalogue with an invented French name for every code."""
    mvc = DATA / "terminology" / "mvc.ndjson"
    files = (mvc,) if mvc.exists() else DEMO_FILES
    for fact in chain.from_iterable(read_source(file, print) for file in files):
        yield fact
        if isinstance(fact, ConceptFact) and fact.display:
            text = f"[français] {fact.display}"
            yield DesignationFact(fact.system, fact.code, "fr-FR", text)
    yield from read_supplement()


def document() -> tuple[str, bytes]:
    """Return the largest summary there is."""
    found = sorted((DATA / "cda-dev").glob("ps-*.xml"), key=lambda p: p.stat().st_size)
    if found:
        return found[-1].stem, found[-1].read_bytes()
    source = read_fhir_document(next(OWN.glob("bergmann-summary.json")).read_bytes())
    return "our own", patient_summary_to_cda(source, HEADER).document


def read_and_written(data: bytes) -> bytes:
    """Parse and serialise: the least that a change of a document costs."""
    return write_tree(etree.fromstring(data))


def translated(data: bytes, catalogue: Catalogue) -> bytes:
    """Parse, translate, serialise."""
    root = etree.fromstring(data)
    translate(root, catalogue, LANGUAGES)
    return write_tree(root)


def recorded(data: bytes, catalogue: Catalogue) -> bytes:
    """Do the same, and write the account for the record."""
    root = etree.fromstring(data)
    account = translate(root, catalogue, LANGUAGES)
    account.summary()
    return write_tree(root)


def by_the_gateway(data: bytes, catalogue: Catalogue) -> bytes:
    """Do the same with the hardened parser."""
    root = parse_xml(data, DOCUMENT_LIMITS)
    translate(root, catalogue, LANGUAGES)
    return write_tree(root)


def pivoted(data: bytes, catalogue: Catalogue) -> bytes:
    """Parse, pivot, serialise."""
    root = etree.fromstring(data)
    pivot(root, catalogue)
    return write_tree(root)


def main() -> None:
    """Measure one document against one catalogue."""
    name, data = document()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.sqlite"
        build_catalogue(path, facts(), {"release": "benchmark"})
        with LayeredCatalogue([StoredCatalogue(path)]) as catalogue:
            account = translate(etree.fromstring(data), catalogue, LANGUAGES)
            print(f"{name}: {account.counts()}, {account.units} units named")
            lines = compare(
                f"translation, {name}, {len(data) // 1000} kB",
                Candidate("lxml parse and serialise", partial(read_and_written, data)),
                [
                    Candidate(TRANSLATED, partial(translated, data, catalogue)),
                    Candidate("and recorded", partial(recorded, data, catalogue)),
                    Candidate(
                        "translated by the gateway",
                        partial(by_the_gateway, data, catalogue),
                    ),
                    Candidate("pivoted", partial(pivoted, data, catalogue)),
                ],
            )
    ratio = ratio_of(lines, TRANSLATED)
    conclude([Goal(f"{name}, parse to bytes", ratio, ASKED)], sys.argv[1:])


if __name__ == "__main__":
    main()

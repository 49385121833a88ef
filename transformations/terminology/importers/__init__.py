"""Readers of terminology in the forms it comes in; each yields facts."""

from collections.abc import Iterator
from pathlib import Path

from transformations.terminology.facts import Fact, SourceRefused
from transformations.terminology.importers.csv_files import read_csv
from transformations.terminology.importers.fhir_package import (
    read_fhir_json,
    read_package,
)
from transformations.terminology.importers.fhir_resources import Tell
from transformations.terminology.importers.ndjson import read_ndjson

__all__ = ["DEMO_FILES", "read_source", "read_supplement"]

DATA = Path(__file__).resolve().parents[1] / "data"
"""Terminology that ships with the project; its README says under whose terms."""


DEMO_FILES = tuple(
    DATA / name for name in ("demo.csv", "demo-mappings.csv", "demo-systems.csv")
)
"""The sample catalogue: enough for the sample patients, not for real ones."""


def read_supplement() -> Iterator[Fact]:
    """Yield the value sets of HL7 that documents are bound to and the MVC lacks.

    They go after the sources of a release: what a source says stands.
    """
    return read_csv(DATA / "hl7.csv")


def read_source(path: Path, tell: Tell, *, version: str = "") -> Iterator[Fact]:
    """Yield the facts of a file; the end of its name says what it is.

    Parameters
    ----------
    tell
        Is given one sentence for everything that could not be taken over.

    Raises
    ------
    SourceRefused
        It is none of the forms that are read, or not of its form.
    """
    if not path.is_file():
        raise SourceRefused(f"{path}: there is no such file")
    name = path.name.lower()
    if name.endswith((".ndjson", ".jsonl")):
        return read_ndjson(path, version=version)
    if name.endswith(".csv"):
        return read_csv(path)
    if name.endswith((".tgz", ".tar.gz")):
        return read_package(path, tell)
    if name.endswith(".json"):
        return read_fhir_json(path, tell)
    raise SourceRefused(
        f"{path.name}: expected a name that ends with .ndjson, .csv, .json or .tgz"
    )

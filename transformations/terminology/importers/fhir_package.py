"""Reads a FHIR package (.tgz), or single resources as JSON files.

Nothing is unpacked to disk; sizes are bounded.

Spec: FHIR NPM package format (resources in the folder ``package``).
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transformations.terminology.facts import Fact, SourceRefused
from transformations.terminology.importers.fhir_resources import Tell, read_resources

MAX_RESOURCE_BYTES = 256 << 20
MAX_RESOURCES = 20_000
_OF_INTEREST = ("ValueSet", "CodeSystem", "ConceptMap")


def read_package(path: Path, tell: Tell) -> Iterator[Fact]:
    """Yield the facts of a package.

    Raises
    ------
    SourceRefused
        It is no package, or holds something that is not of its form.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            resources = list(_resources(archive, path.name))
    except (tarfile.TarError, OSError, EOFError) as error:
        raise SourceRefused(f"{path.name}: this is no FHIR package (.tgz)") from error
    if not resources:
        raise SourceRefused(
            f"{path.name}: the package holds no ValueSet, CodeSystem or ConceptMap"
        )
    yield from read_resources(resources, tell)


def read_fhir_json(path: Path, tell: Tell) -> Iterator[Fact]:
    """Yield the facts of one resource, or of a Bundle of them.

    Raises
    ------
    SourceRefused
        The file is no FHIR resource of terminology.
    """
    resource = _json(path.read_bytes(), path.name)
    if resource.get("resourceType") not in {*_OF_INTEREST, "Bundle"}:
        raise SourceRefused(
            f"{path.name}: expected a ValueSet, CodeSystem, ConceptMap or Bundle"
        )
    yield from read_resources([resource], tell)


def _resources(archive: tarfile.TarFile, name: str) -> Iterator[dict[str, Any]]:
    for count, member in enumerate(archive):
        if count >= MAX_RESOURCES:
            raise SourceRefused(f"{name}: more than {MAX_RESOURCES} files")
        if not member.isfile() or not _is_resource(member.name):
            continue
        if member.size > MAX_RESOURCE_BYTES:
            raise SourceRefused(f"{name}: {member.name} is over the limit of bytes")
        file = archive.extractfile(member)
        if file is None:
            continue
        resource = _json(file.read(), f"{name}, {member.name}")
        if resource.get("resourceType") in _OF_INTEREST:
            yield resource


def _is_resource(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return (
        folder == "package"
        and file.endswith(".json")
        and not file.startswith(".")
        and file != "package.json"
    )


def _json(data: bytes, place: str) -> dict[str, Any]:
    try:
        resource: Any = json.loads(data)
    except ValueError as error:
        raise SourceRefused(f"{place}: not readable as JSON") from error
    if not isinstance(resource, dict):
        raise SourceRefused(f"{place}: a FHIR resource is a JSON object")
    return resource

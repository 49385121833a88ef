"""Reads ValueSet, CodeSystem and ConceptMap resources of FHIR R4 (and R5's relations).

What a value set only describes (a filter, a system that is not at hand) is not
enumerated: it is told and left out, because an empty set would refuse every code.

Spec: FHIR R4 §4.9 ValueSet, §4.8 CodeSystem, §4.10 ConceptMap /
FHIR R5 ConceptMap.group.element.target.relationship.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from transformations.terminology.facts import (
    CodeSystemFact,
    ConceptFact,
    DesignationFact,
    Fact,
    MappingFact,
    SourceRefused,
    ValueSetFact,
)
from transformations.terminology.languages import language_tag
from transformations.terminology.value_sets import (
    value_set_key,
    value_set_name,
)

Resource: TypeAlias = Mapping[str, Any]
Tell: TypeAlias = Callable[[str], None]

_OID = "urn:oid:"
# A page of the HL7 site stands as the system of ISO 3166 in the European package.
_SYSTEMS_MISWRITTEN = {
    "http://terminology.hl7.org/5.3.0/CodeSystem-ISO3166Part1.html": (
        "urn:iso:std:iso:3166"
    ),
}
# A target that says the same, or less; one that says more would add a fact.
_RANKS = {
    "equal": 0,
    "equivalent": 0,
    "wider": 1,
    "subsumes": 1,
    "source-is-narrower-than-target": 1,
}
_RETIRED = frozenset({"retired", "deprecated", "inactive"})


def read_resources(resources: Sequence[Resource], tell: Tell) -> Iterator[Fact]:
    """Yield the facts of resources that belong together; other types are passed over.

    Parameters
    ----------
    tell
        Is given one sentence for everything that could not be taken over.

    Raises
    ------
    SourceRefused
        A resource is not of its form.
    """
    every = [one for outer in resources for one in _unpacked(outer)]
    systems = {
        one.get("url"): one
        for one in every
        if one.get("resourceType") == "CodeSystem" and one.get("content") == "complete"
    }
    for resource in every:
        kind = resource.get("resourceType")
        place = f"{kind} {resource.get('id') or resource.get('url') or ''}".strip()
        try:
            if kind == "CodeSystem":
                yield from _code_system(resource)
            elif kind == "ValueSet":
                yield from _value_set(resource, systems, place, tell)
            elif kind == "ConceptMap":
                yield from _concept_map(resource, place, tell)
        except (AttributeError, KeyError, TypeError) as error:
            raise SourceRefused(f"{place}: not of the form of its resource") from error


def _unpacked(resource: Resource) -> Iterator[Resource]:
    if resource.get("resourceType") == "Bundle":
        for entry in resource.get("entry", ()):
            if isinstance(entry.get("resource"), dict):
                yield from _unpacked(entry["resource"])
    else:
        yield resource


def _code_system(resource: Resource) -> Iterator[Fact]:
    system = _system(resource["url"])
    yield CodeSystemFact(
        system,
        resource.get("title") or resource.get("name") or "",
        resource.get("version", ""),
        resource.get("publisher", ""),
        resource.get("copyright", ""),
    )
    language = resource.get("language", "en")
    version = resource.get("version", "")
    for concept in _with_children(resource.get("concept", ())):
        yield ConceptFact(
            system,
            concept["code"],
            display=concept.get("display", ""),
            language=_tag(language),
            version=version,
            is_current=not _is_retired(concept),
        )
        yield from _designations(system, concept)


def _with_children(concepts: Sequence[Resource]) -> Iterator[Resource]:
    for concept in concepts:
        yield concept
        yield from _with_children(concept.get("concept", ()))


def _is_retired(concept: Resource) -> bool:
    for one in concept.get("property", ()):
        if one.get("code") == "inactive" and one.get("valueBoolean") is True:
            return True
        if one.get("code") == "status" and one.get("valueCode") in _RETIRED:
            return True
    return False


def _designations(system: str, concept: Resource) -> Iterator[Fact]:
    for one in concept.get("designation", ()):
        if one.get("language") and one.get("value"):
            use = one.get("use", {}).get("code", "")
            yield DesignationFact(
                system,
                concept["code"],
                _tag(one["language"]),
                one["value"],
                # A use that is not the name itself (synonym, definition) comes after.
                is_preferred=use in {"", "display", "preferred", "900000000000003001"},
            )


def _value_set(
    resource: Resource,
    systems: Mapping[Any, Resource],
    place: str,
    tell: Tell,
) -> Iterator[Fact]:
    key = _value_set_oid(resource)
    if "contains" in resource.get("expansion", {}):
        members = list(_expanded(resource["expansion"]["contains"], key))
    else:
        listed = _composed(resource.get("compose", {}), key, systems)
        if listed is None:
            tell(
                f"{place}: only described, not listed (a filter, another value set or "
                "a code system that is not in the package); left out"
            )
            return
        members = listed
    url, version = resource.get("url", ""), resource.get("version", "")
    name = resource.get("name") or value_set_name(key)
    yield ValueSetFact(key, name, url, version)
    yield from members


def _expanded(contains: Sequence[Resource], key: str) -> Iterator[Fact]:
    for concept in contains:
        if concept.get("code") and not concept.get("abstract"):
            system = _system(concept["system"])
            yield ConceptFact(
                system,
                concept["code"],
                key,
                concept.get("display", ""),
                version=concept.get("version", ""),
                is_current=not concept.get("inactive", False),
            )
            yield from _designations(system, concept)
        yield from _expanded(concept.get("contains", ()), key)


def _composed(
    compose: Resource, key: str, systems: Mapping[Any, Resource]
) -> list[Fact] | None:
    if compose.get("exclude") or not compose.get("include"):
        return None
    found: list[Fact] = []
    for include in compose["include"]:
        concepts = include.get("concept")
        if include.get("filter") or include.get("valueSet") or "system" not in include:
            return None
        if concepts is None:
            whole = systems.get(include["system"])
            if whole is None:
                return None
            concepts = list(_with_children(whole.get("concept", ())))
        found += _included(include, concepts, key)
    return found


def _included(
    include: Resource, concepts: Sequence[Resource], key: str
) -> Iterator[Fact]:
    system = _system(include["system"])
    for concept in concepts:
        yield ConceptFact(
            system,
            concept["code"],
            key,
            concept.get("display", ""),
            version=include.get("version", ""),
        )
        yield from _designations(system, concept)


def _concept_map(resource: Resource, place: str, tell: Tell) -> Iterator[Fact]:
    left_out = 0
    for group in resource.get("group", ()):
        source, target = _system(group["source"]), _system(group["target"])
        for element in group.get("element", ()):
            for one in element.get("target", ()):
                relation = one.get("equivalence") or one.get("relationship") or ""
                rank = _RANKS.get(relation)
                if rank is None or "code" not in one:
                    left_out += 1
                    continue
                yield MappingFact(source, element["code"], target, one["code"], rank)
    if left_out:
        tell(
            f"{place}: {left_out} mappings left out; their targets are narrower, only "
            "related, or none"
        )


def _value_set_oid(resource: Resource) -> str:
    for identifier in resource.get("identifier", ()):
        value = str(identifier.get("value", ""))
        if value.startswith(_OID):
            return value.removeprefix(_OID)
    return value_set_key(resource["url"])


def _system(uri: str) -> str:
    bare = uri.split("|", 1)[0].strip()
    return _SYSTEMS_MISWRITTEN.get(bare, bare)


def _tag(language: str) -> str:
    try:
        return language_tag(language)
    except ValueError as error:
        raise SourceRefused(str(error)) from error

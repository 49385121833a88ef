"""A FHIR Bundle as plain JSON, with its entries indexed for references.

Spec: FHIR R4 §2.36.4.1 Resolving references in Bundles, §3.3 Documents /
IPS 2.0.1 Bundle-uv-ips / EPS 1.0.0 bundle-eu-eps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from transformations.fhir.json_reading import JsonObject

# `[base/]Type/id[/_history/version]`: the RESTful form of a reference.
_RESTFUL = re.compile(
    r"(?:(?P<base>https?://.*?)/)?(?P<type>[A-Z][A-Za-z]+)/"
    r"(?P<id>[A-Za-z0-9\-.]{1,64})"
)
_VERSIONED = re.compile(r"(?P<name>.+)/_history/(?P<version>[A-Za-z0-9\-.]{1,64})")


@dataclass(frozen=True, slots=True)
class Located:
    """A resource and where it stands.

    Parameters
    ----------
    resource
        The JSON object itself, not a copy.
    path
        Its place, such as ``Bundle.entry[3].resource``.
    full_url
        The entry's ``fullUrl``; a contained resource has that of its container.
    container
        The resource that contains this one, if it is contained.
    """

    resource: JsonObject = field(repr=False)
    path: str
    full_url: str | None = field(default=None, repr=False)
    container: Located | None = field(default=None, repr=False)

    @property
    def type(self) -> str:
        """The resource type, or an empty string when it is missing."""
        kind = self.resource.get("resourceType")
        return kind if isinstance(kind, str) else ""


@dataclass(frozen=True, slots=True)
class FhirBundle:
    """A Bundle that was read: what it holds, and what its references name.

    Parameters
    ----------
    bundle
        The Bundle as plain dict and list; numbers with a fraction are ``Decimal``.
    entries
        Every entry with a resource, in order.
    by_url, by_type_and_id
        The entries, as references find them.
    """

    bundle: JsonObject = field(repr=False)
    entries: tuple[Located, ...] = field(repr=False)
    by_url: Mapping[str, Located] = field(repr=False)
    by_type_and_id: Mapping[tuple[str, str], Located | None] = field(repr=False)

    def of_type(self, *types: str) -> Iterator[Located]:
        """Yield the entries whose resource is of one of these types."""
        return (entry for entry in self.entries if entry.type in types)

    def resolve(self, reference: str, referring: Located) -> Located | None:
        """Find what a ``Reference.reference`` names, inside this Bundle only.

        The order: contained (``#id``), the exact ``fullUrl``, a relative reference on
        the base of the referring entry, and, as tolerance, the only entry of that type
        and id. Two entries of one type and id resolve to nothing: a guess could be
        another patient's. A reference to a version finds that version, or an entry
        that does not say which version it is.
        """
        if reference.startswith("#"):
            return _contained(reference[1:], referring)
        if "/_history/" in reference:
            versioned = _VERSIONED.fullmatch(reference)
            if versioned is not None:
                return self._resolve_version(versioned, referring)
        return self._resolve(reference, referring)

    def _resolve_version(
        self, versioned: re.Match[str], referring: Located
    ) -> Located | None:
        name, version = versioned["name"], versioned["version"]
        found = self._resolve(name, referring)
        if found is not None:
            return found if _version_of(found) in {None, version} else None
        # Several versions of one resource, each an entry: its fullUrl stands twice.
        base = _base_of(referring.full_url)
        url = name if ":" in name or base is None else f"{base}/{name}"
        same = [
            entry
            for entry in self.entries
            if entry.full_url is not None
            and _comparable(entry.full_url) == _comparable(url)
            and _version_of(entry) == version
        ]
        return same[0] if len(same) == 1 else None

    def _resolve(self, reference: str, referring: Located) -> Located | None:
        found = self.by_url.get(_comparable(reference))
        if found is not None:
            return found
        match = _RESTFUL.fullmatch(reference)
        if match is None:
            return None
        return self._resolve_restful(match, referring)

    def _resolve_restful(
        self, match: re.Match[str], referring: Located
    ) -> Located | None:
        name = f"{match['type']}/{match['id']}"
        base = match["base"] or _base_of(referring.full_url)
        if base is not None:
            found = self.by_url.get(f"{base}/{name}")
            if found is not None:
                return found
        if match["base"] is not None:
            return None
        return self.by_type_and_id.get((match["type"], match["id"]))


@dataclass(frozen=True, slots=True)
class FhirDocument(FhirBundle):
    """A Bundle of which one resource is the matter, and one person whom it is about.

    Parameters
    ----------
    composition
        What the document is made of: the Composition of a document Bundle, which is its
        first entry, or the order in a Bundle of orders.
    patient
        The person the document is about.
    """

    composition: Located = field(repr=False)
    patient: Located = field(repr=False)

    def is_patient(self, identifier: object) -> bool:
        """Whether an Identifier is one of the patient's; both parts must be there."""
        if not isinstance(identifier, dict):
            return False
        asked = (identifier.get("system"), identifier.get("value"))
        known = self.patient.resource.get("identifier")
        return all(isinstance(part, str) and part for part in asked) and any(
            isinstance(one, dict) and (one.get("system"), one.get("value")) == asked
            for one in (known if isinstance(known, list) else ())
        )


def index_urls(entries: tuple[Located, ...]) -> Mapping[str, Located]:
    """Map each ``fullUrl`` to its entry; a URL that names two resources names none.

    An entry that repeats another word for word is no second resource.
    """
    found: dict[str, Located] = {}
    twice: set[str] = set()
    for entry in entries:
        if entry.full_url is None:
            continue
        url = _comparable(entry.full_url)
        first = found.setdefault(url, entry)
        if first.resource != entry.resource:
            twice.add(url)
    return {url: entry for url, entry in found.items() if url not in twice}


def index_ids(
    entries: tuple[Located, ...],
) -> Mapping[tuple[str, str], Located | None]:
    """Map type and id to the entry; ``None`` marks a pair that is not unique.

    The same entry twice, word for word and under one ``fullUrl``, is unique.
    """
    found: dict[tuple[str, str], Located | None] = {}
    for entry in entries:
        identity = entry.resource.get("id")
        if isinstance(identity, str):
            key = (entry.type, identity)
            first = found.setdefault(key, entry)
            if first is not None and not _repeats(entry, first):
                found[key] = None
    return found


def _repeats(entry: Located, first: Located) -> bool:
    return entry is first or (
        entry.full_url == first.full_url and entry.resource == first.resource
    )


def _version_of(entry: Located) -> str | None:
    meta = entry.resource.get("meta")
    version = meta.get("versionId") if isinstance(meta, dict) else None
    return version if isinstance(version, str) else None


def _comparable(url: str) -> str:
    """Fold the case of UUID and OID names, which differs between senders."""
    return url.lower() if url[:4].lower() == "urn:" else url


def _base_of(full_url: str | None) -> str | None:
    if full_url is None:
        return None
    match = _RESTFUL.fullmatch(full_url)
    return match["base"] if match is not None else None


def _contained(identity: str, referring: Located) -> Located | None:
    holder = referring.container or referring
    if not identity:
        return holder
    contained = holder.resource.get("contained")
    if not isinstance(contained, list):
        return None
    found = [
        Located(resource, f"{holder.path}.contained[{i}]", holder.full_url, holder)
        for i, resource in enumerate(contained)
        if isinstance(resource, dict) and resource.get("id") == identity
    ]
    return found[0] if len(found) == 1 else None

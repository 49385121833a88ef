"""Who is named by a resource of the national server: read once each, told plainly.

Spec: HL7 FHIR R4 §2.3 (references, contained resources), Practitioner,
PractitionerRole, Organization, Device.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_failures import NotThere
from ncp.national.fhir_json import Resource, as_list, as_text
from ncp.national.ports import DocumentAuthor

_READ: Final = frozenset({"Practitioner", "PractitionerRole", "Organization", "Device"})
# What stands behind a person or device, by element.
_BEHIND: Final = {
    "PractitionerRole": ("practitioner", "organization"),
    "Device": ("owner",),
}


class People:
    """Reads the people and organizations around one patient's documents."""

    def __init__(self, client: FhirClient, private: Collection[str]) -> None:
        self._client = client
        self._private = private
        self._read: dict[str, Resource | None] = {}

    def find(self, reference: object, holder: Resource) -> Resource | None:
        """Return whom a Reference names; None where it is nobody we can read.

        Parameters
        ----------
        holder
            The resource with the reference, which may contain them.
        """
        name = (
            as_text(reference.get("reference")) if isinstance(reference, dict) else None
        )
        if name is None:
            return None
        if name.startswith("#"):
            return _contained(name[1:], holder)
        name = name.removeprefix(f"{self._client.base.url}/")
        if name not in self._read:
            self._read[name] = self._from_server(name)
        return self._read[name]

    def circle(self, reference: object, holder: Resource) -> Iterator[Resource]:
        """Yield whom a Reference names on the server, and who stands behind them."""
        found = self.find(reference, holder)
        if found is None:
            return
        if not _is_contained(reference):
            yield found
        for element in _BEHIND.get(found["resourceType"], ()):
            # What is contained has no containers of its own: the holder's are shared.
            yield from self.circle(found.get(element), holder)

    def author(self, reference: object, holder: Resource) -> DocumentAuthor | None:
        """Return the name of an author and their specialties."""
        found = self.find(reference, holder)
        if found is None:
            return None
        person = found
        if found["resourceType"] == "PractitionerRole":
            behind = self.find(found.get("practitioner"), holder)
            person = behind or self.find(found.get("organization"), holder) or {}
        name = _name_of(person)
        return None if name is None else DocumentAuthor(*name, _specialties(found))

    def _from_server(self, name: str) -> Resource | None:
        kind, _, logical_id = name.partition("/_history/")[0].partition("/")
        if kind not in _READ:
            return None
        try:
            return self._client.read(kind, logical_id, private=self._private)
        except NotThere:
            return None


def _target(reference: object) -> str:
    name = reference.get("reference") if isinstance(reference, dict) else None
    return as_text(name) or ""


def _is_contained(reference: object) -> bool:
    return _target(reference).startswith("#")


def _contained(identity: str, holder: Resource) -> Resource | None:
    for resource in as_list(holder.get("contained")):
        if (
            isinstance(resource, dict)
            and resource.get("id") == identity
            and resource.get("resourceType") in _READ
        ):
            return resource
    return None


def _name_of(resource: Resource) -> tuple[str, str] | None:
    """Return family and given name; an organization or device has one name."""
    written: Any = resource.get("name") or resource.get("deviceName")
    if isinstance(written, str):
        return written, ""
    first = next((each for each in as_list(written) if isinstance(each, dict)), {})
    given = " ".join(each for each in as_list(first.get("given")) if as_text(each))
    family = as_text(first.get("family")) or as_text(first.get("name"))
    if family is None:
        return (given, "") if given else None
    return family, given


def _specialties(role: Resource) -> tuple[str, ...]:
    told = (_words(each) for each in as_list(role.get("specialty")))
    return tuple(words for words in told if words)


def _words(concept: Any) -> str | None:
    if not isinstance(concept, dict):
        return None
    displays = (
        as_text(coding.get("display"))
        for coding in as_list(concept.get("coding"))
        if isinstance(coding, dict)
    )
    return as_text(concept.get("text")) or next(filter(None, displays), None)

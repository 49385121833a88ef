"""Makes the cover of an original document: what its index says, as a FHIR document.

A Composition without sections, the patient, and who wrote, keeps and vouches for it;
nothing is invented. With it an original has a header like every other document.

Spec: HL7 FHIR R4 §2.4 (documents), DocumentReference, DiagnosticReport, Composition /
IHE MHD (mapping of DocumentReference to document entry).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import simplejson

from ncp.national.codes import CONFIDENTIALITY, LOINC, LOINC_OF_KIND
from ncp.national.fhir_json import Resource, as_list, as_text
from ncp.national.fhir_people import People
from ncp.national.ports import SourceDocument


@dataclass(frozen=True, slots=True)
class CoverFacts:
    """What an index resource says, in the words of a Composition.

    Attributes
    ----------
    holder
        The resource itself: what it contains may be named by a reference.
    authors, custodian, authenticator
        References as they stand.
    period
        Of the care, as it stands.
    """

    holder: Resource = field(repr=False)
    identifier: Any = field(repr=False)
    authors: Sequence[Any] = field(repr=False)
    custodian: Any = field(default=None, repr=False)
    authenticator: Any = field(default=None, repr=False)
    period: Any = field(default=None, repr=False)


def write_cover(
    document: SourceDocument,
    facts: CoverFacts,
    patient: Resource,
    people: People,
    base_url: str,
) -> bytes:
    """Write the cover as JSON; numbers keep their digits."""
    composition = _composition(document, facts, f"Patient/{patient['id']}")
    bundle = {
        "resourceType": "Bundle",
        "identifier": facts.identifier,
        "type": "document",
        "timestamp": document.created.isoformat(),
        "entry": [
            {
                "fullUrl": f"{base_url}/{each['resourceType']}/{each['id']}",
                "resource": each,
            }
            for each in (composition, patient, *_people(facts, people))
        ],
    }
    told = {name: value for name, value in bundle.items() if value is not None}
    return simplejson.dumps(told, use_decimal=True, ensure_ascii=False).encode()


def _composition(document: SourceDocument, facts: CoverFacts, patient: str) -> Resource:
    written = {
        "resourceType": "Composition",
        "id": "cover",
        "language": document.language,
        "contained": facts.holder.get("contained"),
        "status": "final",
        "type": {"coding": [{"system": LOINC, "code": LOINC_OF_KIND[document.kind]}]},
        "subject": {"reference": patient},
        "date": document.created.isoformat(),
        "author": list(facts.authors) or None,
        "title": document.title,
        "confidentiality": _confidentiality(facts.holder),
        "attester": _attester(facts),
        "custodian": facts.custodian,
        "event": None if facts.period is None else [{"period": facts.period}],
    }
    return {name: value for name, value in written.items() if value is not None}


def _attester(facts: CoverFacts) -> list[dict[str, Any]] | None:
    if facts.authenticator is None:
        return None
    return [{"mode": "legal", "party": facts.authenticator}]


def _confidentiality(holder: Resource) -> str | None:
    """Return the security label that CDA knows as confidentiality."""
    for label in as_list(holder.get("securityLabel")):
        for coding in as_list(label.get("coding")) if isinstance(label, dict) else []:
            if isinstance(coding, dict) and coding.get("system") == CONFIDENTIALITY:
                return as_text(coding.get("code"))
    return None


def _people(facts: CoverFacts, people: People) -> list[Resource]:
    named = (*facts.authors, facts.custodian, facts.authenticator)
    found = {
        _name_of(each): each
        for reference in named
        for each in people.circle(reference, facts.holder)
    }
    return list(found.values())


def _name_of(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource.get('id')}"

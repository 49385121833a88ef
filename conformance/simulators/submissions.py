"""What a simulated country B submits: a dispensation, or its discard.

Spec: IHE ITI TF-2 §3.41.4.1 / IHE ITI TF-3 §4.2.1, §4.2.3 / eHDSI XDR profile.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from conformance.simulators.assertions import Issuer
from conformance.simulators.documents.held import Code
from conformance.simulators.documents.kinds import LOINC
from conformance.simulators.registry import classifications
from conformance.simulators.soap import Body, fill, fresh_urn, part_of
from trust.identifiers import URN_OID, PatientId


@dataclass(frozen=True, slots=True)
class Operation:
    """What is done with the document: class code, class name, title and format."""

    kind: str
    class_name: str
    title: str
    format_code: str
    format_name: str


DISPENSE: Final = Operation(
    "60593-1",
    "Medication dispensed",
    "eDispensation",
    "urn:epSOS:ep:dis:2010",
    "eHDSI coded eDispensation",
)
DISCARD: Final = Operation(
    "DISCARD-60593-1",
    "Discard Medication dispensed",
    "eDispensation Discard",
    "urn:eHDSI:ed:discard:2020",
    "eHDSI coded eDispensation Discard",
)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One document; it stands in the message (base64) or in a part beside it."""

    unique_id: str
    inline: str = field(default="", repr=False)
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """Documents of one kind about one patient."""

    patient: PatientId
    operation: Operation
    documents: tuple[Enclosed, ...]


def submission_body(folder: str, issuer: Issuer, submission: Submission) -> Body:
    """Write the body of a submission in the name of a professional."""
    own, now = fresh_urn(), datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    enclosed = [(fresh_urn(), each) for each in submission.documents]
    entries = [
        _entry(folder, issuer, submission, entry, now, each.unique_id)
        for entry, each in enclosed
    ]
    members = [
        fill(folder, "iti41-member", set=own, entry=entry) for entry, _ in enclosed
    ]
    documents = [
        fill(
            folder,
            "iti41-document",
            entry=entry,
            inline=each.inline,
            content_id=each.content_id,
        )
        for entry, each in enclosed
    ]
    who = issuer.professional
    organization_id = who.organization_id.removeprefix(URN_OID)
    values = {
        "set": own,
        "set_unique_id": f"2.25.{uuid.uuid4().int}",
        "source": issuer.home,
        "patient": submission.patient.cx,
        "kind": submission.operation.kind,
        "title": submission.operation.title,
        "now": now,
        "institution": f"{who.organization}^^^^^^^^^{organization_id}",
        "person": f"{who.identifier}^^^&{issuer.home}&ISO",
        "entries": [each.element for each in entries],
        "members": [each.element for each in members],
        "documents": [each.element for each in documents],
    }
    inside = (*entries, *members, *documents)
    return part_of(folder, "iti41-request", values, *inside)


def _entry(
    folder: str,
    issuer: Issuer,
    submission: Submission,
    entry: str,
    now: str,
    unique_id: str,
) -> Body:
    """Write what is told of one document."""
    told = _codes_of(submission.operation, issuer.country)
    codes = classifications(folder, entry, told)
    values = {
        "entry": entry,
        "patient": submission.patient.cx,
        "unique_id": unique_id,
        "now": now,
        "classifications": [each.element for each in codes],
    }
    return part_of(folder, "iti41-entry", values, *codes)


def _codes_of(operation: Operation, country: str) -> tuple[Code, ...]:
    unused = "Not Used"
    return (
        ("f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1", country, "1.0.3166.1", country),
        (
            "cccf5598-8b07-4b77-a05e-ae952c785ead",
            unused,
            f"eHDSI Practice Setting Codes-{unused}",
            unused,
        ),
        (
            "f4f85eac-e6cb-4883-b524-f2705394840f",
            "N",
            "2.16.840.1.113883.5.25",
            "Normal",
        ),
        (
            "41a5887f-8865-4c09-adf7-e362475b143a",
            operation.kind,
            LOINC,
            operation.class_name,
        ),
        (
            "a09d5840-386c-46f2-b5ad-9c3699a4309d",
            operation.format_code,
            "eHDSI formatCodes",
            operation.format_name,
        ),
        (
            "f0306f51-975f-434e-a61c-c59651d33983",
            operation.kind,
            LOINC,
            operation.title,
        ),
    )

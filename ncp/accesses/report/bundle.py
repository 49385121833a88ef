"""The report as a FHIR Bundle of AuditEvents, each about this patient alone.

Spec: FHIR R4 Bundle (collection) / IHE BALP 1.1 / sheet 06 §2.8.
"""

from __future__ import annotations

from datetime import UTC
from uuid import UUID

from ncp.accesses.audit_event import URI, Json, Node, audit_event, event_urn
from ncp.accesses.report.report import AccessReport


def report_bundle(report: AccessReport, node: Node, identifier: UUID) -> Json:
    """Return the report; ``identifier`` names this one."""
    bundle: Json = {
        "resourceType": "Bundle",
        "identifier": {"system": URI, "value": identifier.urn},
        "type": "collection",
        "timestamp": report.made_at.astimezone(UTC).isoformat(timespec="milliseconds"),
    }
    if report.accesses:
        bundle["entry"] = [
            {
                "fullUrl": event_urn(each),
                "resource": audit_event(each, report.patient, node),
            }
            for each in report.accesses
        ]
    return bundle

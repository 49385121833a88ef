"""Compares what was recorded with the table of events, and with the standard."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from lxml import etree

from ncp.audit.fhir import to_fhir
from ncp.audit.forms import AuditForm, in_form
from ncp.store import AuditTrailEntry
from tests.capabilities import OFFICIAL_RULES, data_folder, missing
from tests.ncp.audit import dicom_structure
from tests.ncp.audit.event_table import Row


def check(row: Row, trail: Iterable[AuditTrailEntry]) -> None:
    """Every event of a row reads as the row says; there is at least one."""
    found = [each for each in trail if is_of(row, each)]
    assert found, f"nothing is recorded of {row}"
    for entry in found:
        assert dicom_structure.check(entry.dicom) == []
        root = etree.fromstring(entry.dicom)
        identification = root.find("EventIdentification")
        assert identification.find("EventID").get("csd-code") == row.event_id
        assert identification.get("EventActionCode") == row.action
        types = [each.get("csd-code") for each in identification.iter("EventTypeCode")]
        assert types[:1] == [row.type_code][: bool(row.type_code)]
        assert in_form(entry.dicom, AuditForm.RFC_3881)
        assert to_fhir(entry.dicom, entry.event_id)["resourceType"] == "AuditEvent"


def is_of(row: Row, entry: AuditTrailEntry) -> bool:
    if entry.event != row.name or (row.side and entry.side != row.side):
        return False
    types = etree.fromstring(entry.dicom).iterfind("EventIdentification/EventTypeCode")
    return not row.service or row.service in {each.get("displayName") for each in types}


def official_schema() -> etree.XMLSchema:
    configured = os.environ.get("NCP_DICOM_SCHEMA")
    default = data_folder() / "schemas" / "DICOM_Unsigned.xsd"
    path = Path(configured) if configured else default
    if not path.is_file():
        missing(OFFICIAL_RULES, "set NCP_DICOM_SCHEMA to the DICOM audit XSD")
    return etree.XMLSchema(etree.parse(path))

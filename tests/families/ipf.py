"""Asks IPF, whose rules ours restate, of messages.

``NCP_IPF_JARS`` names a folder with the jars of ``ipf-commons-ihe-xds`` and
``ipf-commons-ihe-hl7v3`` and with all that they need.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from conformance.simulators.soap import NAMESPACES
from ncp.ihe.iti55_xcpd import write_patient_discovery_request
from ncp.ihe.namespaces import HL7, RIM
from tests.capabilities import IPF
from tests.java import Jars, write_numbered
from tests.ncp.ihe.messages import NOW, QUESTION, through_xml

PROGRAM = Path(__file__).with_name("JudgeAsIpf.java")
JARS = Jars("NCP_IPF_JARS", IPF, ("ipf-commons-ihe-xds-*.jar",))
ACCEPTED, REFUSED, UNKNOWN = "accepted", "refused", "unknown"
_PROMISED = {"size": "1", "hash": "0" * 40}


class Judged(NamedTuple):
    """What IPF says of a message, and why."""

    verdict: str
    why: str


def judged_by_ipf(envelopes: Sequence[bytes], folder: Path) -> list[Judged]:
    """Return what IPF makes of each envelope; the folder is an empty one."""
    write_numbered(envelopes, folder, "xml")
    told = [Judged(verdict, why) for _, verdict, why in JARS.said_by(PROGRAM, folder)]
    assert len(told) == len(envelopes)
    return told


def of_ours_alone(envelope: bytes) -> bytes:
    """Take out of an answer what is known to differ, and what is not our own.

    A document that is made when it is fetched has neither size nor hash (ADR 0002), and
    a question is repeated as it came.
    """
    root = etree.fromstring(envelope)
    for entry in root.iter(f"{{{RIM}}}ExtrinsicObject"):
        _promise(entry)
    for repeated in root.iterfind(".//v3:queryByParameter", NAMESPACES):
        repeated.getparent().replace(repeated, copy.deepcopy(_sound_parameters()))
    return etree.tostring(root)


def _promise(entry: etree._Element) -> None:
    told = {slot.get("name") for slot in entry.iterfind(f"{{{RIM}}}Slot")}
    for name in _PROMISED.keys() - told:
        slot = etree.Element(f"{{{RIM}}}Slot", {"name": name})
        values = etree.SubElement(slot, f"{{{RIM}}}ValueList")
        etree.SubElement(values, f"{{{RIM}}}Value").text = _PROMISED[name]
        entry.insert(0, slot)


@cache
def _sound_parameters() -> etree._Element:
    question = through_xml(write_patient_discovery_request(QUESTION, NOW))
    found = question.find(f".//{{{HL7}}}queryByParameter")
    assert found is not None
    return found

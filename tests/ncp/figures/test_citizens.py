from __future__ import annotations

from ncp.figures.citizens import UniqueCitizens
from ncp.figures.quarter import Quarter
from tests.ncp.audit.samples import OTHER_PATIENT, PATIENT

QUARTER = Quarter(2026, 1)


def test_a_citizen_is_counted_once_for_each_service():
    citizens = UniqueCitizens(QUARTER)
    for service in ("PS", "PS", "eP"):
        citizens.see(service, [PATIENT.cx])
    citizens.see("PS", [OTHER_PATIENT.cx, PATIENT.cx])
    assert citizens.number("PS") == 2
    assert citizens.number("eP") == 1
    assert citizens.number("OrCD") == 0


def test_a_pseudonym_leads_to_no_citizen_and_to_no_other_count():
    counts = [UniqueCitizens(QUARTER), UniqueCitizens(QUARTER)]
    for each in counts:
        each.see("PS", [PATIENT.cx])
    [one], [other] = (each._seen["PS"] for each in counts)
    assert one != other
    assert PATIENT.extension.encode() not in one

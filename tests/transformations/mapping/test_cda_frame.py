"""What holds a CDA together: booked only around what was read."""

from __future__ import annotations

from transformations.cda.source import read_cda
from transformations.mapping import Fate
from transformations.mapping.cda_context import CdaContext
from transformations.mapping.cda_frame import settle_frame
from transformations.mapping.cda_ledger import CdaLedger

DOCUMENT = (
    b'<ClinicalDocument xmlns="urn:hl7-org:v3" classCode="DOCCLIN">'
    b'<templateId root="1.2"/>'
    b'<author typeCode="AUT"><time value="2020"/><assignedAuthor classCode="ASSIGNED">'
    b'<id nullFlavor="NI"/><code code="1"/></assignedAuthor></author>'
    b'<informant typeCode="INF"><assignedEntity classCode="ASSIGNED">'
    b'<id root="1.3"/></assignedEntity></informant></ClinicalDocument>'
)


def fates(*read: str) -> dict[str, Fate]:
    """Book attributes of elements by name, settle, and return what became of all."""
    source = read_cda(DOCUMENT)
    cx = CdaContext(source)
    for node in source.nodes:
        if node.name in read:
            cx.attr(node, next(iter(node.attributes)))
    settle_frame(cx)
    ledger = CdaLedger(source, cx.account, {}, {})
    entries = {one.path: one.mark.fate for one in ledger.entries()}
    assert ledger.leaves == len(entries)
    return {
        path.removeprefix("/ClinicalDocument"): fate for path, fate in entries.items()
    }


def test_around_what_was_read_all_that_is_fixed_is_structural():
    found = fates("time")
    assert found["/@classCode"] is Fate.STRUCTURAL
    assert found["/templateId/@root"] is Fate.STRUCTURAL
    assert found["/author/@typeCode"] is Fate.STRUCTURAL
    assert found["/author/time/@value"] is Fate.MAPPED


def test_an_element_of_which_nothing_was_read_stays_lost():
    found = fates("time")
    for path in (
        "/author/assignedAuthor/@classCode",
        "/author/assignedAuthor/id/@nullFlavor",
        "/informant/@typeCode",
        "/informant/assignedEntity/id/@root",
    ):
        assert found[path] is Fate.LOST, path


def test_an_absence_beside_what_was_read_is_structural():
    found = fates("code")
    assert found["/author/assignedAuthor/id/@nullFlavor"] is Fate.STRUCTURAL
    assert found["/author/time/@value"] is Fate.LOST


def test_where_nothing_was_read_nothing_is_settled():
    assert set(fates().values()) == {Fate.LOST}

from __future__ import annotations

import pytest
from lxml import etree

from ncp.audit import to_dicom
from ncp.audit.forms import AuditForm, in_form
from tests.ncp.audit import samples
from trust.xml import XmlRefused

EVENTS = {
    type(each).__name__ + str(n): each for n, each in enumerate(samples.every_event())
}


@pytest.mark.parametrize("name", EVENTS)
def test_the_form_of_dicom_is_the_record_itself(name):
    event = to_dicom(EVENTS[name])
    assert in_form(event, AuditForm.DICOM) is event


@pytest.mark.spec("RFC 3881 6")
@pytest.mark.parametrize("name", EVENTS)
def test_the_older_form_names_codes_its_own_way_and_keeps_all_it_has_a_place_for(name):
    dicom = etree.fromstring(to_dicom(EVENTS[name]))
    old = etree.fromstring(in_form(to_dicom(EVENTS[name]), AuditForm.RFC_3881))
    assert not old.xpath("//@csd-code")
    for tag in ("EventOutcomeDescription", "PurposeOfUse"):
        assert old.find(f".//{tag}") is None
        for left_out in list(dicom.iter(tag)):
            left_out.getparent().remove(left_out)
    assert told(old) == told(dicom)


def test_what_is_no_xml_is_refused():
    with pytest.raises(XmlRefused):
        in_form(b"CANARY", AuditForm.RFC_3881)


def told(root: etree._Element) -> list[tuple[str, str | None, list[tuple[str, str]]]]:
    return [
        (
            each.tag,
            each.text,
            [(name.replace("csd-code", "code"), value) for name, value in each.items()],
        )
        for each in root.iter()
    ]

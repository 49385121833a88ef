"""What a list says, and what it may not leave out."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.trust import pki
from tests.trust.pki import NOW
from tests.trust.trustlist.lists import (
    DAY,
    MEDIA,
    NS,
    OPERATOR,
    SERVICE,
    STATUS,
    TYPES,
    Draft,
    Entry,
    Period,
    Pointer,
    element,
    list_of_lists,
    signed,
    written,
)
from trust.decision import Reason
from trust.trustlist import TrustList, TrustListRefused, verify_trust_list
from trust.trustlist.reading import read_trust_list

CA = pki.seal("listed-authority").certificate
ENTRY = Entry((CA,), Period(), (Period("withdrawn", NOW - 300 * DAY),))


def read(draft: Draft) -> TrustList:
    return verify_trust_list(signed(draft), lambda _: None).content


def test_a_scheme_is_read():
    content = read(Draft(information=("https://lists.lu/a.xml", "https://lists.lu/")))
    assert (content.version, content.sequence, content.territory) == (6, 7, "LU")
    assert content.operator == "The operator"
    assert content.issued == NOW - 10 * DAY
    assert content.next_update == NOW + 100 * DAY
    assert content.information == ("https://lists.lu/a.xml", "https://lists.lu/")
    assert not content.is_list_of_lists


def test_a_closed_scheme_has_no_next_update():
    assert read(Draft(next_update=None)).next_update is None


def test_a_service_is_read_with_its_history():
    ((provider, service),) = read(Draft(entries=(ENTRY,))).services()
    assert provider.name == "A provider"
    assert service.service_type == SERVICE + "CA/QC"
    assert service.identity.certificates == (pki.der(CA),)
    now, before = service.periods
    assert (now.status, before.status) == (STATUS + "granted", STATUS + "withdrawn")
    assert now.is_granted
    assert not before.is_granted


def test_a_pointer_is_read_with_who_may_sign():
    content = read(
        list_of_lists([Pointer("https://l.lu/l.xml", [OPERATOR.certificate])])
    )
    (pointer,) = content.pointers
    assert content.is_list_of_lists
    assert pointer.location == "https://l.lu/l.xml"
    assert pointer.certificates == (pki.der(OPERATOR.certificate),)
    assert pointer.territory == "LU"
    assert pointer.list_type == TYPES + "EUgeneric"
    assert pointer.media_type == MEDIA
    assert not pointer.is_to_list_of_lists


@pytest.mark.spec("ETSI TS 119 612 D.5")
@pytest.mark.parametrize(
    ("kind", "vouches_for_lists"),
    [
        ("EUlistofthelists", True),
        ("ZZlistofthelists", True),
        ("EUgeneric", False),
        ("ZZlist", False),
        ("notalistofthelists", False),
    ],
)
def test_a_list_of_lists_is_told_by_its_type(kind, vouches_for_lists):
    assert read(Draft(kind=kind)).is_list_of_lists is vouches_for_lists


def test_a_misspelt_service_of_the_epsos_lists_is_put_right():
    base = "http://uri.epsos.eu/Svc/Svctype/"
    misspelt = Period(kind=base + "PatientIdenitificationService")
    ((_, service),) = read(Draft(entries=(Entry((CA,), misspelt),))).services()
    assert service.service_type == base + "PatientIdentificationService"


# What is missing or nonsense --------------------------------------------------------


def without(path: str):
    def change(root):
        found = root.find(path, NS)
        found.getparent().remove(found)

    return change


def with_text(path: str, text: str):
    def change(root):
        root.find(path, NS).text = text

    return change


def twice(path: str):
    def change(root):
        found = root.find(path, NS)
        found.addnext(etree.fromstring(etree.tostring(found)))

    return change


SCHEME = "t:SchemeInformation"
INFORMATION = ".//t:ServiceInformation"


@pytest.mark.parametrize(
    "change",
    [
        without(SCHEME),
        without(f"{SCHEME}/t:TSLVersionIdentifier"),
        without(f"{SCHEME}/t:TSLSequenceNumber"),
        without(f"{SCHEME}/t:TSLType"),
        without(f"{SCHEME}/t:ListIssueDateTime"),
        without(f"{SCHEME}/t:NextUpdate"),
        without(f"{INFORMATION}/t:ServiceStatus"),
        without(f"{INFORMATION}/t:ServiceDigitalIdentity"),
        without(f"{INFORMATION}/t:StatusStartingTime"),
        without(".//t:TSPInformation"),
        with_text(f"{SCHEME}/t:TSLSequenceNumber", "-1"),
        with_text(f"{SCHEME}/t:TSLSequenceNumber", "7.0"),
        with_text(f"{SCHEME}/t:TSLSequenceNumber", ""),
        with_text(f"{SCHEME}/t:SchemeTerritory", "L!"),
        with_text(f"{SCHEME}/t:ListIssueDateTime", "yesterday"),
        with_text(f"{SCHEME}/t:ListIssueDateTime", "2026-01-01T00:00:00"),
        with_text(f"{SCHEME}/t:NextUpdate/t:dateTime", "soon"),
        with_text(f"{INFORMATION}//t:X509Certificate", "no base64!"),
        with_text(f"{INFORMATION}//t:X509Certificate", ""),
        with_text(f"{INFORMATION}/t:ServiceStatus", "x" * 9_000),
        twice(SCHEME),
        twice(f"{SCHEME}/t:TSLSequenceNumber"),
        twice(f"{INFORMATION}/t:ServiceStatus"),
        twice(INFORMATION),
    ],
)
def test_a_list_that_lacks_what_a_decision_needs_is_unreadable(change):
    root = written(Draft(entries=(ENTRY,)))
    change(root)
    with pytest.raises(TrustListRefused) as refused:
        read_trust_list(root)
    assert refused.value.reason is Reason.TRUST_LIST_UNREADABLE


def test_elements_inside_a_value_are_refused():
    root = written(Draft())
    root.find(f"{SCHEME}/t:TSLType", NS).append(element("b"))
    with pytest.raises(TrustListRefused, match="TSLType"):
        read_trust_list(root)


def test_a_history_later_than_the_present_is_refused():
    later = Entry((CA,), Period(), (Period("withdrawn", NOW - DAY),))
    with pytest.raises(TrustListRefused, match="later than its present"):
        read(Draft(entries=(later,)))


def test_a_pointer_that_contradicts_itself_is_refused():
    root = written(list_of_lists([Pointer("https://l.lu/", [OPERATOR.certificate])]))
    told = root.find(".//t:AdditionalInformation", NS)
    told.append(element("OtherInformation", element("SchemeTerritory", "DE")))
    with pytest.raises(TrustListRefused, match="contradicts itself"):
        read_trust_list(root)


def test_another_document_is_no_list():
    with pytest.raises(TrustListRefused, match="another root"):
        read_trust_list(etree.fromstring("<a/>"))

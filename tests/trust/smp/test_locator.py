from __future__ import annotations

import pytest

from tests.trust.smp.directory import DK, SMP, naptr
from trust.decision import Reason
from trust.identifiers import CountryCode
from trust.smp import (
    DirectoryRefused,
    Identifier,
    directory_of,
    label_of,
    name_of,
    participant_of,
)
from trust.smp.locator import MAXIMAL_RECORDS


@pytest.mark.spec("BDX Location 1.0 2.1")
@pytest.mark.parametrize(
    ("country", "label"),
    [
        ("LU", "3AX3PTFTXRLG7XWIZR57G5XBMBWVJNJJLY2TFVEGWCIQ7N5YLPUA"),
        ("DE", "IBDJTERF42VLFE6FS7PUESQO4JAU3RSW3WIXM5U7SLSTNOU7VAYQ"),
        ("PT", "NVPPE7THMGYKXQGX553YZAPXEOBFMB7VM3IRHMRLUEMCKXBP47BA"),
        ("EU", "B22RTWMHRANRZVEKUIT7O3WFEEYUKB44TKADL2UNPIRVNRV746UQ"),
    ],
)
def test_a_country_has_the_label_that_the_commission_computes(country, label):
    assert label_of(participant_of(CountryCode(country))) == label


@pytest.mark.parametrize("value", ["urn:brazil:saopaulo", "urn:brazil:SAOPAULO"])
def test_the_name_joins_label_scheme_and_zone_whatever_the_case(value):
    zone = "ehealth.acc.edelivery.tech.ec.europa.eu"
    name = name_of(Identifier("country-state-qns", value), f"{zone}.")
    assert name == (
        "2CDN5ANIHSX2W6D2ZA5YSSGR2BXVLCGTLS6STIYM2CZYHB3L7GMA.country-state-qns." + zone
    )


@pytest.mark.parametrize("regexp", [f"!.*!{SMP}!", f"!^.*$!{SMP}!"])
def test_a_plain_record_leads_to_its_address(regexp):
    assert directory_of([naptr(regexp=regexp, flags="u", service="meta:smp")]) == SMP


def test_the_first_record_of_the_service_counts_by_order_then_preference():
    records = [
        naptr("https://c", order=2, preference=1),
        naptr("https://b", order=1, preference=2),
        naptr("https://a", order=1, preference=1),
        naptr("https://x", order=0, service="E2U+sip"),
    ]
    assert directory_of(records) == "https://a"


@pytest.mark.spec("fact sheet 02 7.2 row 36")
@pytest.mark.parametrize(
    "record",
    [
        naptr(regexp=f"!(.+)+$!{SMP}!"),
        naptr(regexp=f"!^(.*)$!{SMP}/\\1!"),
        naptr(regexp=f"!.*!{SMP}/\\1!"),
        naptr(regexp=f"!.*!{SMP}"),
        naptr(regexp=f".*!{SMP}!"),
        naptr(regexp=f"!.*!{SMP}!i"),
        naptr(regexp=f"/.*/{SMP}/"),
        naptr(regexp="!.*!!!"),
        naptr(regexp=""),
        naptr(flags="S"),
        naptr(flags=""),
        naptr(replacement="evil.example.eu"),
    ],
    ids=lambda record: f"{record.flags} {record.regexp} {record.replacement}",
)
def test_a_record_of_another_form_is_refused_and_its_pattern_never_run(record):
    with pytest.raises(DirectoryRefused) as refused:
        directory_of([record])
    assert refused.value.reason is Reason.DIRECTORY_RECORD_REFUSED


def test_a_refused_record_is_not_passed_over_for_the_next_one():
    with pytest.raises(DirectoryRefused) as refused:
        directory_of([naptr(flags="S", order=1), naptr("https://evil.eu", order=2)])
    assert refused.value.reason is Reason.DIRECTORY_RECORD_REFUSED


def test_a_flood_of_records_is_refused():
    with pytest.raises(DirectoryRefused) as refused:
        directory_of([naptr()] * (MAXIMAL_RECORDS + 1))
    assert refused.value.reason is Reason.DIRECTORY_RECORD_REFUSED


def test_without_a_record_of_the_service_the_country_is_not_there():
    with pytest.raises(DirectoryRefused) as refused:
        directory_of([naptr(service="E2U+sip")])
    assert refused.value.reason is Reason.DIRECTORY_ENTRY_ABSENT


def test_the_path_of_an_entry_encodes_everything_but_the_slashes():
    from trust.smp import SmpService, entry_of

    assert entry_of(SmpService.QUERY, CountryCode("LU")).path == (
        "/ehealth-participantid-qns%3A%3Aurn%3Aehealth%3Alu%3Ancp-idp/services/"
        "ehealth-resid-qns%3A%3Aurn%3Aehealth%3ARequestOfData%3A%3AXCA%3A%3A"
        "CrossGatewayQuery%23%23ITI-38"
    )


def test_a_participant_that_is_no_contact_point_has_no_country():
    from trust.smp import country_of

    assert country_of(participant_of(DK)) == "DK"
    assert country_of(Identifier("other", "urn:ehealth:dk:ncp-idp")) is None
    assert country_of(Identifier("ehealth-participantid-qns", "urn:x")) is None

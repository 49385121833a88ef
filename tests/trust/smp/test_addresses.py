from __future__ import annotations

import ipaddress

import pytest

from trust.decision import Reason
from trust.smp import AddressRules, DirectoryRefused, check_address, check_numbers

RULES = AddressRules()


def reason_of(url: str, rules: AddressRules = RULES) -> Reason:
    with pytest.raises(DirectoryRefused) as refused:
        check_address(url, rules)
    return refused.value.reason


@pytest.mark.parametrize(
    "url",
    [
        "https://ncp.example.lu/openncp-ws-server/services/XCPD_Service",
        "https://ncp-ppt.cy.ehealth.testa.eu:8443/a",
        "https://8.8.8.8/a",
        "https://[2a00:1450:4001:81b::200e]/a",
        "https://smp.example.eu/ehealth-resid-qns%3A%3Aurn%3Ax%23%23ITI-38",
    ],
)
def test_a_public_https_address_is_allowed(url):
    assert check_address(url, RULES).url == url


@pytest.mark.spec("fact sheet 02 7.2 row 34")
@pytest.mark.parametrize(
    "url",
    [
        "http://ncp.example.lu/",
        "ftp://ncp.example.lu/",
        "file:///etc/passwd",
        "//ncp.example.lu/",
        "",
        "https://",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://0.0.0.0/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[fc00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://localhost/",
        "https://intranet/",
        "https://ncp.example.lu./",
        "https://user@ncp.example.lu/",
        "https://user:secret@ncp.example.lu/",
        "https://@ncp.example.lu/",
        "https://ncp.example.lu\\@evil.eu/",
        "https://ncp.example.lu:22/",
        "https://ncp.example.lu:0/",
        "https://ncp.example.lu:99999/",
        "https://ncp.example.lu/?x=1",
        "https://ncp.example.lu/?",
        "https://ncp.example.lu/#f",
        "https://ncp.example.lu/a/../b",
        "https://ncp.example.lu/ a",
        "https://ncp.example.lu/\r\nHost: evil",
        "https://ncp.exämple.lu/",
        "https://ncp.exa_mple.lu/",
        "https://" + "a." * 1200 + "lu/",
    ],
)
def test_an_address_against_ourselves_or_in_disguise_is_refused(url):
    assert reason_of(url) is Reason.DIRECTORY_ADDRESS_REFUSED


def test_only_hosts_of_the_settings_are_allowed_where_they_name_some():
    rules = AddressRules(hosts=(".ehealth.testa.eu", "smp.example.eu"))
    for host in ("ncp.lu.ehealth.testa.eu", "smp.example.eu", "SMP.example.eu"):
        check_address(f"https://{host}/", rules)
    for host in (
        "ehealth.testa.eu.evil.eu",
        "evilehealth.testa.eu",
        "x.smp.example.eu",
    ):
        assert reason_of(f"https://{host}/", rules) is Reason.DIRECTORY_ADDRESS_REFUSED


def test_a_private_network_is_allowed_by_the_settings_alone():
    rules = AddressRules(networks=(ipaddress.ip_network("10.20.0.0/16"),))
    check_address("https://10.20.3.4/", rules)
    check_address("https://[::ffff:10.20.3.4]/", rules)
    assert reason_of("https://10.21.3.4/", rules) is Reason.DIRECTORY_ADDRESS_REFUSED
    assert reason_of("https://127.0.0.1/", rules) is Reason.DIRECTORY_ADDRESS_REFUSED


@pytest.mark.parametrize(
    "numbers",
    [
        [],
        ["127.0.0.1"],
        ["8.8.8.8", "10.0.0.1"],
        ["fe80::1%eth0"],
        ["::ffff:192.168.0.1"],
        ["not-a-number"],
    ],
)
def test_one_refused_number_behind_a_name_refuses_them_all(numbers):
    with pytest.raises(DirectoryRefused) as refused:
        check_numbers(numbers, RULES)
    assert refused.value.reason is Reason.DIRECTORY_ADDRESS_REFUSED


def test_public_numbers_are_given_back_to_be_connected_to():
    assert [str(each) for each in check_numbers(["8.8.8.8"], RULES)] == ["8.8.8.8"]

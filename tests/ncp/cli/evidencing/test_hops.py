"""What was shown and sent beside an exchange is evident too."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography import x509
from lxml import etree

from ncp.evidence.national_hops import NationalHop, national_hops, note_hop
from ncp.ihe.soap import read_request
from tests.ncp.cli.evidencing.scene import EXAMPLE, REM, exported, logged, run, verified
from tests.ncp.country_a.scene import EVA, CountryA
from tests.ncp.country_b.scene import CountryB
from trust.certificates import subject_name


def test_country_b_keeps_the_certificate_that_country_a_showed(
    country_b: CountryB, settings, tmp_path
) -> None:
    country_b.handle_of(EVA)
    logged(country_b.store)
    settings("b.db")
    sent = read_request(country_b.line.sent[-1], None).addressing.message_id
    root = etree.parse(exported(sent, tmp_path / "out")).getroot()
    recipient = root.find(f"{REM}RecipientsDetails")
    shown = base64.b64decode(recipient.findtext(f".//{REM}X509Certificate"))
    assert shown == country_b.line.shown
    [asked] = [e for e in country_b.store.audit_trail() if e.event == "ITI-55"]
    provider = etree.fromstring(asked.dicom).findall("ActiveParticipant")[-1]
    named = x509.load_der_x509_certificate(shown)
    assert provider.get("UserID") == subject_name(named)


@pytest.mark.spec("ISO/IEC 13888-1 8")
def test_what_goes_to_the_national_infrastructure_is_evident_too(
    country_a: CountryA, tmp_path, seal_file
) -> None:
    asked, answered = b"identifier=CANARY", b'{"resourceType":"Bundle"}'
    find = country_a.nation.find

    def found(ids, **more):
        target = "/fhir/Patient/_search"
        note_hop(NationalHop.of("fhir.lu", "POST", target, asked, answered))
        note_hop(NationalHop.of("fhir.lu", "GET", "/fhir/Patient/1", b"", None))
        return find(ids, **more)

    country_a.nation.find = found
    country_a.identify(EVA, "urn:uuid:asked-once")
    logged(country_a.store)
    folder = tmp_path / "out"
    arguments = ("--settings", EXAMPLE, "--output", folder)
    told = run("export", "urn:uuid:asked-once", *arguments)
    names = [Path(each).stem.split("-", 1)[1] for each in told.output.split()]
    assert names == [
        "NCPA_ITI-55_REQ_RECEIVED",
        "NCPA_NI_ITI-55_REQ_SENT_1",
        "NCPA_NI_ITI-55_RES_RECEIVED_1",
        "NCPA_NI_ITI-55_REQ_SENT_2",
    ]
    paths = list(map(Path, told.output.split()))
    message = tmp_path / "message"
    message.write_bytes(b"POST /fhir/Patient/_search\n" + asked)
    assert verified(paths[1], seal_file, "--message", message).exit_code == 0
    message.write_bytes(answered)
    assert verified(paths[2], seal_file, "--message", message).exit_code == 0
    assert verified(paths[1], seal_file, "--message", message).exit_code == 1
    assert b"CANARY" not in paths[1].read_bytes()


def test_outside_of_an_exchange_nobody_listens_for_hops() -> None:
    hop = NationalHop.of("fhir.lu", "GET", "/fhir/metadata", b"", None)
    note_hop(hop)
    with national_hops() as noted:
        note_hop(hop)
    note_hop(hop)
    assert noted == [hop]

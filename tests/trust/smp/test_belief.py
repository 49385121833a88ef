"""What is believed of a directory's answer; attacks by their names."""

from __future__ import annotations

import datetime as dt

import pytest
from lxml import etree

from tests.trust.pki import NOW, YEAR, certificate, key_usage, pins, rsa_key, seal
from tests.trust.smp.directory import (
    ASKED,
    DAY,
    DK,
    PUBLISHER,
    SEAL,
    XCPD,
    altered,
    information,
    published,
    publishers,
    seals,
    terms,
)
from trust.certificates import Purpose, SigningKey
from trust.decision import Reason
from trust.identifiers import CountryCode
from trust.smp import (
    FORMS,
    Carries,
    Identifier,
    ServiceInformation,
    SmpService,
    decide_metadata,
    entry_of,
    published_metadata,
    sealed_metadata,
    service_of,
)
from trust.smp.namespaces import SMP as SMP_NAMESPACE
from trust.smp.signature import METADATA_LIMITS, sign_document
from trust.xml import parse_xml


def reason(document: bytes, asked=ASKED, *, now=NOW, **changes) -> Reason:
    belief = decide_metadata(document, asked, terms(**changes), now)
    assert (belief.metadata is None) is not belief.decision.is_accepted
    return belief.decision.reason


def test_an_entry_with_both_signatures_is_believed_and_says_why():
    belief = decide_metadata(published(), ASKED, terms(), NOW)
    assert isinstance(belief.metadata, ServiceInformation)
    assert belief.metadata == information()
    told = " / ".join(belief.decision.evidence)
    for part in ("published by", "sealed by", "of DK", XCPD, "good until"):
        assert part in told


@pytest.mark.parametrize("service", SmpService)
def test_the_entry_of_every_service_is_written_and_read(service):
    address = "" if service is SmpService.SEARCH_MASK else XCPD
    entry = information(service, address)
    belief = decide_metadata(published(entry), entry_of(service, DK), terms(), NOW)
    assert belief.metadata == entry
    assert service_of(entry.entry.document) is service


def test_identifiers_compare_whatever_their_case():
    shouted = Identifier(
        ASKED.participant.scheme.upper(), ASKED.participant.value.upper()
    )
    assert shouted.matches(ASKED.participant)
    alias = FORMS[SmpService.AUTHENTICATION].alias
    assert alias is not None
    found = service_of(Identifier("ehealth-resid-qns", alias.upper()))
    assert found is SmpService.AUTHENTICATION


# Who signed ---------------------------------------------------------------------------


@pytest.mark.spec("fact sheet 02 7.2 row 32")
def test_attack_unknown_publisher():
    assert reason(published(publisher=seal("evil"))) is Reason.SIGNER_NOT_PINNED


@pytest.mark.spec("fact sheet 02 7.2 row 32")
def test_attack_published_by_the_seal_of_another_country():
    refused = reason(published(publisher=seal("lu")), publishers=seals())
    assert refused is Reason.CERTIFICATE_WRONG_PURPOSE


@pytest.mark.spec("fact sheet 06 6.3.8")
def test_attack_publishers_certificate_expired():
    key = rsa_key("old")
    old = SigningKey(key, certificate(key, valid_to=NOW - DAY, country="BE"))
    refused = reason(published(publisher=old), publishers=publishers(old))
    assert refused is Reason.CERTIFICATE_EXPIRED


@pytest.mark.spec("fact sheet 02 7.2 row 33")
def test_attack_sealed_by_another_country():
    refused = reason(published(sealed_by=seal("lu")))
    assert refused is Reason.SIGNER_OF_ANOTHER_COUNTRY


def test_attack_sealed_by_a_stranger():
    assert reason(published(sealed_by=seal("stranger"))) is Reason.SIGNER_NOT_PINNED


def test_attack_sealed_by_a_tls_certificate():
    tls = seal("tls")
    trusted = pins((tls.certificate, "DK", Purpose.TLS_SERVER))
    refused = reason(published(sealed_by=tls), seals=trusted)
    assert refused is Reason.CERTIFICATE_WRONG_PURPOSE


@pytest.mark.spec("fact sheet 02 7.2 row 33")
def test_attack_inner_signature_missing():
    root = parse_xml(sealed_metadata(information(), SEAL), METADATA_LIMITS)
    for signature in list(root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature")):
        signature.getparent().remove(signature)
    unsealed = published_metadata(etree.tostring(root), PUBLISHER)
    assert reason(unsealed) is Reason.SIGNATURE_ABSENT


def test_attack_outer_signature_missing():
    root = parse_xml(published(), METADATA_LIMITS)
    root.remove(root[1])
    assert reason(etree.tostring(root)) is Reason.SIGNATURE_ABSENT


# What was changed ---------------------------------------------------------------------


@pytest.mark.spec("fact sheet 02 7.2 row 33")
def test_attack_tampered_endpoint():
    changed = altered(published(), "ncp.example.dk", "ncp.example.ru")
    assert reason(changed) is Reason.DIGEST_MISMATCH


def test_attack_endpoint_tampered_by_the_publisher_itself():
    sealed = altered(
        sealed_metadata(information(), SEAL), "ncp.example.dk", "ncp.example.ru"
    )
    assert reason(published_metadata(sealed, PUBLISHER)) is Reason.DIGEST_MISMATCH


def test_attack_seal_moved_beside_content_it_never_covered():
    """The sealed entry hides in an Extension of one that nobody sealed."""
    sealed = parse_xml(sealed_metadata(information(), SEAL), METADATA_LIMITS)
    evil = parse_xml(
        sealed_metadata(information(address="https://evil.example.eu/x"), SEAL),
        METADATA_LIMITS,
    )
    signature = next(evil.iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    place = signature.getparent()
    place.remove(signature)
    place.append(sealed)
    wrapped = published_metadata(etree.tostring(evil), PUBLISHER)
    assert reason(wrapped) is Reason.SIGNATURE_FORM_REFUSED


def test_attack_a_second_seal_beside_the_first():
    root = parse_xml(sealed_metadata(information(), SEAL), METADATA_LIMITS)
    once = etree.tostring(root)
    place = etree.XPath(
        "smp:ServiceInformation/smp:Extension", namespaces={"smp": SMP_NAMESPACE}
    )
    twice = sign_document(once, place, seal("stranger"))
    refused = reason(published_metadata(twice, PUBLISHER))
    assert refused is Reason.SIGNATURE_FORM_REFUSED


@pytest.mark.parametrize("part", ["ServiceMetadata", "Signature"])
def test_attack_a_second_part_beside_the_signed_one(part):
    root = parse_xml(published(), METADATA_LIMITS)
    again = root[0] if part == "ServiceMetadata" else root[1]
    root.append(parse_xml(etree.tostring(again), METADATA_LIMITS))
    assert reason(etree.tostring(root)) is Reason.DIRECTORY_ENTRY_INVALID


@pytest.mark.parametrize(
    "document",
    [
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        b"no xml",
        b"",
        b"<a>" * 100,
        b"x" * (METADATA_LIMITS.max_bytes + 1),
    ],
    ids=["dtd", "text", "empty", "deep", "large"],
)
def test_attack_an_answer_that_is_no_plain_xml(document):
    assert reason(document) is Reason.DIRECTORY_ANSWER_UNUSABLE


def test_an_answer_of_another_kind_is_refused():
    assert reason(b"<ErrorResponse/>") is Reason.DIRECTORY_ENTRY_INVALID


# What it is about ---------------------------------------------------------------------


@pytest.mark.spec("fact sheet 02 7.2 row 33")
def test_attack_entry_of_another_service():
    other = published(information(SmpService.QUERY))
    assert reason(other) is Reason.DIRECTORY_ENTRY_OF_ANOTHER


@pytest.mark.spec("fact sheet 02 7.2 row 33")
def test_attack_entry_of_another_country_under_its_own_seal():
    luxembourg = CountryCode("LU")
    other = published(information(country=luxembourg), sealed_by=seal("lu"))
    assert reason(other) is Reason.SIGNER_OF_ANOTHER_COUNTRY


def test_attack_entry_of_another_country_under_the_seal_of_the_one_asked_for():
    other = published(information(country=CountryCode("LU")))
    assert reason(other) is Reason.DIRECTORY_ENTRY_OF_ANOTHER


@pytest.mark.spec("fact sheet 06 6.3.8")
def test_attack_stale_metadata_that_has_expired():
    old = published(information(expiration=NOW))
    assert reason(old) is Reason.DIRECTORY_ENTRY_EXPIRED
    assert reason(old, now=NOW - dt.timedelta(seconds=1)) is Reason.ACCEPTED


def test_an_entry_for_later_is_not_used_yet():
    later = published(information(activation=NOW + DAY))
    assert reason(later) is Reason.DIRECTORY_ENTRY_NOT_YET_ACTIVE
    assert reason(later, now=NOW + DAY) is Reason.ACCEPTED


@pytest.mark.spec("fact sheet 02 7.2 row 34")
@pytest.mark.parametrize(
    "address",
    [
        "http://ncp.example.dk/",
        "https://127.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.1.1/",
        "https://user@ncp.example.dk/",
        "https://ncp.example.dk:25/",
        "",
    ],
)
def test_attack_endpoint_inside_our_own_network(address):
    entry = published(information(address=address))
    assert reason(entry) is Reason.DIRECTORY_ADDRESS_REFUSED


def test_an_endpoint_certificate_out_of_time_or_use_is_refused():
    expired = certificate(rsa_key("endpoint"), valid_to=NOW - DAY)
    entry = published(information(certificate=expired))
    assert reason(entry) is Reason.CERTIFICATE_EXPIRED
    signs_only = certificate(
        rsa_key("endpoint"), extensions=[key_usage("key_cert_sign")]
    )
    entry = published(information(certificate=signs_only))
    assert reason(entry) is Reason.CERTIFICATE_WRONG_PURPOSE


def test_an_entry_without_the_certificate_its_service_needs_is_refused():
    entry = published(information(certificate=None))
    assert reason(entry) is Reason.DIRECTORY_ENTRY_INVALID


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("urn:XCPD::CrossGatewayPatientDiscovery<", "urn:other<"),
        ("urn:ihe:iti:2013:xcpd", "urn:ihe:iti:2013:xca"),
        (f"<EndpointURI>{XCPD}</EndpointURI>", ""),
        ("<Certificate>", "<Certificate>!"),
        ("<Certificate>", "<Certificate>AAAA"),
        ("2026-03-01T", "2026-13-01T"),
        ("2026-03-01T", "01.03.2026 "),
        ("ServiceInformation", "Information"),
        ("<ProcessList>", "<ProcessList><Process/>"),
        ("</EndpointURI>", "</EndpointURI><EndpointURI/>"),
        ('scheme="ehealth-resid-qns"', 'scheme=""'),
    ],
)
def test_an_entry_that_is_not_of_the_form_is_refused(old, new):
    """The country seals nonsense itself: no signature is in the way of the reading."""
    root = parse_xml(sealed_metadata(information(), SEAL), METADATA_LIMITS)
    signature = next(root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    signature.getparent().remove(signature)
    changed = altered(etree.tostring(root), old, new, count=2)
    place = etree.XPath("*/smp:Extension", namespaces={"smp": SMP_NAMESPACE})
    entry = published_metadata(sign_document(changed, place, SEAL), PUBLISHER)
    # Without an address the text of it is refused, which is as exact.
    assert reason(entry) in {
        Reason.DIRECTORY_ENTRY_INVALID,
        *([Reason.DIRECTORY_ADDRESS_REFUSED] if not new else []),
    }


def test_moments_are_read_with_and_without_zone_and_fraction():
    zoned = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    entry = information(activation=zoned, expiration=NOW + YEAR)
    belief = decide_metadata(published(entry), ASKED, terms(), NOW)
    assert isinstance(belief.metadata, ServiceInformation)
    assert belief.metadata.endpoint.activation == zoned


def test_every_service_says_which_certificate_it_carries():
    assert FORMS[SmpService.IDENTITY_PROVIDER].carries is Carries.SEAL
    assert FORMS[SmpService.SEARCH_MASK].carries is Carries.NONE
    assert {form.carries for form in FORMS.values()} == set(Carries)

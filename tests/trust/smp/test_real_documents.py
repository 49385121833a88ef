"""Entries and masks that countries really published, from public repositories.

``NCP_SMP_DOCUMENTS`` names a folder with, anywhere below it, signed service metadata
and search masks as XML files: those of the Cypriot deployment of OpenNCP, for one.
Every file is believed or refused, and for a refusal the reason is known.
"""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from tests.capabilities import missing, require_setting
from tests.trust.pki import pins
from trust.certificates import PinStore, Purpose, read_certificate
from trust.decision import Reason
from trust.identifiers import CountryCode
from trust.namespaces import DS
from trust.smp import (
    AddressRules,
    DirectoryRefused,
    EntryId,
    MetadataTerms,
    SearchMask,
    ServiceInformation,
    SmpService,
    country_of,
    decide_metadata,
    participant_of,
    read_search_mask,
    service_of,
    write_search_mask,
)
from trust.smp.namespaces import ISM, SMP
from trust.smp.reading import read_service_metadata
from trust.smp.signature import METADATA_LIMITS
from trust.xml import parse_xml

CAPABILITY = "real SMP documents"
# After the youngest of the entries became active, before the eldest signer expired.
THEN = dt.datetime(2021, 4, 1, tzinfo=dt.UTC)
TODAY = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
# Not among the default ports: the operator of a peer like this one must allow it.
PORTS = AddressRules(ports=frozenset({443, 8443, 9443}))


@cache
def documents(root_tag: str) -> tuple[bytes, ...]:
    folder = Path(require_setting("NCP_SMP_DOCUMENTS", CAPABILITY))
    found = []
    for path in sorted(folder.rglob("*.xml")):
        data = path.read_bytes()
        if parse_xml(data, METADATA_LIMITS).tag == root_tag:
            found.append(data)
    if not found:
        missing(CAPABILITY, f"no {root_tag} below {folder}")
    return tuple(found)


def signed() -> tuple[bytes, ...]:
    return documents(f"{{{SMP}}}SignedServiceMetadata")


def asked(document: bytes) -> EntryId:
    read = read_service_metadata(parse_xml(document, METADATA_LIMITS)[0])
    assert isinstance(read, ServiceInformation)
    return read.entry


def terms(document: bytes, country: str | None = None) -> MetadataTerms:
    """Pin exactly who signed this document; the country may be another one."""
    shown = [
        read_certificate(base64.b64decode("".join((each.text or "").split())))
        for each in parse_xml(document, METADATA_LIMITS).iter(
            f"{{{DS}}}X509Certificate"
        )
    ]
    own = country_of(asked(document).participant)
    return MetadataTerms(
        pins((shown[-1], "EU", Purpose.SMP_SIGNER)),
        pins((shown[0], country or str(own), Purpose.SEAL)),
        PORTS,
    )


def reason(
    document: bytes, what: EntryId, judged_by: MetadataTerms, now=THEN
) -> Reason:
    return decide_metadata(document, what, judged_by, now).decision.reason


def test_every_real_entry_verifies_with_both_signatures():
    for document in signed():
        what = asked(document)
        decision = decide_metadata(document, what, terms(document), THEN).decision
        assert decision.is_accepted, f"{what.document.value}: {decision.sentence}"
        assert service_of(what.document) is not None


def test_every_real_entry_is_refused_today_because_its_signer_expired():
    for document in signed():
        found = reason(document, asked(document), terms(document), TODAY)
        assert found is Reason.CERTIFICATE_EXPIRED


def test_a_real_entry_is_refused_without_a_pin_of_either_signer():
    nobody = PinStore(())
    for document in signed():
        judged_by = terms(document)
        what = asked(document)
        for changed in (
            replace(judged_by, publishers=nobody),
            replace(judged_by, seals=nobody),
        ):
            assert reason(document, what, changed) is Reason.SIGNER_NOT_PINNED


def test_a_real_entry_is_refused_under_the_seal_of_another_country():
    for document in signed():
        found = reason(document, asked(document), terms(document, "FR"))
        assert found is Reason.SIGNER_OF_ANOTHER_COUNTRY


def test_a_real_entry_is_not_taken_for_that_of_another_service():
    for document in signed():
        what = asked(document)
        fhir = SmpService.FHIR
        other = EntryId(what.participant, replace(what.document, value=f"urn:{fhir}"))
        found = reason(document, other, terms(document))
        assert found is Reason.DIRECTORY_ENTRY_OF_ANOTHER
        abroad = EntryId(participant_of(CountryCode("FR")), what.document)
        found = reason(document, abroad, terms(document))
        assert found is Reason.SIGNER_OF_ANOTHER_COUNTRY


def test_one_changed_letter_breaks_a_real_entry():
    for document in signed():
        judged_by, what = terms(document), asked(document)
        changed = document.replace(b"<ServiceDescription>", b"<ServiceDescription>X", 1)
        assert changed != document
        assert reason(changed, what, judged_by) is Reason.DIGEST_MISMATCH


def test_a_real_endpoint_on_an_unusual_port_needs_leave():
    for document in signed():
        if b":9443/" not in document:
            continue
        strict = replace(terms(document), endpoints=AddressRules())
        found = reason(document, asked(document), strict)
        assert found is Reason.DIRECTORY_ADDRESS_REFUSED


def mask_or_refusal(document: bytes) -> SearchMask | DirectoryRefused:
    try:
        return read_search_mask(parse_xml(document, METADATA_LIMITS))
    except DirectoryRefused as refused:
        return refused


def test_every_real_mask_is_read_and_written_again():
    countries = set()
    for document in documents(f"{{{ISM}}}searchFields"):
        mask = mask_or_refusal(document)
        if isinstance(mask, DirectoryRefused):
            # France published one without any country in it.
            assert mask.reason is Reason.DIRECTORY_MASK_INVALID
            assert "has no country" in mask.sentence
            continue
        written = parse_xml(write_search_mask(mask), METADATA_LIMITS)
        assert read_search_mask(written) == mask
        assert all(not each.fits("x" * 200 + "\n") for each in mask.patterns())
        countries.add(mask.country)
    assert "LU" in countries


def test_masks_of_the_old_form_are_refused_for_what_they_are():
    for document in documents("patientSearch"):
        with pytest.raises(DirectoryRefused) as refused:
            read_search_mask(parse_xml(document, METADATA_LIMITS))
        assert refused.value.reason is Reason.DIRECTORY_MASK_INVALID
        assert "searchFields" in refused.value.sentence
        assert etree.QName(parse_xml(document, METADATA_LIMITS)).namespace is None

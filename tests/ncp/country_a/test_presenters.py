"""Next of kin and first presenters, as the answering side lives with them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.store import Sighting
from tests.ncp.country_a.scene import DENMARK, EVA, NOW, CountryA, discovery, understood
from tests.ncp.country_a.test_responding_gateway import refusal_codes
from tests.trust import pki
from tests.trust.resign import resign, set_text
from trust.assertions import (
    AssertionPolicy,
    NextOfKin,
    build_nok_assertion,
    read_own_hcp,
)
from trust.certificates import CertificatePin, PinStore, Purpose
from trust.decision import Reason
from trust.identifiers import CountryCode

FINLAND = CountryCode("FI")
NEUTRAL = "urn:idp:countryB"
LENIENT = AssertionPolicy(require_issuer_country=False)
WITH_NOK = AssertionPolicy(accept_next_of_kin=True)


def nok_of(country: CountryA, hcp: bytes) -> bytes:
    return build_nok_assertion(
        read_own_hcp(hcp, key=country.seal, country=DENMARK),
        NextOfKin("kin-1", family_name="Planted"),
        country=DENMARK,
        key=country.seal,
        now=country.clock.now(),
        assertion_id=uuid.uuid4(),
    )


def subjects(country: CountryA) -> list[str]:
    return [each.subject for each in country.records()[-1].decisions]


# Next of kin


def test_an_identification_may_carry_a_next_of_kin_where_the_settings_say_so(build):
    country = build(assertion_policy=WITH_NOK)
    hcp = country.hcp()
    answer = country.send(
        Transaction.ITI_55, discovery(EVA), [hcp, nok_of(country, hcp)]
    )
    understood(answer)
    assert country.conditions() == [None]
    assert "next-of-kin assertion" in subjects(country)
    assert "Planted" not in repr(country.records())


def test_by_default_a_next_of_kin_is_not_served(country_a: CountryA):
    hcp = country_a.hcp()
    country_a.send(Transaction.ITI_55, discovery(EVA), [hcp, nok_of(country_a, hcp)])
    assert country_a.conditions() == [Reason.NOK_UNSUPPORTED]


def test_a_list_of_documents_never_carries_a_next_of_kin(build):
    country = build(assertion_policy=WITH_NOK)
    hcp, trc = country.assertions(EVA)
    body = write_document_query(DocumentQuery(EVA, (ClassCode.PATIENT_SUMMARY,)))
    country.send(Transaction.ITI_38, body, [hcp, trc, nok_of(country, hcp)])
    assert country.conditions() == [Reason.NOK_UNSUPPORTED]


# Who presented it first


def with_finland(country: CountryA) -> CountryA:
    """Let Finland in too, with keys of its own."""
    country.finnish_client = pki.certificate(pki.rsa_key("fi-client"), country="FI")
    country.finnish_seal = pki.seal("fi")
    pins = PinStore(
        CertificatePin.of(certificate, country=of, purpose=use, label=use)
        for certificate, of, use in (
            (country.client, DENMARK, Purpose.TLS_CLIENT),
            (country.seal.certificate, DENMARK, Purpose.SEAL),
            (country.finnish_client, FINLAND, Purpose.TLS_CLIENT),
            (country.finnish_seal.certificate, FINLAND, Purpose.SEAL),
        )
    )
    country.serve_by(replace(country.services, pins=pins))
    return country


def as_finland(country: CountryA) -> None:
    country.client = country.finnish_client


def test_the_same_assertion_in_new_messages_is_how_a_session_works(
    country_a: CountryA,
):
    hcp = country_a.hcp()
    for _ in range(3):
        country_a.send(Transaction.ITI_55, discovery(EVA), [hcp])
    assert country_a.conditions() == [None] * 3
    assert subjects(country_a).count("use of the assertions") == 1


def test_a_duplicate_is_served_whoever_claimed_its_assertions(country_a: CountryA):
    hcp, message_id = country_a.hcp(), uuid.uuid4().urn
    for _ in range(2):
        country_a.send(Transaction.ITI_55, discovery(EVA), [hcp], message_id)
    assert country_a.conditions() == [None, None]
    assert country_a.records()[-1].sighting is Sighting.DUPLICATE


def test_an_assertion_of_another_peer_is_refused_with_a_fault(build):
    country = with_finland(build(assertion_policy=LENIENT))
    # The same issuer and the same id, each sealed by the country that presents it.
    danish = resign(country.hcp(), set_text("//s:Issuer", NEUTRAL))
    finnish = resign(danish, seal="fi")
    country.send(Transaction.ITI_55, discovery(EVA), [danish])
    country.send(Transaction.ITI_55, discovery(EVA), [danish])
    assert country.conditions() == [None, None]
    danish_client = country.client
    as_finland(country)
    answer = country.send(Transaction.ITI_55, discovery(EVA), [finnish])
    assert country.conditions()[-1] == Reason.ASSERTION_OF_ANOTHER_PEER
    code, subcode = refusal_codes(answer)
    assert (code, subcode) == ("Sender", "InvalidSecurityToken")
    last = country.records()[-1].decisions[-1]
    assert "FI presents was presented by DK before" in last.sentence
    country.client = danish_client
    country.send(Transaction.ITI_55, discovery(EVA), [danish])
    assert country.conditions()[-1] is None


def test_a_refused_message_claims_nothing(build):
    country = with_finland(build(assertion_policy=LENIENT))
    danish = resign(country.hcp(), set_text("//s:Issuer", NEUTRAL))
    thief = country.client
    as_finland(country)
    country.send(Transaction.ITI_55, discovery(EVA), [danish])
    assert country.conditions() == [Reason.SIGNER_OF_ANOTHER_COUNTRY]
    country.client = thief
    country.send(Transaction.ITI_55, discovery(EVA), [danish])
    assert country.conditions()[-1] is None


def test_claims_are_over_when_the_assertions_are(build):
    country = with_finland(build(assertion_policy=LENIENT))
    first = resign(country.hcp(), set_text("//s:Issuer", NEUTRAL))
    country.send(Transaction.ITI_55, discovery(EVA), [first])
    gone = country.store.purge(NOW + timedelta(hours=4, minutes=1))
    assert gone["assertion_uses"] == 1


# What is on record


def test_policy_and_evidence_of_each_decision_are_on_record(country_a: CountryA):
    country_a.identify(EVA)
    [record] = country_a.records()
    decisions = {each.subject: each for each in record.decisions}
    assert decisions["HCP assertion"].policy == AssertionPolicy().statements
    assert any("leaf" in each for each in decisions["TLS peer"].evidence)
    [stored] = country_a.store.messages()
    assert country_a.store.message_of(stored.exchange_id) == stored
    assert country_a.store.message_of("nothing") is None

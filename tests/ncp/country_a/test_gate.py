"""A country that is switched off, and one whose seal has changed since it was read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from ncp.errors import PeerRefused, PolicyError, Refusal
from ncp.ihe.codes import Transaction
from ncp.ihe.iti55_xcpd import read_patient_discovery_response
from tests.ncp.country_a.scene import DENMARK, EVA, CountryA, understood
from tests.trust import pki
from trust.certificates import CertificatePin, CertificateTrust, PinStore, Purpose
from trust.decision import Reason
from trust.identifiers import CountryCode


@dataclass
class Gate:
    newer: CertificateTrust | None = None
    off: frozenset[Transaction] = frozenset()
    asked: list[CountryCode] = field(default_factory=list)

    def refuse_answering(self, country: CountryCode, transaction: Transaction) -> None:
        if transaction in self.off:
            raise PolicyError(Refusal.SERVICE_UNAVAILABLE, "it is switched off")

    def look_again(self, country: CountryCode) -> CertificateTrust | None:
        self.asked.append(country)
        return self.newer


@pytest.fixture
def gate(country_a: CountryA) -> Gate:
    made = Gate()
    country_a.serve_by(replace(country_a.services, gate=made))
    return made


def both_seals(country_a: CountryA, new) -> PinStore:
    return PinStore(
        CertificatePin.of(each, country=DENMARK, purpose=use, label=use)
        for each, use in (
            (country_a.client, Purpose.TLS_CLIENT),
            (country_a.seal.certificate, Purpose.SEAL),
            (new.certificate, Purpose.SEAL),
        )
    )


def test_a_seal_that_was_published_since_is_believed_with_the_same_message(
    country_a: CountryA, gate: Gate
) -> None:
    new = pki.seal("seal-2")
    gate.newer = both_seals(country_a, new)
    country_a.seal = new
    answer = read_patient_discovery_response(understood(country_a.identify(EVA)).body)
    assert [match.id for match in answer.matches] == [EVA]
    assert gate.asked == [DENMARK]


def test_a_seal_that_nobody_published_is_refused_as_before(
    country_a: CountryA, gate: Gate
) -> None:
    country_a.seal = pki.seal("seal-3")
    answer = read_patient_discovery_response(understood(country_a.identify(EVA)).body)
    assert answer.matches == ()
    assert answer.errors
    assert gate.asked == [DENMARK]
    assert country_a.conditions() == [Reason.SIGNER_NOT_PINNED]


def test_a_seal_that_is_known_costs_no_look_at_the_directory(
    country_a: CountryA, gate: Gate
) -> None:
    country_a.identify(EVA)
    assert gate.asked == []


@pytest.mark.spec("fact sheet 06 6.2")
def test_a_country_that_is_switched_off_is_answered_with_a_fault_and_recorded(
    country_a: CountryA, gate: Gate
) -> None:
    gate.off = frozenset({Transaction.ITI_55})
    with pytest.raises(PeerRefused):
        understood(country_a.identify(EVA))
    assert country_a.conditions() == [Refusal.SERVICE_UNAVAILABLE]
    entry, denial = country_a.store.audit_trail()
    assert entry.outcome != 0
    assert denial.event == "access-denied"

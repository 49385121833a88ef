"""Who signed an assertion: pinned, of this purpose, of this country, at this moment."""

from __future__ import annotations

import pytest

from tests.trust import pki
from tests.trust.assertions.cast import (
    FI,
    NOW,
    decide,
    envelope,
    hcp_bytes,
    own_hcp,
    seal_pins,
    trc_bytes,
)
from tests.trust.resign import (
    resign,
    set_text,
)
from trust.certificates import Purpose
from trust.decision import Reason


def test_a_signer_nobody_pinned_is_refused():
    evil = pki.seal("evil")
    belief = decide(envelope(hcp_bytes(key=evil), trc_bytes()))
    assert belief.decision.reason is Reason.SIGNER_NOT_PINNED
    assert belief.hcp is None
    belief = decide(
        envelope(hcp_bytes(), trc_bytes(key=evil, hcp=own_hcp(hcp_bytes())))
    )
    assert belief.decision.reason is Reason.SIGNER_NOT_PINNED
    assert belief.hcp is not None
    assert belief.trc is None


def test_a_certificate_of_the_same_authority_but_another_leaf_is_refused():
    key = pki.seal("seal")
    same_name = pki.certificate(key.private_key)
    pins = pki.pins((same_name, "DK", Purpose.SEAL))
    belief = decide(envelope(hcp_bytes(), trc_bytes()), pins=pins)
    assert belief.decision.reason is Reason.SIGNER_NOT_PINNED


def test_a_tls_certificate_cannot_seal():
    cert = pki.seal("seal").certificate
    pins = pki.pins((cert, "DK", Purpose.TLS_CLIENT), (cert, "DK", Purpose.TLS_SERVER))
    belief = decide(envelope(hcp_bytes(), trc_bytes()), pins=pins)
    assert belief.decision.reason is Reason.CERTIFICATE_WRONG_PURPOSE


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (NOW + pki.YEAR + pki.HOUR, Reason.CERTIFICATE_EXPIRED),
        (NOW - pki.YEAR - pki.HOUR, Reason.CERTIFICATE_NOT_YET_VALID),
    ],
)
def test_the_signer_must_be_valid_at_the_moment(moment, reason):
    message = envelope(
        hcp_bytes(now=moment), trc_bytes(own_hcp(hcp_bytes(now=moment)), now=moment)
    )
    assert decide(message, now=moment).decision.reason is reason


def test_an_assertion_presented_by_another_country_is_refused():
    belief = decide(envelope(hcp_bytes(), trc_bytes()), peer_country=FI)
    assert belief.decision.reason is Reason.SIGNER_OF_ANOTHER_COUNTRY
    assert belief.hcp is not None, "the audit names who was presented"


def test_a_trc_assertion_sealed_by_another_country_is_refused():
    finland = pki.seal("fi")
    pins = seal_pins(DK=pki.seal("seal"), FI=finland)
    trc = resign(
        trc_bytes(), set_text("//s:Issuer", "urn:initgw:FI:countryB"), seal="fi"
    )
    belief = decide(envelope(hcp_bytes(), trc), pins=pins)
    assert belief.decision.reason is Reason.SIGNER_OF_ANOTHER_COUNTRY
    binding = belief.decisions[-1]
    assert binding.reason is Reason.TRC_OF_ANOTHER_HCP


def test_old_and_new_seal_of_one_country_may_overlap():
    new = pki.ec_seal("seal-ec")
    pins = pki.pins(
        (pki.seal("seal").certificate, "DK", Purpose.SEAL),
        (new.certificate, "DK", Purpose.SEAL),
    )
    hcp = hcp_bytes(key=new)
    trc = trc_bytes(own_hcp(hcp, key=new))
    assert decide(envelope(hcp, trc), pins=pins).decision.is_accepted

"""The token service of country B: vouches for a treatment relationship that is stated.

A health professional says that he or she treats a patient, or speaks with a next of kin
of one; the service makes an assertion of it, bound to the professional's own HCP
assertion and never outliving it. Who asks, and whether he may, is decided here; how the
question came (inside the gateway, or as WS-Trust) is not known here.

Spec: eHDSI SAML profile (Wave 7), TRC and NoK assertion / WS-Trust 1.3 §4 (issuance).
Seen: OpenNCP 9 TRC-STS checks neither the signer's origin nor who calls.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from trust.assertions import (
    AssertionPolicy,
    HcpAssertion,
    NextOfKin,
    NokAssertion,
    PurposeOfUse,
    SecurityBelief,
    TrcAssertion,
    build_nok_assertion,
    build_trc_assertion,
    decide_security_header,
    read_own_nok,
    read_own_trc,
)
from trust.assertions.checks import check_hcp
from trust.assertions.policy import NOK_LIFETIME, TRC_LIFETIME
from trust.assertions.refused import AssertionRefused
from trust.certificates import CertificateTrust, SigningKey
from trust.decision import Reason, TrustDecision, deny
from trust.identifiers import CountryCode, PatientId

_SUBJECT: Final = "request for a token"


@dataclass(frozen=True, slots=True)
class TreatmentClaims:
    """What a professional states of a treatment.

    ``purpose_of_use`` is that of the HCP assertion where it is None.
    """

    patient: PatientId = field(repr=False)
    purpose_of_use: PurposeOfUse | None = None
    prescription_id: str | None = field(default=None, repr=False)
    dispensation_pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class IssuedTrc:
    """A TRC assertion: the signed bytes, and what they say."""

    data: bytes = field(repr=False)
    assertion: TrcAssertion


@dataclass(frozen=True, slots=True)
class IssuedNok:
    """A next-of-kin assertion: the signed bytes, and what they say."""

    data: bytes = field(repr=False)
    assertion: NokAssertion


@dataclass(frozen=True, slots=True)
class TokenService:
    """Issues assertions in the name of one country.

    Attributes
    ----------
    seal
        Signs what is issued.
    requestors
        Whose HCP assertions are taken: our own seal, and identity providers of this
        country that were named. Never the seals of other countries.
    """

    country: CountryCode
    seal: SigningKey = field(repr=False)
    requestors: CertificateTrust = field(repr=False)
    policy: AssertionPolicy = field(default_factory=AssertionPolicy)
    trc_lifetime: timedelta = TRC_LIFETIME
    nok_lifetime: timedelta = NOK_LIFETIME

    def decide_requestor(
        self, envelope: etree._Element, now: datetime
    ) -> SecurityBelief:
        """Decide about the HCP assertion that a request shows.

        Exactly one assertion may be there: what else would be shown has no part in a
        request, and a reader that takes the wrong one would be deceived.
        """
        belief = decide_security_header(
            envelope,
            trc_required=False,
            peer_country=self.country,
            pins=self.requestors,
            policy=self.policy,
            now=now,
        )
        if belief.decision.is_accepted and belief.trc is not None:
            refused = deny(
                _SUBJECT,
                Reason.SECURITY_HEADER_FOREIGN_CONTENT,
                "a TRC assertion stands beside the HCP assertion, which must be alone",
                now,
            )
            return _denied(belief, refused)
        return belief

    def issue_trc(
        self,
        hcp: HcpAssertion,
        claims: TreatmentClaims,
        *,
        now: datetime,
        assertion_id: uuid.UUID,
    ) -> IssuedTrc:
        """Vouch for a treatment relationship.

        Parameters
        ----------
        hcp
            Verified: read from a believed request, or sealed by ourselves.

        Raises
        ------
        AssertionRefused
            The HCP assertion is over, weak, or not of this country.
        ValueError
            A text cannot be written in XML.
        """
        self._check(hcp, now)
        data = build_trc_assertion(
            hcp,
            claims.patient,
            country=self.country,
            key=self.seal,
            now=now,
            purpose_of_use=claims.purpose_of_use or hcp.purpose_of_use,
            assertion_id=assertion_id,
            lifetime=self.trc_lifetime,
            prescription_id=claims.prescription_id,
            dispensation_pin=claims.dispensation_pin,
        )
        return IssuedTrc(data, read_own_trc(data, key=self.seal, country=self.country))

    def issue_nok(
        self,
        hcp: HcpAssertion,
        next_of_kin: NextOfKin,
        *,
        now: datetime,
        assertion_id: uuid.UUID,
    ) -> IssuedNok:
        """Vouch for a next of kin; raises like :meth:`issue_trc`."""
        self._check(hcp, now)
        data = build_nok_assertion(
            hcp,
            next_of_kin,
            country=self.country,
            key=self.seal,
            now=now,
            assertion_id=assertion_id,
            lifetime=self.nok_lifetime,
        )
        return IssuedNok(data, read_own_nok(data, key=self.seal, country=self.country))

    def _check(self, hcp: HcpAssertion, now: datetime) -> None:
        if hcp.signer_country != self.country:
            raise AssertionRefused(
                Reason.SIGNER_OF_ANOTHER_COUNTRY,
                f"the HCP assertion is sealed by {hcp.signer_country}; here only "
                f"{self.country} vouches for its own professionals",
            )
        check_hcp(hcp, self.policy, now)
        # Nothing is begun in the minute that clocks may differ by at the end.
        if now >= hcp.not_on_or_after:
            raise AssertionRefused(
                Reason.ASSERTION_EXPIRED,
                "the HCP assertion expired at "
                f"{hcp.not_on_or_after.isoformat()}; log in again",
            )


def _denied(belief: SecurityBelief, decision: TrustDecision) -> SecurityBelief:
    return SecurityBelief(
        decision,
        (*belief.decisions, decision),
        belief.hcp,
        belief.trc,
        belief.nok,
    )

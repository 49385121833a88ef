"""What is learnt of one exchange while it is answered, so that all of it is recorded.

The one mutable value of country A: it lives as long as the request and is read once, by
:mod:`ncp.country_a.record`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509

from ncp.audit import TranslationEvent
from ncp.country_a.claims import Claims
from ncp.country_a.pivoting import translations_of
from ncp.country_a.use_case import BelievedRequest
from ncp.errors import Condition, NcpError, TrustError
from ncp.evidence.national_hops import NationalHop
from ncp.exchange import InboundHttp, OutboundHttp
from ncp.figures import Stages
from ncp.ihe.codes import Transaction
from ncp.ihe.soap import SoapMessage
from ncp.restraint import HeldBack
from ncp.store import Sighting
from trust.assertions import HcpAssertion
from trust.certificates import CertificateBelief
from trust.decision import TrustDecision
from trust.identifiers import CountryCode


@dataclass(slots=True)
class Trace:
    """The story of one exchange.

    Attributes
    ----------
    moment
        The instant all checks speak about.
    answer_id
        The MessageID of whatever is answered. It is the trace id too: log, record and
        the peer's own log know the exchange by it.
    transaction, unread_message_id
        As far as they could be read of a message that was refused.
    peer
        The verdict on the TLS peer.
    hcp
        Set once the HCP assertion itself is verified, even if the whole is refused.
    claims
        What is claimed with the record.
    condition, sentence
        Why the request was refused, in the operator's words.
    translations
        Documents that were brought to other codes, or could not be.
    national
        What was asked of this country's own infrastructure.
    request
        Set once it is believed.
    is_held_back
        A rule against abuse keeps it from being answered.
    """

    http: InboundHttp
    moment: datetime
    answer_id: str
    stages: Stages = field(default_factory=Stages)
    message: SoapMessage | None = None
    transaction: Transaction | None = None
    unread_message_id: str | None = None
    peer: CertificateBelief | None = None
    hcp: HcpAssertion | None = None
    body_hash: str | None = None
    sighting: Sighting = Sighting.NEW
    decisions: list[TrustDecision] = field(default_factory=list)
    claims: Claims = field(default_factory=Claims)
    condition: Condition | None = None
    sentence: str | None = None
    translations: list[TranslationEvent] = field(default_factory=list)
    national: Sequence[NationalHop] = ()
    request: BelievedRequest | None = None
    is_held_back: bool = False

    @property
    def country(self) -> CountryCode | None:
        """The asking country; None where the TLS peer is not believed."""
        return self.peer.country if self.peer else None

    @property
    def peer_certificate(self) -> x509.Certificate | None:
        """The certificate of the TLS peer, believed or not, where it could be read."""
        return self.peer.certificate if self.peer else None

    def decide(self, decision: TrustDecision) -> None:
        """Note a decision of trust, once."""
        if decision not in self.decisions:
            self.decisions.append(decision)

    def translate(self, event: TranslationEvent) -> None:
        """Note what became of the codes of a document, once."""
        if event not in self.translations:
            self.translations.append(event)

    def refuse(self, error: NcpError) -> None:
        """Note why the request is refused."""
        if isinstance(error, TrustError):
            self.decide(error.decision)
        for event in translations_of(error):
            self.translate(event)
        self.condition = error.refusal
        self.is_held_back = isinstance(error, HeldBack)
        self.sentence = f"{error.public_message} {error.remedy}".strip()

    @property
    def message_id(self) -> str | None:
        """The request's MessageID, where it could be read."""
        if self.message is None:
            return self.unread_message_id
        return self.message.addressing.message_id

    def told(self, answer: OutboundHttp) -> dict[str, Any]:
        """Return the story as JSON values, for the exchange folder."""
        return {
            "transaction": self.transaction,
            "receivedAt": self.http.received_at.isoformat(),
            "peerAddress": self.http.peer.address,
            "country": self.country,
            "messageId": self.message_id,
            "sighting": self.sighting,
            "condition": self.condition,
            "sentence": self.sentence,
            "requestContentType": self.http.content_type,
            "responseContentType": answer.payload.content_type,
            "httpStatus": answer.status,
            "decisions": [
                {
                    "subject": decision.subject,
                    "verdict": decision.verdict,
                    "reason": decision.reason,
                    "sentence": decision.sentence,
                    "moment": decision.moment.isoformat(),
                    "evidence": decision.evidence,
                    "policy": decision.policy,
                }
                for decision in self.decisions
            ],
        }

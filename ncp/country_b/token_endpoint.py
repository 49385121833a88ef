"""The token service as WS-Trust, for a national portal that speaks it.

The portal is known by the professional's token of the national door, like everybody
there; the HCP assertion in the message must be believed besides, and be that very
professional's.

Spec: WS-Trust 1.3 §4 / sheet 02 §3 (national token services).
Seen: OpenNCP 9 TRC-STS takes whatever assertion reaches it, from whoever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from ncp.answers.of_sts import sts_answer_for
from ncp.audit import TokenKind
from ncp.country_b.tokens import TokenCall, TokenDesk
from ncp.errors import NcpError, PolicyError, ProtocolError, Refusal, TrustError
from ncp.exchange import HttpPayload, OutboundHttp
from ncp.ihe.soap import write_fault
from ncp.ihe.wstrust import TokenRequest, read_token_request, write_token_response
from ncp.store import Sighting
from trust.assertions import HcpAssertion, HealthProfessional
from trust.decision import TrustDecision
from trust.sts import IssuedNok, IssuedTrc, TreatmentClaims

_log = structlog.get_logger(__name__)
_PARAMETERS = {TokenKind.TRC: "TRCParameters", TokenKind.NOK: "NoKParameters"}


@dataclass(frozen=True, slots=True)
class TokenMessage:
    """A request as it came in at the national door, with who is behind its token."""

    professional: HealthProfessional
    kind: TokenKind
    payload: HttpPayload
    soap_action: str | None
    address: str | None


class TokenEndpoint:
    """Answers requests for tokens; one serves all threads."""

    def __init__(self, desk: TokenDesk) -> None:
        self._desk = desk

    def answer(self, message: TokenMessage) -> OutboundHttp:
        """Answer with an assertion, or with a fault that says why there is none."""
        request: TokenRequest | None = None
        try:
            request = read_token_request(message.payload, message.soap_action)
            return self._issued(message, request)
        except NcpError as error:
            _log.warning("sts.refused", reason=error.refusal.value)
            return self._fault(error, request)

    def _issued(self, message: TokenMessage, request: TokenRequest) -> OutboundHttp:
        desk, now = self._desk, self._desk.clock.now()
        call = TokenCall(
            professional_id=message.professional.identifier,
            source_address=message.address,
            request_message_id=request.message_id,
            request_header=request.security_header,
            response_message_id=desk.fresh_ids.uuid().urn,
        )
        hcp = self._believed(message, request, call, now)
        claims = request.claims
        if isinstance(claims, TreatmentClaims):
            return _response(request, call, desk.issue_trc(hcp, claims, call))
        return _response(request, call, desk.issue_nok(hcp, claims, call))

    def _believed(
        self,
        message: TokenMessage,
        request: TokenRequest,
        call: TokenCall,
        now: datetime,
    ) -> HcpAssertion:
        belief = self._desk.service.decide_requestor(request.envelope, now)
        try:
            hcp = _accepted(belief.decision, belief.hcp)
            _check_requestor(hcp, message)
            _check_kind(request, message)
            self._check_fresh(request)
        except NcpError as error:
            self._desk.record_refusal(request.claims, belief.hcp, call, error)
            raise
        return hcp

    def _check_fresh(self, request: TokenRequest) -> None:
        """Refuse a MessageID that another request bore; the same one may come again."""
        sighting = self._desk.store.sighting(
            self._desk.identity.country, request.message_id, request.body_hash
        )
        if sighting is Sighting.CONFLICT:
            raise ProtocolError(
                Refusal.MESSAGE_ID_REUSED,
                "the MessageID was already used for another request",
                "make a new one for each request",
            )

    def _fault(self, error: NcpError, request: TokenRequest | None) -> OutboundHttp:
        status, payload = write_fault(
            sts_answer_for(error),
            message_id=self._desk.fresh_ids.uuid().urn,
            relates_to=None if request is None else request.message_id,
            header=getattr(error, "header", None),
        )
        return OutboundHttp(status, payload)


def _accepted(decision: TrustDecision, hcp: HcpAssertion | None) -> HcpAssertion:
    if hcp is None or not decision.is_accepted:
        raise TrustError(decision)
    return hcp


def _check_requestor(hcp: HcpAssertion, message: TokenMessage) -> None:
    if hcp.name_id != message.professional.identifier:
        raise PolicyError(
            Refusal.ISSUE_REQUESTOR_OTHER,
            "the HCP assertion is of another professional than the one whose token "
            "opened this door",
            "ask with the token of the professional whom the assertion names",
        )


def _check_kind(request: TokenRequest, message: TokenMessage) -> None:
    is_trc = isinstance(request.claims, TreatmentClaims)
    kind = TokenKind.TRC if is_trc else TokenKind.NOK
    if kind is not message.kind:
        raise ProtocolError(
            Refusal.ISSUE_UNSUPPORTED,
            f"{_PARAMETERS[kind]} are not served at this address",
            f"this one is for {_PARAMETERS[message.kind]}",
        )


def _response(
    request: TokenRequest, call: TokenCall, issued: IssuedTrc | IssuedNok
) -> OutboundHttp:
    return OutboundHttp(
        200,
        write_token_response(
            issued.data,
            created=issued.assertion.issue_instant,
            expires=issued.assertion.not_on_or_after,
            message_id=call.response_message_id or "",
            relates_to=request.message_id,
            context=request.context,
        ),
    )

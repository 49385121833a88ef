"""Issues assertions and records that it did, before anybody holds one.

Both ways lead here: a professional who confirms a treatment through our own door, and a
national portal that asks by WS-Trust. The order is always the same: the professional's
limit, the assertion, the record; what is not recorded does not leave.

Spec: eHDSI audit profile, EHDSI-91, -92 and -96 (sheet 06 1.2, 1.3) / ARCHITECTURE "The
way of a request".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias, TypeVar

from ncp.audit import (
    AlertKind,
    AuditError,
    AuditOutcome,
    ExchangeAlert,
    TokenEvent,
    TokenKind,
    human_requestor,
    is_denial,
)
from ncp.errors import NcpError, PolicyError, ProtocolError, Refusal, TrustError
from ncp.identity import GatewayIdentity
from ncp.ports import Clock, FreshIds
from ncp.store import IssueLimit, RecordStore, UnitOfWork
from trust.assertions import HcpAssertion, NextOfKin, PurposeOfUse
from trust.certificates import subject_name
from trust.decision import TrustRefused, deny
from trust.sts import IssuedNok, IssuedTrc, TokenService, TreatmentClaims

Issued = TypeVar("Issued", IssuedTrc, IssuedNok)
Claims: TypeAlias = TreatmentClaims | NextOfKin
_STATED: Final = "the professional states an emergency"
AlsoTrc: TypeAlias = Callable[[UnitOfWork, IssuedTrc], None]
"""What belongs into the same commit as the record of an issue."""


@dataclass(frozen=True, slots=True)
class TokenCall:
    """How a request came, for the record; the gateway itself calls without a message.

    Attributes
    ----------
    professional_id
        Who is behind the token of the national door: the limit counts by it.
    source_address
        None where the gateway asks itself.
    """

    professional_id: str = field(repr=False)
    source_address: str | None = None
    request_message_id: str | None = None
    request_header: bytes | None = field(default=None, repr=False)
    response_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class TokenDesk:
    """The token service with its limit and its record; one serves all threads."""

    identity: GatewayIdentity
    service: TokenService
    store: RecordStore
    clock: Clock
    fresh_ids: FreshIds
    limit: IssueLimit

    def issue_trc(
        self,
        hcp: HcpAssertion,
        claims: TreatmentClaims,
        call: TokenCall,
        also: AlsoTrc | None = None,
    ) -> IssuedTrc:
        """Vouch for a treatment relationship that the professional states.

        Raises
        ------
        PolicyError
            The professional's limit is reached.
        TrustError
            The HCP assertion does not do any more.
        StoreUnavailable
            It could not be recorded; no assertion leaves.
        """
        now = self.clock.now()
        return self._issue(
            claims,
            hcp,
            call,
            now,
            lambda: self.service.issue_trc(
                hcp, claims, now=now, assertion_id=self.fresh_ids.uuid()
            ),
            also or _nothing_else,
        )

    def issue_nok(
        self, hcp: HcpAssertion, next_of_kin: NextOfKin, call: TokenCall
    ) -> IssuedNok:
        """Vouch for a next of kin; raises like :meth:`issue_trc`."""
        now = self.clock.now()
        return self._issue(
            next_of_kin,
            hcp,
            call,
            now,
            lambda: self.service.issue_nok(
                hcp, next_of_kin, now=now, assertion_id=self.fresh_ids.uuid()
            ),
            _nothing_else,
        )

    def record_vouched(self, hcp: HcpAssertion, call: TokenCall) -> None:
        """Commit that the gateway vouches for a professional, before it is shown.

        Raises
        ------
        StoreUnavailable
            It could not be recorded; the assertion may not leave.
        """
        event = self._event(
            None,
            hcp,
            call,
            self.clock.now(),
            outcome=AuditOutcome.SUCCESS,
            assertion_id=hcp.id,
        )
        with self.store.unit_of_work() as work:
            work.audit(event)
            work.commit()

    def record_refusal(
        self,
        claims: Claims,
        hcp: HcpAssertion | None,
        call: TokenCall,
        error: NcpError,
    ) -> None:
        """Commit that somebody asked and was refused."""
        refused = AuditError(error.refusal.value, error.public_message)
        event = self._event(
            claims,
            hcp,
            call,
            self.clock.now(),
            outcome=AuditOutcome.MAJOR_FAILURE,
            errors=(refused,),
        )
        with self.store.unit_of_work() as work:
            work.audit(event)
            if is_denial(error.refusal):
                sentence = error.public_message
                work.audit(ExchangeAlert.denied(event, error.refusal, sentence))
            work.commit()

    def _issue(
        self,
        claims: Claims,
        hcp: HcpAssertion,
        call: TokenCall,
        now: datetime,
        make: Callable[[], Issued],
        also: Callable[[UnitOfWork, Issued], None],
    ) -> Issued:
        try:
            self._claim_place(call, now)
            issued = _made(make, now)
        except NcpError as error:
            self.record_refusal(claims, hcp, call, error)
            raise
        event = self._event(
            claims,
            hcp,
            call,
            now,
            outcome=AuditOutcome.SUCCESS,
            assertion_id=issued.assertion.id,
        )
        with self.store.unit_of_work() as work:
            work.audit(event)
            if event.purpose_of_use == PurposeOfUse.EMERGENCY.value:
                work.audit(ExchangeAlert(AlertKind.EMERGENCY_STARTED, event, _STATED))
            also(work, issued)
            work.commit()
        return issued

    def _claim_place(self, call: TokenCall, now: datetime) -> None:
        free_at = self.store.claim_issue(call.professional_id, self.limit)
        if free_at is not None:
            wait_s = max(1, round((free_at - now).total_seconds()))
            raise PolicyError(
                Refusal.ISSUE_LIMIT_REACHED,
                f"this professional was issued {self.limit.most} assertions in "
                f"{self.limit.window}, and no more are",
                f"wait {wait_s} seconds; if this is honest work, raise [sts] in the "
                "settings",
            )

    def _event(
        self,
        claims: Claims | None,
        hcp: HcpAssertion | None,
        call: TokenCall,
        moment: datetime,
        *,
        outcome: AuditOutcome,
        errors: tuple[AuditError, ...] = (),
        assertion_id: str | None = None,
    ) -> TokenEvent:
        identity = self.identity
        return TokenEvent(
            kind=_kind(claims),
            moment=moment,
            outcome=outcome,
            audit_source=identity.audit_source,
            point_of_care=None if hcp is None else hcp.organization or hcp.locality,
            human=None if hcp is None else human_requestor(hcp),
            consumer_dn=identity.tls_client_dn,
            provider_dn=subject_name(self.service.seal.certificate),
            source_address=call.source_address or identity.node_address,
            provider_address=identity.node_address,
            patients=(claims.patient,) if isinstance(claims, TreatmentClaims) else (),
            next_of_kin=claims.id if isinstance(claims, NextOfKin) else None,
            assertion_id=assertion_id,
            request_message_id=call.request_message_id,
            response_message_id=None if errors else call.response_message_id,
            request_header=call.request_header,
            errors=errors,
            purpose_of_use=_purpose(claims, hcp),
        )


def _made(make: Callable[[], Issued], now: datetime) -> Issued:
    try:
        return make()
    except TrustRefused as refused:
        raise TrustError(
            deny("request for a token", refused.reason, refused.sentence, now)
        ) from refused
    except ValueError as error:
        # The writer names the element and never repeats its text.
        raise ProtocolError(
            Refusal.ISSUE_CLAIMS_INVALID, f"a claim cannot be written: {error}"
        ) from error


def _nothing_else(_work: UnitOfWork, _issued: IssuedTrc | IssuedNok) -> None:
    """Add nothing to the record."""


def _kind(claims: Claims | None) -> TokenKind:
    if claims is None:
        return TokenKind.HCP
    is_trc = isinstance(claims, TreatmentClaims)
    return TokenKind.TRC if is_trc else TokenKind.NOK


def _purpose(claims: Claims | None, hcp: HcpAssertion | None) -> str | None:
    stated = claims.purpose_of_use if isinstance(claims, TreatmentClaims) else None
    if stated is not None:
        return stated.value
    return None if hcp is None else hcp.purpose_of_use.value

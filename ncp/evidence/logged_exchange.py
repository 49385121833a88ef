"""What the log says of an exchange, and what is evident from it of each message.

It is read from the very bytes that were logged, by us and by others alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ncp.evidence.endings import DELIVERED
from ncp.evidence.exchange_evidence import ExchangeEvidence, WireMessage
from ncp.evidence.rem import EvidenceKind, MessageEvidence, Party

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNKNOWN = "unknown"
_INBOUND = "inbound"


@dataclass(frozen=True, slots=True)
class LoggedExchange:
    """The facts of a record that evidence is made of.

    Attributes
    ----------
    is_inbound
        Whether the request came in.
    condition
        Why it was refused or failed; None where it was answered.
    """

    exchange_id: str
    is_inbound: bool
    transaction: str | None
    peer: str | None
    condition: str | None
    received_at: datetime
    recorded_at: datetime
    evidence: ExchangeEvidence

    @classmethod
    def from_record(cls, record: bytes) -> LoggedExchange:
        """Read the bytes of a record as they are hashed for the log.

        Raises
        ------
        ValueError
            It is no record of an exchange, or of before evidence was kept.
        """
        # What is sealed stands behind the JSON.
        said, _ = json.JSONDecoder().raw_decode(record.decode("latin-1"))
        if said.get("") != "messages" or "evidence" not in said:
            raise ValueError("the record holds no evidence of an exchange")
        is_answered = said["outcome"] in DELIVERED
        return cls(
            said["exchange_id"],
            said["direction"] == _INBOUND,
            said.get("transaction_code"),
            said.get("peer"),
            None if is_answered else said.get("condition", said["outcome"]),
            _moment(said["received_at"]),
            _moment(said["recorded_at"]),
            ExchangeEvidence.from_text(said["evidence"]),
        )

    def messages(self, own: Party) -> Iterator[MessageEvidence]:
        """Yield what is evident of the request, of the response, and of each hop.

        Parameters
        ----------
        own
            Our gateway.
        """
        peer = Party(self.peer or _UNKNOWN, self.evidence.peer_certificate)
        for part, message in (
            ("REQ", self.evidence.request),
            ("RES", self.evidence.response),
        ):
            if message is None:
                continue
            is_ours = self.is_inbound == (part == "RES")
            yield MessageEvidence(
                EvidenceKind.ORIGIN if is_ours else EvidenceKind.RECEIPT,
                self._subject(part, is_ours=is_ours),
                self.exchange_id,
                message,
                sender=own if is_ours else peer,
                recipient=peer if is_ours else own,
                submitted_at=self.received_at,
                recorded_at=self.recorded_at,
                rejection=self._rejection(part),
            )
        yield from self._national(own)

    def _national(self, own: Party) -> Iterator[MessageEvidence]:
        """Yield what is evident of each hop; it goes by the id of the request."""
        asked = self.evidence.request
        identifier = None if asked is None else asked.message_id
        for number, hop in enumerate(self.evidence.national, 1):
            server = Party(hop.host)
            request = WireMessage(identifier, hop.request_sha256, hop.request_length)
            sent = f"NCPA_NI_{self.transaction}_REQ_SENT_{number}"
            yield self._hop(EvidenceKind.ORIGIN, sent, request, own, server)
            if hop.response_sha256 is None or hop.response_length is None:
                continue
            response = WireMessage(identifier, hop.response_sha256, hop.response_length)
            received = f"NCPA_NI_{self.transaction}_RES_RECEIVED_{number}"
            yield self._hop(EvidenceKind.RECEIPT, received, response, server, own)

    def _hop(
        self,
        kind: EvidenceKind,
        subject: str,
        message: WireMessage,
        sender: Party,
        recipient: Party,
    ) -> MessageEvidence:
        return MessageEvidence(
            kind,
            subject,
            self.exchange_id,
            message,
            sender=sender,
            recipient=recipient,
            submitted_at=self.received_at,
            recorded_at=self.recorded_at,
        )

    def _subject(self, part: str, *, is_ours: bool) -> str:
        side = "NCPA" if self.is_inbound else "NCPB"
        way = "SENT" if is_ours else "RECEIVED"
        return f"{side}_{self.transaction or 'UNREAD'}_{part}_{way}"

    def _rejection(self, part: str) -> str | None:
        """Return why a message was rejected by who received it.

        A request of ours that was answered, whatever was answered, has arrived; of an
        answer of ours nobody tells what becomes of it.
        """
        if self.is_inbound:
            return self.condition if part == "REQ" else None
        if part == "REQ" and self.evidence.response is not None:
            return None
        return self.condition


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)

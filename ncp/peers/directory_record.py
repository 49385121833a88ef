"""Records each question to a directory and each change there, before it counts.

What could not be recorded is not used: the store's error goes to whoever asked.

Spec: fact sheet 06 §1.2, §1.3 (EHDSI-193, EHDSI-194; EHDSI-93 for lists).
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self, TypeAlias
from urllib.parse import urlsplit

from ncp.audit import (
    AdministrationAct,
    AdministrationEvent,
    Auditable,
    AuditError,
    AuditOutcome,
    DirectoryAct,
    DirectoryEvent,
)
from ncp.errors import NcpError
from ncp.ports import Clock
from ncp.settings.key_pairs import load_chain
from ncp.settings.model import Settings
from trust.certificates import subject_name
from trust.decision import Reason, TrustDecision
from trust.smp import EntryId, LookedUp, SmpService, country_of, service_of

WriteRecord: TypeAlias = Callable[[Auditable], None]
"""Returns when the event is durable; raises where it is not."""

_LONGEST_ADDRESS: Final = 2_048
_OUTCOMES: Final = {
    Reason.ACCEPTED: AuditOutcome.SUCCESS,
    # The directory answered, and has nothing there.
    Reason.DIRECTORY_ENTRY_ABSENT: AuditOutcome.MINOR_FAILURE,
    Reason.DIRECTORY_UNREACHABLE: AuditOutcome.SERIOUS_FAILURE,
    Reason.TRUST_LIST_UNAVAILABLE: AuditOutcome.SERIOUS_FAILURE,
}


@dataclass(frozen=True, slots=True)
class RecordingNode:
    """Who we are in these records.

    Attributes
    ----------
    operator
        Who has a command run; None for the gateway itself.
    """

    audit_source: str
    address: str
    consumer_dn: str
    operator: str | None = None

    @classmethod
    def of(cls, settings: Settings, operator: str | None = None) -> Self:
        """Return who we are by the settings."""
        client = load_chain(settings.keys.tls_client, "keys.tls_client")[0]
        return cls(
            settings.gateway.audit_source,
            socket.gethostname(),
            subject_name(client),
            operator,
        )


@dataclass(frozen=True, slots=True)
class DirectoryRecord:
    """Writes one event for each question, each change, each list taken over."""

    write: WriteRecord
    node: RecordingNode
    clock: Clock

    def asked(self, entry: EntryId, found: LookedUp) -> None:
        """Record a question and what came of it."""
        sought = found.address or entry.path
        self._record(
            DirectoryAct.QUERY, _entry_name(entry), sought, decision=found.decision
        )

    def wrote(self, entry: EntryId, address: str, error: NcpError | None) -> None:
        """Record a change at the server that publishes, or that it was refused."""
        self._record(DirectoryAct.PUSH, _entry_name(entry), address, error=error)

    def took_list(self, location: str, about: str, decision: TrustDecision) -> None:
        """Record that a trust list was fetched, and whether it was believed."""
        self._record(DirectoryAct.IMPORT, about, location, decision=decision)

    def proposed(self, name: str, digest: str) -> None:
        """Record that an operator proposed to write; nothing is written yet."""
        self.write(
            self._proposal(name, digest, "was proposed", self.node.operator, None)
        )

    def approved(self, name: str, digest: str, proposer: str) -> None:
        """Record that a second operator approves, before anything is written."""
        approver = self.node.operator
        self.write(self._proposal(name, digest, "was approved", proposer, approver))

    def _proposal(
        self,
        name: str,
        digest: str,
        became: str,
        operator: str | None,
        approver: str | None,
    ) -> AdministrationEvent:
        return AdministrationEvent(
            act=AdministrationAct.CONFIGURATION,
            moment=self.clock.now(),
            outcome=AuditOutcome.SUCCESS,
            audit_source=self.node.audit_source,
            application="ncp smp publish",
            changed=f"urn:ncp:publication:{name}",
            description=f"what is published of this gateway: a change {became}",
            operator=operator,
            approver=approver,
            after=digest,
        )

    def _record(
        self,
        act: DirectoryAct,
        about: str,
        address: str,
        *,
        decision: TrustDecision | None = None,
        error: NcpError | None = None,
    ) -> None:
        event = DirectoryEvent(
            act=act,
            moment=self.clock.now(),
            outcome=_outcome(decision, error),
            audit_source=self.node.audit_source,
            about=about,
            address=address[:_LONGEST_ADDRESS],
            consumer_dn=self.node.consumer_dn,
            source_address=self.node.address,
            provider=_host(address),
            operator=self.node.operator,
            errors=tuple(_errors(decision, error)),
        )
        self.write(event)


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None  # what a directory led to need not be an address


def _outcome(decision: TrustDecision | None, error: NcpError | None) -> AuditOutcome:
    if error is not None:
        return AuditOutcome.MAJOR_FAILURE
    if decision is None:
        return AuditOutcome.SUCCESS
    return _OUTCOMES.get(decision.reason, AuditOutcome.MAJOR_FAILURE)


def _errors(decision: TrustDecision | None, error: NcpError | None) -> list[AuditError]:
    if error is not None:
        return [AuditError(error.refusal.value, error.public_message)]
    if decision is None or decision.is_accepted:
        return []
    return [AuditError(decision.reason.value, decision.sentence)]


def _entry_name(entry: EntryId) -> str:
    service: SmpService | None = service_of(entry.document)
    name = "unknown service" if service is None else service.value
    return f"{name} of {country_of(entry.participant) or 'nobody known'}"

"""Carries recorded events from the outbox to one audit repository.

A letter names its event; what is sent is made of the record when it is sent, in the
form that the repository expects, and signed where it expects that.

Spec: IHE ITI TF-2 3.20 (Record Audit Event) / sheet 06 §2.2 (signature), §2.4.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from lxml import etree

from ncp.audit.forms import AuditForm, in_form
from ncp.audit_forwarding.connection import ConnectionFailed, Line, send
from ncp.audit_forwarding.syslog import Origin, frame, syslog_message
from ncp.store.outbox import Letter, NotDelivered
from ncp.store.records import AuditTrailEntry
from trust.certificates import SigningKey
from trust.smp.signature import sign_document
from trust.xml import XmlRefused

_ROOT: Final = etree.XPath("/AuditMessage")


class AuditTrail(Protocol):
    """Where recorded events are read."""

    def audit_event(self, event_id: str) -> AuditTrailEntry | None:
        """Return the event of this id, or None where there is none any more."""
        ...


@dataclass(frozen=True, slots=True)
class Repository:
    """An audit repository and what it expects.

    Attributes
    ----------
    seal
        Gives the key that signs; None where it expects unsigned messages.
    context
        Gives the TLS context of the next connection, with the keys of that moment.
    """

    line: Line
    form: AuditForm
    origin: Origin
    seal: Callable[[], SigningKey] | None
    context: Callable[[], ssl.SSLContext]


class RepositoryCarrier:
    """The way to one repository; a :class:`~ncp.jobs.courier.Carrier`."""

    def __init__(self, trail: AuditTrail, repository: Repository) -> None:
        self._trail = trail
        self._repository = repository

    def carry(self, letters: Sequence[Letter]) -> int:
        """Send the events of letters in their order; return how many arrived.

        Raises
        ------
        NotDelivered
            Not proven, or an event cannot be sent as it is (then those before it were).
        """
        frames: list[bytes] = []
        for letter in letters:
            try:
                frames.append(self._frame(letter))
            except NotDelivered as failure:
                self._send(frames)
                raise NotDelivered(
                    failure.sentence, proven=len(frames), is_final=True
                ) from failure
        self._send(frames)
        return len(frames)

    def _send(self, frames: Sequence[bytes]) -> None:
        if not frames:
            return
        try:
            send(self._repository.line, self._repository.context(), frames)
        except ConnectionFailed as failure:
            raise NotDelivered(failure.sentence) from failure

    def _frame(self, letter: Letter) -> bytes:
        event = self._trail.audit_event(letter.id)
        if event is None:
            raise NotDelivered("its record is gone: its time was over")
        try:
            body = self._body(event.dicom)
        except XmlRefused as refused:
            raise NotDelivered("its record cannot be read") from refused
        return frame(syslog_message(body, event.recorded_at, self._repository.origin))

    def _body(self, event: bytes) -> bytes:
        body = in_form(event, self._repository.form)
        seal = self._repository.seal
        return body if seal is None else sign_document(body, _ROOT, seal())

"""One question to another country, and what was understood of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

from ncp.audit import AuditError
from ncp.evidence import Part, ShownAssertion
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.ebxml import PeerError
from ncp.ihe.soap import Attachment, SoapMessage
from ncp.peers.directory import Peer, Service
from ncp.store import UnitOfWork
from trust.assertions import HcpAssertion
from trust.identifiers import PatientId
from trust.xml import Element

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of whom, in whose name.

    Attributes
    ----------
    assertions
        Signed bytes in the order HCP, TRC.
    patients, documents
        Whom and what it is about, for the record.
    message_id
        Set where the very same message may have been sent before.
    """

    transaction: Transaction
    peer: Peer
    body: Element
    assertions: tuple[bytes, ...] = field(repr=False)
    hcp: HcpAssertion
    patients: tuple[PatientId, ...] = field(repr=False)
    documents: tuple[str, ...] = field(default=(), repr=False)
    document_kind: ClassCode | None = None
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)
    message_id: str | None = None
    submission_set: str | None = None

    @property
    def service(self) -> Service:
        """The service of the peer that answers it."""
        return Service.of(self.transaction)


@dataclass(frozen=True, slots=True)
class Understood(Generic[T]):
    """An answer in our terms, with the facts of its record.

    Attributes
    ----------
    errors
        What the peer reported beside the result: warnings, or nobody found.
    remarks
        What we have to say about the result, for the record: code and sentence.
    kept
        Parts for the exchange folder.
    also
        What belongs into the same commit as the record.
    remark
        What the record says beside the answer.
    """

    value: T
    has_result: bool
    patients: tuple[PatientId, ...] = field(default=(), repr=False)
    documents: tuple[str, ...] = field(default=(), repr=False)
    errors: tuple[PeerError, ...] = ()
    is_no_match: bool = False
    remarks: tuple[AuditError, ...] = ()
    kept: Mapping[str, Part] = field(default_factory=dict, repr=False)
    also: Callable[[UnitOfWork], None] | None = None
    remark: str | None = None


Reader: TypeAlias = Callable[[SoapMessage], Understood[T]]


@dataclass(frozen=True, slots=True)
class Sent:
    """A question as it went out.

    Attributes
    ----------
    assertions
        Those it shows.
    """

    moment: datetime
    message_id: str
    header: bytes | None = field(repr=False)
    query: bytes = field(repr=False)
    body_hash: str
    assertions: tuple[ShownAssertion, ...] = ()

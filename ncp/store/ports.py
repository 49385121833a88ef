"""What the use cases need from memory; :class:`ncp.store.Store` provides it.

Spec: ARCHITECTURE "The way of a request": audit and outcome in one commit, before the
answer leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from ncp.audit import Auditable
from ncp.store.foreign_dispensations import (
    ForeignDispensation,
    ForeignDispensationReader,
)
from ncp.store.outbox.letters import Destination, Letter
from ncp.store.records import (
    IssuedDocument,
    ListedEntry,
    MessageRecord,
    SentSubmission,
    Sighting,
    Treatment,
)
from ncp.store.restraints import Count, Hold, RestraintBook
from ncp.store.token_issues import IssueLimit
from trust.assertions import AssertionUse
from trust.identifiers import CountryCode, PatientId


class UnitOfWork(Protocol):
    """Collects what belongs together; nothing is written before :meth:`commit`."""

    def message(self, record: MessageRecord) -> None:
        """Record the exchange."""
        ...

    def audit(self, event: Auditable) -> None:
        """Record an audit event."""
        ...

    def sighting(self, peer: CountryCode, message_id: str, body_hash: str) -> None:
        """Claim an inbound MessageID that was not seen before.

        Where somebody was faster, the commit fails (:class:`ncp.store.StoreConflict`).
        """
        ...

    def presented(self, uses: Sequence[AssertionUse]) -> None:
        """Claim assertions that nobody has presented; fails like :meth:`sighting`."""
        ...

    def issued_document(self, document: IssuedDocument) -> None:
        """Remember a document id that is given out; a later listing replaces it."""
        ...

    def treatment(self, treatment: Treatment) -> None:
        """Remember a treatment; the same handle replaces it."""
        ...

    def listed_entry(self, entry: ListedEntry) -> None:
        """Remember an entry of a peer's list."""
        ...

    def submission(self, sent: SentSubmission) -> None:
        """Remember a submission; the same handle replaces it."""
        ...

    def received_entry(self, entry: ListedEntry) -> None:
        """Remember an entry together with its document, in place of the entry alone."""
        ...

    def foreign_dispensation(self, kept: ForeignDispensation) -> None:
        """Remember a dispensation in place of the version before.

        Where that is not the newest any more, or its prescription is live elsewhere,
        the commit fails (:class:`ncp.store.StoreConflict`).
        """
        ...

    def post(self, letter: Letter, to: Destination) -> None:
        """Put a letter into the outbox; call it once for each destination."""
        ...

    def count(self, counted: Sequence[Count]) -> None:
        """Count what happened, for the rules against abuse."""
        ...

    def uncount(self, thing: str, item: str) -> None:
        """Forget an item that was counted with a thing."""
        ...

    def hold(self, hold: Hold) -> None:
        """Remember that a rule was broken, with the exchange that did."""
        ...

    def commit(self) -> None:
        """Write all of it and return when it is durable.

        Raises
        ------
        ncp.store.StoreUnavailable
            None of it is recorded for certain; no answer may leave.
        """
        ...


class IssuedDocuments(Protocol):
    """Reads the document ids given out."""

    def find(
        self, document_id: str, patient: PatientId | None = None
    ) -> IssuedDocument | None:
        """Return the living binding of an id, the one to ``patient`` if there is one.

        The answer may be bound to another patient: compare before use.
        """
        ...


class Treatments(Protocol):
    """Reads the treatments of country B."""

    def load(self, handle: str) -> Treatment | None:
        """Return the treatment, or None where it is unknown or has expired."""
        ...


class ListedEntries(Protocol):
    """Reads the list entries of country B."""

    def load(self, treatment_handle: str, handle: str) -> ListedEntry | None:
        """Return the entry of that treatment, or None (unknown, expired, another's)."""
        ...


class SentSubmissions(Protocol):
    """Reads the submissions of country B."""

    def load(self, handle: str) -> SentSubmission | None:
        """Return the submission, or None where it is unknown or has expired."""
        ...


class RecordStore(Protocol):
    """The memory of the gateway."""

    @property
    def issued_documents(self) -> IssuedDocuments: ...

    @property
    def treatments(self) -> Treatments: ...

    @property
    def listed_entries(self) -> ListedEntries: ...

    @property
    def sent_submissions(self) -> SentSubmissions: ...

    @property
    def restraints(self) -> RestraintBook: ...

    @property
    def foreign_dispensations(self) -> ForeignDispensationReader: ...

    def unit_of_work(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a unit of work; leaving it without a commit writes nothing."""
        ...

    def sighting(
        self, peer: CountryCode, message_id: str | None, body_hash: str
    ) -> Sighting:
        """Claim an inbound MessageID and say whether it was seen before.

        Of identical requests at the same instant exactly one is ``NEW``.
        """
        ...

    def seen(
        self, peer: CountryCode, message_id: str | None, body_hash: str
    ) -> Sighting:
        """Say whether an inbound MessageID was seen before, and claim nothing."""
        ...

    def presenters(
        self, uses: Sequence[AssertionUse]
    ) -> tuple[CountryCode | None, ...]:
        """Say who presented each assertion first, if anybody did; claim nothing."""
        ...

    def first_presenters(self, uses: Sequence[AssertionUse]) -> tuple[CountryCode, ...]:
        """Claim assertions for who presents them; say who presented each first.

        Spec: :class:`trust.assertions.AssertionUses`, which the store implements.
        """
        ...

    def claim_issue(self, professional_id: str, limit: IssueLimit) -> datetime | None:
        """Count one more assertion for a professional; durable when it returns.

        Returns None, or where the limit is reached the moment at which there is room
        again; then nothing was counted.
        """
        ...

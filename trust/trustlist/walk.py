"""Walks from the lists that were configured to those they point to, within bounds.

Nothing is believed because something unbelieved points to it: each step begins at a
believed list and goes to a list signed by who that list names. Where a list of lists
has changed its signers, the way there leads over its pivots: older issues, each signed
by who the one before named, the first by who was configured.

A list that was believed stays so until its own NextUpdate: a newer copy that cannot be
had, or is refused, does not displace it.

Spec: ETSI TS 119 612 §5.3.13 (pointers) / ETSI TS 119 615 §4.1 (list of lists, pivots),
§4.2 (lists of members).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from cryptography import x509

from trust.certificates import fingerprint_of
from trust.decision import Reason, TrustDecision, TrustRefused, deny
from trust.trustlist.belief import (
    ExpectedList,
    KnownList,
    TrustListBelief,
    TrustListPolicy,
    decide_trust_list,
)
from trust.trustlist.codes import LOTL_MEDIA_TYPE
from trust.trustlist.model import ListPointer, TrustList
from trust.trustlist.signature import read_signer, verify_trust_list
from trust.xml import XmlRefused


class ListUnavailable(Exception):  # noqa: N818 - the field's word for it
    """A list could not be fetched; the text says why."""


class ListSource(Protocol):
    """Fetches lists, within limits of size and time."""

    def fetch(self, location: str) -> bytes:
        """Return what stands there now; raises :class:`ListUnavailable`."""
        ...


class ListMemory(Protocol):
    """Keeps the last good copy of each list, and what may not be older any more."""

    def known(self, location: str) -> KnownList | None:
        """Return what was believed last from there."""
        ...

    def last_good(self, location: str) -> bytes | None:
        """Return the copy that was believed last."""
        ...

    def keep(self, location: str, data: bytes, known: KnownList) -> None:
        """Keep a copy that was believed, durably."""
        ...


@dataclass(frozen=True, slots=True)
class Party:
    """A list that is trusted from the start, and how far to follow it.

    Attributes
    ----------
    signers
        Who may sign it, or could sign its oldest pivot.
    territories
        Whose lists are followed; None means everybody's.
    """

    name: str
    location: str
    signers: tuple[x509.Certificate, ...] = field(repr=False)
    territories: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class WalkBounds:
    """How far a walk goes; what lies beyond is told and not fetched."""

    most_lists: int = 100
    deepest: int = 3
    most_pivots: int = 16


@dataclass(frozen=True, slots=True)
class ListFinding:
    """What became of one list.

    Attributes
    ----------
    belief
        The verdict on the copy that counts; None where there is no copy at all.
    problem
        Why the newest copy does not count, where an older one stands in for it or none
        does. An operator is told; nobody is let through by it.
    """

    party: str
    location: str
    territory: str | None
    decision: TrustDecision
    belief: TrustListBelief | None
    problem: TrustDecision | None = None

    @property
    def trust_list(self) -> TrustList | None:
        """The list, where it is believed."""
        return None if self.belief is None else self.belief.trust_list


class TrustListWalk:
    """Walks the lists of several parties; one instance for one walk."""

    def __init__(
        self,
        source: ListSource,
        memory: ListMemory,
        now: datetime,
        policy: TrustListPolicy | None = None,
        bounds: WalkBounds | None = None,
    ) -> None:
        self._source = source
        self._memory = memory
        self._now = now
        self._policy = policy or TrustListPolicy()
        self._bounds = bounds or WalkBounds()
        self._seen: set[tuple[str, frozenset[str]]] = set()

    def walk(self, parties: Sequence[Party]) -> Iterator[ListFinding]:
        """Go to every list that the parties' lists lead to, each once."""
        for party in parties:
            step = _Step(party.location, ExpectedList(party.signers), party.name)
            yield from self._visit(party, step, depth=1)

    def _visit(self, party: Party, step: _Step, depth: int) -> Iterator[ListFinding]:
        if step.key in self._seen:
            return
        finding = self._find(step, depth)
        yield finding
        content = finding.trust_list
        if content is None:
            return
        for pointer in _to_follow(content, party, step.location):
            yield from self._visit(party, _step(pointer, party.name), depth + 1)

    def _find(self, step: _Step, depth: int) -> ListFinding:
        bounds = self._bounds
        if depth > bounds.deepest or len(self._seen) >= bounds.most_lists:
            beyond = self._deny(
                step,
                Reason.TRUST_LIST_OUT_OF_BOUNDS,
                f"it lies beyond {bounds.deepest} steps or {bounds.most_lists} lists "
                "and was not fetched",
            )
            return step.found(beyond, None, beyond)
        self._seen.add(step.key)
        expected = replace(step.expected, known=self._memory.known(step.location))
        fresh = self._fresh(step, expected, is_root=depth == 1)
        if isinstance(fresh, TrustListBelief) and fresh.decision.is_accepted:
            return step.found(fresh.decision, fresh, None)
        problem = fresh.decision if isinstance(fresh, TrustListBelief) else fresh
        return self._stand_in(step, problem)

    def _fresh(
        self, step: _Step, expected: ExpectedList, *, is_root: bool
    ) -> TrustListBelief | TrustDecision:
        try:
            data = self._source.fetch(step.location)
        except ListUnavailable as error:
            return self._deny(step, Reason.TRUST_LIST_UNAVAILABLE, str(error))
        belief = self._decide(step, data, expected)
        if is_root and belief.decision.reason is Reason.SIGNER_NOT_PINNED:
            successors = self._over_pivots(step, data)
            if successors is not None:
                belief = self._decide(step, data, replace(expected, signers=successors))
        if belief.known is not None:
            self._memory.keep(step.location, data, belief.known)
        return belief

    def _stand_in(self, step: _Step, problem: TrustDecision) -> ListFinding:
        """Judge the last good copy anew; time may have passed over it too."""
        data = self._memory.last_good(step.location)
        if data is None:
            return step.found(problem, None, problem)
        belief = self._decide(step, data, step.expected)
        if belief.decision.reason is Reason.SIGNER_NOT_PINNED:
            successors = self._over_pivots(step, data)
            if successors is not None:
                terms = replace(step.expected, signers=successors)
                belief = self._decide(step, data, terms)
        decision = belief.decision if belief.decision.is_accepted else problem
        return step.found(decision, belief, problem)

    # Pivots -------------------------------------------------------------------------

    def _over_pivots(
        self, step: _Step, data: bytes
    ) -> tuple[x509.Certificate, ...] | None:
        """Return who may sign after all handovers; None where a handover is broken."""
        signers, has_begun = step.expected.signers, False
        for location in self._pivots(step, data):
            belief = self._pivot(step, location, signers)
            content = None if belief is None else belief.trust_list
            if content is not None:
                signers, has_begun = _named_for(content), True
            elif has_begun:
                # From the first that holds, every handover must.
                return None
        return signers if has_begun else None

    def _pivot(
        self, step: _Step, location: str, signers: tuple[x509.Certificate, ...]
    ) -> TrustListBelief | None:
        try:
            data = self._source.fetch(location)
        except ListUnavailable:
            return None
        terms = replace(step.expected, signers=signers, must_be_current=False)
        return self._decide(step, data, terms)

    def _pivots(self, step: _Step, data: bytes) -> list[str]:
        """Return the pivots that the list names, oldest first.

        The list is not believed yet. It only says where to look: what is found there is
        believed for its own signature.
        """
        try:
            content = verify_trust_list(data, lambda _: None).content
        except (TrustRefused, XmlRefused):
            return []
        folder = step.location.rpartition("/")[0]
        found = [
            uri
            for uri in content.information
            if uri.endswith(".xml") and uri.rpartition("/")[0] == folder
        ]
        # The scheme's information names the newest first (TS 119 615 §4.1).
        return found[: self._bounds.most_pivots][::-1]

    # Deciding -----------------------------------------------------------------------

    def _decide(
        self, step: _Step, data: bytes, expected: ExpectedList
    ) -> TrustListBelief:
        return decide_trust_list(
            data, expected, self._policy, self._now, subject=step.subject
        )

    def _deny(self, step: _Step, reason: Reason, sentence: str) -> TrustDecision:
        return deny(step.subject, reason, sentence, self._now)


@dataclass(frozen=True, slots=True)
class _Step:
    """A list to go to, and what it must be."""

    location: str
    expected: ExpectedList
    party: str

    @property
    def subject(self) -> str:
        return f"trust list of {self.expected.territory or self.party}"

    @property
    def key(self) -> tuple[str, frozenset[str]]:
        """What makes it another step: one party cannot spend another's visit."""
        signers = frozenset(map(fingerprint_of, self.expected.signers))
        return self.location, signers

    def found(
        self,
        decision: TrustDecision,
        belief: TrustListBelief | None,
        problem: TrustDecision | None,
    ) -> ListFinding:
        territory = self.expected.territory
        if territory is None and belief is not None and belief.verified is not None:
            territory = belief.verified.content.territory
        return ListFinding(
            self.party, self.location, territory, decision, belief, problem
        )


def expected_by(pointer: ListPointer) -> ExpectedList:
    """Return what the list behind a pointer of a believed list is held against."""
    return ExpectedList(
        _certificates(pointer.certificates), pointer.territory, pointer.list_type
    )


def _step(pointer: ListPointer, party: str) -> _Step:
    return _Step(pointer.location, expected_by(pointer), party)


def _to_follow(
    content: TrustList, party: Party, location: str
) -> Iterator[ListPointer]:
    for pointer in content.pointers:
        is_wanted = party.territories is None or pointer.territory in party.territories
        # The same list is published for people too, as PDF.
        is_xml = pointer.media_type in {None, LOTL_MEDIA_TYPE}
        if is_wanted and is_xml and not _is_own(pointer, content, location):
            yield pointer


def _named_for(content: TrustList) -> tuple[x509.Certificate, ...]:
    """Return who may sign the next issue: its pointer to itself says so."""
    return tuple(
        certificate
        for pointer in content.pointers
        if _is_own(pointer, content, None)
        for certificate in _certificates(pointer.certificates)
    )


def _is_own(pointer: ListPointer, content: TrustList, location: str | None) -> bool:
    if pointer.location == location:
        return True
    scheme = (content.territory, content.list_type)
    return content.is_list_of_lists and (pointer.territory, pointer.list_type) == scheme


def _certificates(ders: Sequence[bytes]) -> tuple[x509.Certificate, ...]:
    """Read those that can be read: the others cannot sign anything."""
    found = []
    for der in ders:
        try:
            found.append(read_signer(der))
        except TrustRefused:
            continue
    return tuple(found)

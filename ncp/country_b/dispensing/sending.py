"""Sends a dispensation or its discard, with every state on disk before its step.

intent -> sent -> known, refused or unknown. The intent is committed before a byte
leaves, the answer together with the record of the exchange. What was begun and not
heard of is unknown; who tries again sends the same bytes under the same ids, and the
other country tells its first result.

Spec: sheet 06 §7.3 / ARCHITECTURE "Duplicates are normal", "Dispensation".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ncp.answers import codes_for
from ncp.country_b.dispensing.details import Details, read_details, write_details
from ncp.country_b.dispensing.register_letters import Act, register_letter
from ncp.country_b.dispensing.services import PharmacyServices
from ncp.country_b.dispensing.values import Step
from ncp.country_b.submit import Sender, submit
from ncp.errors import (
    NcpError,
    PeerRefused,
    PeerUnavailable,
    PolicyError,
    ProtocolError,
    Refusal,
)
from ncp.ihe.codes import ClassCode, Transaction
from ncp.store import (
    DispensationState,
    ForeignDispensation,
    StoreConflict,
    UnitOfWork,
)

_DONE_BEFORE: Final = codes_for(Refusal.PRESCRIPTION_DISPENSED, Transaction.ITI_41)
_PERHAPS_OURS: Final = (
    "It may be this very {deed} that was booked the first time: ask the other "
    "country's service desk, and say here what it answered."
)


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to a prescription abroad, and the states it goes through.

    Attributes
    ----------
    refused, untouched
        Where it stands after a refusal, and where nothing has left.
    """

    name: str
    operation: ClassCode
    act: Act
    sending: DispensationState
    unknown: DispensationState
    done: DispensationState
    refused: DispensationState
    untouched: DispensationState


DISPENSE: Final = Deed(
    "dispensation",
    ClassCode.EDISPENSATION,
    Act.DISPENSED,
    sending=DispensationState.SENDING,
    unknown=DispensationState.UNKNOWN,
    done=DispensationState.DISPENSED,
    refused=DispensationState.REFUSED,
    untouched=DispensationState.PREPARED,
)
DISCARD: Final = Deed(
    "discard",
    ClassCode.DISCARD,
    Act.DISCARDED,
    sending=DispensationState.DISCARDING,
    unknown=DispensationState.DISCARD_UNKNOWN,
    done=DispensationState.DISCARDED,
    refused=DispensationState.DISPENSED,
    untouched=DispensationState.DISPENSED,
)


def deed_of(state: DispensationState) -> Deed | None:
    """Return the deed of which it is not known what became; None where all is known."""
    for deed in (DISPENSE, DISCARD):
        if state in {deed.sending, deed.unknown}:
            return deed
    return None


@dataclass(frozen=True, slots=True)
class Sending:
    """One attempt at a deed, by one person."""

    services: PharmacyServices
    deed: Deed
    sender: Sender
    by: str
    why: str = ""

    def carry_out(self, kept: ForeignDispensation) -> ForeignDispensation:
        """Do it, and return the dispensation as it stands now.

        Raises
        ------
        PolicyError
            Somebody else is at it, or the prescription is dispensed elsewhere.
        StoreUnavailable
            What became of it could not be recorded: the state is unknown.
        """
        was_begun = kept.state.is_open
        claimed = self._claim(kept)
        answered: list[ForeignDispensation] = []

        def also(work: UnitOfWork) -> None:
            done = settle_done(work, self.services, self.deed, claimed, self.by, "")
            answered.append(done)

        try:
            submit(
                self.services.initiating,
                self.sender,
                self.deed.operation,
                claimed.document,
                also,
            )
        except PeerRefused as error:
            return self._refused(claimed, error, was_begun=was_begun)
        except PeerUnavailable as error:
            return self._unheard(claimed, error, was_begun=was_begun)
        except (PolicyError, ProtocolError) as error:
            self._unheard(claimed, error, was_begun=was_begun)
            raise
        return answered[-1]

    def _claim(self, kept: ForeignDispensation) -> ForeignDispensation:
        now = self._now()
        if kept.claimed_until is not None and kept.claimed_until > now:
            raise in_progress(kept.claimed_until)
        until = now + self.services.policy.claim
        claimed = self._next(kept, self.deed.sending, self.why, until)
        try:
            self._commit(claimed)
        except StoreConflict as error:
            raise self._overtaken(kept) from error
        return claimed

    def _overtaken(self, kept: ForeignDispensation) -> PolicyError:
        """Say why the intent could not be written: changed, or live elsewhere."""
        store = self.services.initiating.store
        live = store.foreign_dispensations.live(kept.country, kept.prescription)
        if live in {None, kept.handle}:
            return in_progress()
        return PolicyError(
            Refusal.PRESCRIPTION_DISPENSED,
            "the prescription is, or may be, dispensed already in this country",
            "Look at its other dispensation.",
        )

    def _refused(
        self, claimed: ForeignDispensation, error: PeerRefused, *, was_begun: bool
    ) -> ForeignDispensation:
        if was_begun and self._is_perhaps_ours(error):
            hint = _PERHAPS_OURS.format(deed=self.deed.name)
            sentence = f"{error.public_message} {hint}"
            return self._settled(claimed, self.deed.unknown, sentence)
        return self._settled(claimed, self.deed.refused, error.public_message)

    def _is_perhaps_ours(self, error: PeerRefused) -> bool:
        """Whether a peer that does not know repeated messages may mean our first one.

        A discard that was begun before and is refused now tells nothing: it may have
        been booked then.
        """
        return self.deed is DISCARD or bool(_DONE_BEFORE.intersection(error.codes))

    def _unheard(
        self, claimed: ForeignDispensation, error: NcpError, *, was_begun: bool
    ) -> ForeignDispensation:
        is_unknown = was_begun or error.refusal is Refusal.SUBMISSION_STATE_UNKNOWN
        state = self.deed.unknown if is_unknown else self.deed.untouched
        return self._settled(claimed, state, error.public_message)

    def _settled(
        self, claimed: ForeignDispensation, state: DispensationState, sentence: str
    ) -> ForeignDispensation:
        settled = self._next(claimed, state, sentence)
        self._commit(settled)
        return settled

    def _next(
        self,
        kept: ForeignDispensation,
        state: DispensationState,
        sentence: str,
        claimed_until: datetime | None = None,
    ) -> ForeignDispensation:
        step = Step(state, self._now(), self.by, sentence)
        return following(self.services, kept, step, claimed_until=claimed_until)

    def _commit(self, kept: ForeignDispensation) -> None:
        with self.services.initiating.store.unit_of_work() as work:
            work.foreign_dispensation(kept)
            work.commit()

    def _now(self) -> datetime:
        return self.services.initiating.clock.now()


def settle_done(
    work: UnitOfWork,
    services: PharmacyServices,
    deed: Deed,
    kept: ForeignDispensation,
    by: str,
    sentence: str,
) -> ForeignDispensation:
    """Put into a commit that a deed is done, with the letter to the register."""
    now = services.initiating.clock.now()
    details = read_details(kept)
    if deed is DISPENSE:
        details = replace(details, dispensed_at=now)
    done = following(services, kept, Step(deed.done, now, by, sentence), details)
    work.foreign_dispensation(done)
    if services.register is not None:
        letter = register_letter(deed.act, done, details, now)
        work.post(letter, services.register)
    return done


def following(
    services: PharmacyServices,
    kept: ForeignDispensation,
    step: Step,
    details: Details | None = None,
    *,
    claimed_until: datetime | None = None,
) -> ForeignDispensation:
    """Return the next version of a dispensation: the one after a step."""
    known = (details or read_details(kept)).with_step(step)
    return replace(
        kept,
        version=kept.version + 1,
        state=step.state,
        claimed_until=claimed_until,
        changed_at=step.moment,
        details=write_details(known),
        delete_after=delete_after(services, step),
    )


def delete_after(services: PharmacyServices, step: Step) -> datetime:
    """Return when a dispensation that came to a state may go."""
    policy = services.policy
    is_draft = step.state is DispensationState.PREPARED
    return step.moment + (policy.draft if is_draft else policy.kept)


def in_progress(claimed_until: datetime | None = None) -> PolicyError:
    """Make the refusal for a dispensation that somebody else works on.

    Where the gateway was killed, that somebody is gone, and only the end of the claim
    says so: whoever waits is told when that is.
    """
    remedy = "Look at its state in a minute, and go on from there."
    if claimed_until is not None:
        remedy += (
            " If the gateway was stopped meanwhile, it can be resumed from "
            f"{claimed_until:%H:%M:%S} UTC on."
        )
    return PolicyError(
        Refusal.DISPENSATION_IN_PROGRESS,
        "somebody is sending this dispensation at this moment",
        remedy,
    )

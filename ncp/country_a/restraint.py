"""How often somebody may guess: who exists, and by which key something is given out.

Only wrong guesses count, and only for who made them: a professional, a country, a
country about one patient. Whoever made too many is told to come back later, whatever
is asked then, so that the answer says nothing about the guess.

Spec: fact sheet 06 6.3 item 4 (enumeration) / eHDSI CP-059 / CWE-307.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ncp.country_a.use_case import BelievedRequest
from ncp.errors import PolicyError, Refusal
from ncp.store import AttemptLimit, FailedAttempts
from trust.identifiers import PatientId


@dataclass(frozen=True, slots=True)
class Restraint:
    """How many wrong guesses are borne within ``window``.

    Attributes
    ----------
    unknown_per_professional, unknown_per_country
        Patients who were asked for by ITI-55 and are unknown.
    wrong_keys
        Prescription ids and PINs that do not fit, of one country about one patient.
    """

    window: timedelta = timedelta(minutes=15)
    unknown_per_professional: int = 30
    unknown_per_country: int = 1_000
    wrong_keys: int = 5


@dataclass(frozen=True, slots=True)
class _Counter:
    """What guesses are counted by, and how many are borne."""

    thing: str
    most: int


class Guessing:
    """The guesses of one request: checked before it is answered, noted when wrong."""

    def __init__(
        self,
        attempts: FailedAttempts,
        window: timedelta,
        counters: Sequence[_Counter],
        sentence: str,
    ) -> None:
        self._attempts = attempts
        self._window = window
        self._counters = counters
        self._sentence = sentence

    def check(self) -> None:
        """Raise PolicyError where too many guesses were wrong of late."""
        for each in self._counters:
            limit = AttemptLimit(each.most, self._window)
            room_at = self._attempts.room_at(each.thing, limit)
            if room_at is not None:
                raise PolicyError(
                    Refusal.RESPONDER_BUSY,
                    f"{self._sentence}; there is room again at {room_at:%H:%M:%S} UTC",
                    "Ask the other country what its software looks for.",
                )

    def was_wrong(self) -> None:
        """Count a wrong guess; durable when it returns."""
        self._attempts.note([each.thing for each in self._counters], self._window)


def guessing_who(
    attempts: FailedAttempts, restraint: Restraint, request: BelievedRequest
) -> Guessing:
    """Return the guesses at who exists (ITI-55)."""
    who = f"{request.country}\n{request.hcp.name_id}"
    return Guessing(
        attempts,
        restraint.window,
        (
            _Counter(f"identify\n{who}", restraint.unknown_per_professional),
            _Counter(f"identify\n{request.country}", restraint.unknown_per_country),
        ),
        "too many unknown patients were asked for",
    )


def guessing_keys(
    attempts: FailedAttempts,
    restraint: Restraint,
    request: BelievedRequest,
    patient: PatientId,
) -> Guessing:
    """Return the guesses at the keys of one patient's prescriptions (ITI-38)."""
    counter = _Counter(
        f"prescription-key\n{request.country}\n{patient.cx}", restraint.wrong_keys
    )
    return Guessing(
        attempts,
        restraint.window,
        (counter,),
        "too many prescription ids or PINs were wrong for this patient",
    )

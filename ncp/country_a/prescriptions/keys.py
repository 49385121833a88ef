"""Which prescriptions the keys of a TRC assertion open: prescription id and PIN.

What a pharmacist was shown, the id on paper and the patient's PIN, stands in the TRC
assertion and nowhere else. A key that is told has to fit; whether one must be told is
the country's policy. A key that does not fit opens nothing, and the answer is that of a
patient without prescriptions.

Spec: eHDSI SAML Profile (Wave 7): PrescriptionID, DispensationPinCode / CWE-208 (keys
are compared in a time that does not depend on them).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from ncp.errors import PolicyError, Refusal
from ncp.national.prescriptions import Prescription
from trust.assertions import TrcAssertion

_Candidate = TypeVar("_Candidate")


class KeyNeeded(StrEnum):
    """What must be told of a prescription before it is listed."""

    NOTHING = "nothing"  # all of the patient are listed; a key that is told restricts
    ID = "id"
    ID_AND_PIN = "id-and-pin"


@dataclass(frozen=True, slots=True)
class PrescriptionKey:
    """What a TRC assertion tells of the prescriptions that are asked for."""

    prescription_id: str | None = None
    pin: str | None = None

    @classmethod
    def of(cls, trc: TrcAssertion | None) -> PrescriptionKey:
        """Read the key of an assertion; blanks around a value say nothing."""
        if trc is None:
            return cls()
        return cls(_told(trc.prescription_id), _told(trc.dispensation_pin))

    @property
    def is_told(self) -> bool:
        """Whether anything is restricted."""
        return self.prescription_id is not None or self.pin is not None


def _told(value: str | None) -> str | None:
    return (value or "").strip() or None


def require_key(needed: KeyNeeded, key: PrescriptionKey) -> None:
    """Raise PolicyError where a key is missing that this country needs."""
    lacks_id = needed is not KeyNeeded.NOTHING and key.prescription_id is None
    lacks_pin = needed is KeyNeeded.ID_AND_PIN and key.pin is None
    if lacks_id or lacks_pin:
        raise PolicyError(
            Refusal.PATIENT_AUTHENTICATION_NEEDED,
            "the treatment assertion lacks the prescription id or the PIN that this "
            "country needs",
        )


def opened(
    candidates: Sequence[_Candidate],
    prescription_of: Callable[[_Candidate], Prescription],
    key: PrescriptionKey,
) -> list[_Candidate]:
    """Return the candidates that a key opens; all of them where none is told.

    Every candidate is compared, and each in full, so that the time says nothing of
    which was right, or how far.
    """
    fits = [_opens(key, prescription_of(each)) for each in candidates]
    return [each for each, fit in zip(candidates, fits, strict=True) if fit]


def _opens(key: PrescriptionKey, prescription: Prescription) -> bool:
    names = _names(prescription.identifier) + _names(prescription.group)
    fits_id = key.prescription_id is None or _is_one_of(key.prescription_id, names)
    # A prescription that has no PIN is not opened by any.
    fits_pin = key.pin is None or _is_one_of(key.pin, [prescription.pin or ""])
    return fits_id and fits_pin


def _names(identifier: str | None) -> list[str]:
    """Return how people write an identifier: in whole, and without its root."""
    if not identifier:
        return []
    return [identifier, identifier.rpartition("^")[2]]


def _is_one_of(told: str, known: Sequence[str]) -> bool:
    digest = _digest(told)
    compared = [hmac.compare_digest(digest, _digest(each)) for each in known if each]
    return any(compared)


def _digest(text: str) -> bytes:
    """Return bytes whose length does not depend on the text."""
    return hashlib.sha256(text.encode()).digest()

"""Tells a dispensation as its pharmacy sees it, with what its state asks for.

Spec: sheet 09 §5.3 P10 (state and what to do), §5.7 (error texts).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ncp.country_b.dispensing.details import read_details
from ncp.country_b.dispensing.values import (
    DispensationView,
    DispensingPolicy,
    Severity,
)
from ncp.store import DispensationState, ForeignDispensation

_WHAT_TO_DO: Final = {
    DispensationState.PREPARED: (
        "Nothing has been sent. Check it, confirm the differences, and submit it."
    ),
    DispensationState.SENDING: (
        "It is being sent, or was when the gateway stopped. Keep the medicine; look "
        "again in a few minutes, and resume it."
    ),
    DispensationState.UNKNOWN: (
        "Nobody knows whether the other country has booked it. Keep the medicine and "
        "resume it: the very same goes out again, and counts once. Do not prepare "
        "another one."
    ),
    DispensationState.DISPENSED: (
        "The other country has booked it. Hand the medicine over."
    ),
    DispensationState.REFUSED: (
        "The other country has not booked it. Do not hand the medicine over; list the "
        "prescriptions again."
    ),
    DispensationState.DISCARDING: (
        "Its discard is being sent, or was when the gateway stopped. Look again in a "
        "few minutes, and resume it."
    ),
    DispensationState.DISCARD_UNKNOWN: (
        "Nobody knows whether the other country has booked the discard. Resume it: the "
        "very same goes out again, and counts once."
    ),
    DispensationState.DISCARDED: (
        "The other country has taken it back: the prescription may be dispensed again."
    ),
}


def view(kept: ForeignDispensation, policy: DispensingPolicy) -> DispensationView:
    """Return a dispensation as its pharmacy sees it."""
    details = read_details(kept)
    return DispensationView(
        dispensation=kept.handle,
        state=kept.state,
        country=kept.country,
        document_id=details.document_id,
        prescription_id=details.prescription_id,
        patient_name=details.patient_name,
        prescribed=details.prescribed,
        product=details.product,
        packages=details.packages,
        is_substituted=details.is_substituted,
        remark=details.remark,
        findings=details.findings,
        to_confirm=tuple(
            each.rule for each in details.findings if each.severity is Severity.CONFIRM
        ),
        discard_until=discard_ends(kept, policy),
        steps=details.steps,
        what_to_do=_WHAT_TO_DO[kept.state],
    )


def discard_ends(
    kept: ForeignDispensation, policy: DispensingPolicy
) -> datetime | None:
    """Return until when it may be taken back; None where there is nothing to."""
    dispensed_at = read_details(kept).dispensed_at
    if kept.state is not DispensationState.DISPENSED or dispensed_at is None:
        return None
    return dispensed_at + policy.undo_window

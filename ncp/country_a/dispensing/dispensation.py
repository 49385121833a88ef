"""Carries a dispensation from what was received to what stands in the register.

The register is asked with the version of the prescription that was judged. A call that
was not answered is made again, never given up: the same call finds what the first one
did, and the first one, when it arrives late, finds what the second did. Only where the
register says that it never will is the prescription given free.

Spec: ARCHITECTURE "Dispensation" / eHDSI eDispensation (EH.1.2).
"""

from __future__ import annotations

from typing import Final

from ncp.country_a.dispensing.bench import Bench, not_updated, objection_of
from ncp.country_a.dispensing.details import (
    national_dispensation,
    patient_of,
    with_receipt,
    with_version,
)
from ncp.country_a.dispensing.ports import Objection, Point
from ncp.country_a.dispensing.states import Event
from ncp.errors import InternalError, NationalError, Refusal
from ncp.national.dispensing import Declined, Receipt, Written
from ncp.national.prescriptions import Prescription
from ncp.store import Deed, DeedState, PrescriptionHeld
from transformations.edispensation import (
    DispensationFacts,
    FactsRefused,
    Lack,
    read_dispensation_facts,
)

_REFUSAL_OF: Final = {
    Lack.NOT_CODED: Refusal.PIVOT_DOCUMENT_MISSING,
    Lack.PRESCRIPTION: Refusal.PRESCRIPTION_NOT_NAMED,
    Lack.SEVERAL_PRESCRIPTIONS: Refusal.PRESCRIPTION_NOT_NAMED,
    Lack.PATIENT: Refusal.DISPENSATION_LACKS_FACT,
    Lack.SUPPLY: Refusal.DISPENSATION_LACKS_FACT,
    Lack.PRODUCT: Refusal.DISPENSATION_LACKS_FACT,
    Lack.DISPENSER: Refusal.DISPENSATION_LACKS_FACT,
    Lack.TIME: Refusal.DISPENSATION_LACKS_FACT,
}


def dispense(bench: Bench, deed: Deed) -> Deed:
    """Go on with a received dispensation that is ours to work on.

    Raises
    ------
    NationalError
        The prescription cannot be read; nothing was done.
    """
    try:
        facts = read_dispensation_facts(_content(deed))
    except FactsRefused as error:
        refusal = _REFUSAL_OF.get(error.lack, Refusal.SUBMISSION_INVALID)
        return bench.refused(deed, Objection(refusal, str(error)))
    for _ in range(bench.terms.readings):
        deed = _attempted(bench, deed, facts)
        if deed.state is not DeedState.RECEIVED or deed.claim is None:
            return deed
    return bench.refused(deed, not_updated())


def settle_dispensation(bench: Bench, deed: Deed) -> Deed:
    """Find out what became of a dispensation whose intent is on disk."""
    facts = read_dispensation_facts(_content(deed))
    deed = _recorded(bench, deed, facts)
    if deed.state is DeedState.RECEIVED:
        return dispense(bench, deed)
    return deed


def _content(deed: Deed) -> bytes:
    if deed.content is None:
        raise InternalError(Refusal.INTERNAL, "a deed lost its document")
    return deed.content


def _attempted(bench: Bench, deed: Deed, facts: DispensationFacts) -> Deed:
    """Judge and record it; received again where the prescription changed meanwhile."""
    prescription = _prescription(bench, deed, facts)
    objection = bench.judge(prescription, facts, bench.clock.now())
    if objection is not None or prescription is None:
        return bench.refused(deed, objection or _unknown())
    bench.reached(Point.JUDGED)
    try:
        named = with_version(deed, prescription)
        deed = bench.moved(
            deed,
            Event.INTEND,
            prescription=named.prescription,
            details=named.details,
        )
    except PrescriptionHeld:
        return _held(bench, deed, prescription)
    bench.reached(Point.INTENDED)
    return _recorded(bench, deed, facts)


def _prescription(
    bench: Bench, deed: Deed, facts: DispensationFacts
) -> Prescription | None:
    """Read the item; older waves name it by the order alone."""
    patient = patient_of(deed)
    for identifier in dict.fromkeys((facts.item_id, facts.prescription_id)):
        if identifier is not None:
            found = bench.prescriptions.current(patient, identifier)
            if found is not None:
                return found
    return None


def _unknown() -> Objection:
    return Objection(Refusal.PRESCRIPTION_UNKNOWN, "the prescription is not known")


def _held(bench: Bench, deed: Deed, prescription: Prescription) -> Deed:
    """Refuse what was dispensed; come back to what is about to be."""
    holder = bench.deeds.holder(prescription.identifier)
    if holder is not None and holder.state is DeedState.RECORDED:
        return bench.refused(
            deed,
            Objection(
                Refusal.PRESCRIPTION_DISPENSED, "the prescription was dispensed before"
            ),
        )
    return bench.release(deed)


def _recorded(bench: Bench, deed: Deed, facts: DispensationFacts) -> Deed:
    """Have the register write it, and note what it says."""
    national = national_dispensation(deed, facts)
    try:
        written: Written = bench.register.record(national)
        if isinstance(written, Declined):
            # An earlier call of ours may have arrived after all.
            written = bench.register.find(national.key) or written
    except NationalError:
        return bench.lost(deed)
    bench.reached(Point.WRITTEN)
    deed = _noted(bench, deed, written)
    bench.reached(Point.SETTLED)
    return deed


def _noted(bench: Bench, deed: Deed, written: Written) -> Deed:
    match written:
        case Declined(is_outdated=True):
            return bench.moved(deed, Event.OUTDATE, prescription=None)
        case Declined():
            return bench.refused(deed, objection_of(written))
        case Receipt(is_undone=True):
            return bench.refused(
                deed,
                Objection(
                    Refusal.DISPENSATION_DISCARDED, "it was taken back in the register"
                ),
            )
        case Receipt():
            # The keys to take it back are on disk with the result, before any answer.
            return bench.moved(
                deed,
                Event.CONFIRM,
                details=with_receipt(deed, written).details,
                recorded_at=bench.clock.now(),
                sentence=None,
            )

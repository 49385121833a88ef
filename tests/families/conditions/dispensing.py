"""The conditions of ITI-41 that take a real desk: what was done before decides."""

from __future__ import annotations

from conformance.simulators.submissions import DISCARD
from ncp.national.prescriptions import PrescriptionStatus
from tests.families.asking import Asking
from tests.families.conditions.condition import Condition
from tests.families.pharmacy import Counter


def so_many(number: int):
    """Dispense so many prescriptions in one message."""

    def asked(asking: Asking) -> object:
        counter = Counter(asking)
        prescriptions = [counter.prescription() for _ in range(number)]
        return counter.submit(counter.dispensed(*prescriptions))

    return asked


def one_of_two_is_on_hold(asking: Asking) -> object:
    counter = Counter(asking)
    on_hold = counter.prescription(status=PrescriptionStatus.ON_HOLD)
    return counter.submit(counter.dispensed(counter.prescription(), on_hold))


def twice_in_one_message(asking: Asking) -> object:
    counter = Counter(asking)
    prescription = counter.prescription()
    return counter.submit(counter.dispensed(prescription, prescription))


def twice_in_two_messages(asking: Asking) -> object:
    counter = Counter(asking)
    prescription = counter.prescription()
    first, second = counter.dispensed(prescription), counter.dispensed(prescription)
    return counter.submit(first, second)


def of_no_prescription(asking: Asking) -> object:
    counter = Counter(asking)
    return counter.submit(counter.dispensed("1.3.182.11.5^RX-OF-NOBODY"))


def sent_again(asking: Asking) -> object:
    counter = Counter(asking)
    made = counter.dispensed(counter.prescription())
    return counter.submit(made, made)


def sent_again_changed(asking: Asking) -> object:
    counter = Counter(asking)
    made = counter.dispensed(counter.prescription())
    changed = {name: content + b"<!-- -->" for name, content in made.items()}
    return counter.submit(made, changed)


def discarded(asking: Asking) -> object:
    counter = Counter(asking)
    made = counter.dispensed(counter.prescription())
    counter.submit(made)
    return counter.submit(made, operation=DISCARD)


def discarded_and_sent_again(asking: Asking) -> object:
    counter = Counter(asking)
    made = counter.dispensed(counter.prescription())
    counter.submit(made)
    counter.submit(made, operation=DISCARD)
    return counter.submit(made)


def discarded_before_it_was_dispensed(asking: Asking) -> object:
    counter = Counter(asking)
    made = counter.dispensed(counter.prescription())
    return counter.submit(made, operation=DISCARD)


AT_A_DESK = (
    Condition("desk-one", "UC12, one eP", so_many(1)),
    Condition("desk-two", "UC12, two eP", so_many(2)),
    Condition("desk-five", "UC12, five eP", so_many(5)),
    Condition("desk-no-matching-prescription", "ED #1", of_no_prescription),
    Condition("desk-one-of-two-not-dispensable", "UC12_020", one_of_two_is_on_hold),
    Condition("desk-twice-in-two-messages", "ED #2; UC12_021", twice_in_two_messages),
    Condition("desk-twice-in-one-message", "UC12_022", twice_in_one_message),
    Condition("desk-sent-again", "a submission that is sent again", sent_again),
    Condition("desk-sent-again-changed", "ITI TF-3 4.2.4.1", sent_again_changed),
    Condition("desk-discarded", "eHDSI CP-036", discarded),
    Condition(
        "desk-discarded-and-sent-again", "eHDSI CP-036", discarded_and_sent_again
    ),
    Condition(
        "desk-discard-of-nothing",
        "a discard of nothing",
        discarded_before_it_was_dispensed,
    ),
)

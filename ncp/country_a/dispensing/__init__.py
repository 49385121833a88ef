"""What other countries have done to our prescriptions: once, and known at every moment.

``states`` has the state machine as a table; ``desk`` takes orders, ``reconciling``
finds out what is not known.
"""

from ncp.country_a.dispensing.bench import Bench
from ncp.country_a.dispensing.desk import DispensingDesk
from ncp.country_a.dispensing.ports import (
    Deeds,
    DispensationJudge,
    DispensingTerms,
    Objection,
    Point,
)
from ncp.country_a.dispensing.reconciling import Reconciled, Reconciler
from ncp.country_a.dispensing.states import TRANSITIONS, Event, Transition, after

__all__ = [
    "TRANSITIONS",
    "Bench",
    "Deeds",
    "DispensationJudge",
    "DispensingDesk",
    "DispensingTerms",
    "Event",
    "Objection",
    "Point",
    "Reconciled",
    "Reconciler",
    "Transition",
    "after",
]

"""What the rules against abuse are told of what our own professionals ask.

Spec: eHDSI CP-059 (country B) / fact sheet 06 4.3.
"""

from __future__ import annotations

from ncp.audit import Side
from ncp.country_b.question import Question, Understood
from ncp.country_b.services import InitiatingServices
from ncp.restraint import Asker, Counted, Seen
from ncp.store import UnitOfWork
from trust.assertions import PurposeOfUse


def admit(services: InitiatingServices, question: Question) -> None:
    """Let a question pass; raises ``HeldBack`` where a rule says no."""
    services.watch.admit(_seen(question, question))


def note(
    services: InitiatingServices,
    work: UnitOfWork,
    question: Question,
    understood: Understood[object] | None,
) -> None:
    """Count what came of a question, in the commit of its record.

    Parameters
    ----------
    understood
        None where no usable answer came.
    """
    services.watch.note(work, _seen(question, understood or question))


def _seen(question: Question, known: Question | Understood[object]) -> Seen:
    return Seen(
        Side.B,
        question.transaction,
        Asker.of(question.hcp, question.peer.country),
        known.patients or question.patients,
        question.patients,
        _happened(question, known),
    )


def _happened(
    question: Question, known: Question | Understood[object]
) -> frozenset[Counted]:
    happened = {
        Counted.REQUESTS,
        Counted.POINTS_OF_CARE,
        Counted.NEIGHBOURING_IDENTIFIERS,
    }
    if isinstance(known, Understood) and known.is_no_match:
        happened |= {Counted.UNKNOWN_PATIENTS, Counted.UNKNOWN_IDENTIFIERS}
    if isinstance(known, Understood) and known.has_result:
        happened.add(Counted.UNFOLLOWED_PATIENTS)
    if question.hcp.purpose_of_use is PurposeOfUse.EMERGENCY:
        happened.add(Counted.EMERGENCIES)
    return frozenset(happened)

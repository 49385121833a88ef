"""What the rules against abuse are told of the requests of other countries.

Spec: fact sheet 06 4.3, 6.3 items 4 and 5 (enumeration) / eHDSI CP-059 / CWE-307.
"""

from __future__ import annotations

from typing import Final

from ncp.audit import Side
from ncp.country_a.reply import Reply
from ncp.country_a.services import RespondingServices
from ncp.country_a.trace import Trace
from ncp.country_a.use_case import BelievedRequest
from ncp.errors import Condition, Refusal
from ncp.ihe.codes import Transaction
from ncp.restraint import Asker, Counted, Seen
from ncp.store import UnitOfWork
from trust.assertions import PurposeOfUse
from trust.identifiers import PatientId

_OF_CONDITIONS: Final[dict[Condition, frozenset[Counted]]] = {
    Refusal.PATIENT_UNKNOWN: frozenset(
        {Counted.UNKNOWN_PATIENTS, Counted.UNKNOWN_IDENTIFIERS}
    ),
    Refusal.DOCUMENT_UNKNOWN: frozenset({Counted.UNKNOWN_DOCUMENTS}),
    Refusal.DOCUMENT_OF_ANOTHER_PATIENT: frozenset({Counted.UNKNOWN_DOCUMENTS}),
    Refusal.CONSENT_REFUSED: frozenset({Counted.REFUSED_CONSENTS}),
}


def admit(
    services: RespondingServices, request: BelievedRequest, transaction: Transaction
) -> None:
    """Let a believed request pass; raises ``HeldBack`` where a rule says no."""
    patients = () if request.trc is None else (request.trc.patient,)
    services.watch.admit(_seen(request, transaction, patients))


def admit_patients(
    services: RespondingServices,
    request: BelievedRequest,
    patients: tuple[PatientId, ...],
) -> None:
    """Likewise, for whom an ITI-55 asks."""
    services.watch.admit_patients(_seen(request, Transaction.ITI_55, patients))


def admit_key(
    services: RespondingServices, request: BelievedRequest, patient: PatientId
) -> None:
    """Likewise, where the key of a prescription is told."""
    services.watch.admit_key(_seen(request, Transaction.ITI_38, (patient,)))


def note(
    services: RespondingServices, work: UnitOfWork, trace: Trace, reply: Reply
) -> None:
    """Count what came of a request, in the commit of its record.

    Whoever was not believed is nobody, and whoever was held back is counted already.
    """
    request, message = trace.request, trace.message
    if request is None or message is None or trace.is_held_back:
        return
    patients = reply.facts.patients
    services.watch.note(
        work,
        Seen(
            Side.A,
            message.transaction,
            Asker.of(request.hcp, request.country),
            patients,
            reply.facts.asked or patients,
            _happened(reply, request),
        ),
    )


def _seen(
    request: BelievedRequest,
    transaction: Transaction,
    patients: tuple[PatientId, ...],
) -> Seen:
    asker = Asker.of(request.hcp, request.country)
    return Seen(Side.A, transaction, asker, patients)


def _happened(reply: Reply, request: BelievedRequest) -> frozenset[Counted]:
    happened = {
        Counted.REQUESTS,
        Counted.POINTS_OF_CARE,
        # Only the rule itself knows whom else was asked for.
        Counted.NEIGHBOURING_IDENTIFIERS,
    }
    for answer in reply.answers:
        happened |= _OF_CONDITIONS.get(answer.condition, frozenset())
    if reply.result is not None and reply.result.has_result:
        happened.add(Counted.UNFOLLOWED_PATIENTS)
    if reply.result is not None and reply.result.has_wrong_key:
        happened.add(Counted.WRONG_KEYS)
    if request.purpose_of_use == PurposeOfUse.EMERGENCY.value:
        happened.add(Counted.EMERGENCIES)
    return frozenset(happened)

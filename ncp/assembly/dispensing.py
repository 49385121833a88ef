"""The dispensing of country A: its desk, what reconciles, and what the settings say.

Spec: ARCHITECTURE "Dispensation".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ncp.country_a.dispensing import (
    Bench,
    DispensingDesk,
    DispensingTerms,
    Reconciler,
)
from ncp.country_a.prescriptions import (
    CrossingPolicy,
    DispensabilityJudge,
    Rule,
)
from ncp.national.build import National
from ncp.ports import Clock, FreshIds
from ncp.settings.model import Settings
from ncp.settings.prescriptions import PrescriptionsSettings
from ncp.store import Store
from ncp.telemetry import Metrics


@dataclass(frozen=True, slots=True)
class Dispensing:
    """What takes dispensations, and what finds out about those not known."""

    desk: DispensingDesk
    reconciler: Reconciler


def open_dispensing(
    settings: Settings,
    national: National | None,
    store: Store,
    clock: Clock,
    ids: FreshIds,
    metrics: Metrics | None = None,
) -> Dispensing | None:
    """Put the desk together, where the national server is the register."""
    if national is None or settings.national is None:
        return None
    if settings.national.dispensations.register_name != "fhir":
        return None
    bench = Bench(
        store.deeds,
        national.prescriptions,
        national.register,
        DispensabilityJudge(crossing_policy(settings.prescriptions)),
        clock,
        ids,
        dispensing_terms(settings.prescriptions),
    )
    desk = DispensingDesk(bench)
    if metrics is None:
        return Dispensing(desk, Reconciler(desk, bench))
    told = metrics.dispensations_open.set
    return Dispensing(desk, Reconciler(desk, bench, told))


def crossing_policy(settings: PrescriptionsSettings) -> CrossingPolicy:
    """Return what this country says about its prescriptions abroad."""
    return CrossingPolicy(
        permitted=frozenset(Rule(each) for each in settings.permitted),
        narcotic_atc=settings.narcotic_atc,
        closed_for=timedelta(days=settings.closed_days),
        releases_amounts=settings.releases_amounts,
    )


def dispensing_terms(settings: PrescriptionsSettings) -> DispensingTerms:
    """Return how long things may take."""
    return DispensingTerms(
        discard_window=timedelta(seconds=settings.discard_window_s),
        claim=timedelta(seconds=settings.claim_s),
        wait=timedelta(seconds=settings.duplicate_wait_s),
    )

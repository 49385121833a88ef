"""Puts a gateway together from its settings, without opening a door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from ncp.assembly.access_telling import access_telling
from ncp.assembly.audit_delivery import audit_delivery
from ncp.assembly.doors import Doors, FleetNow
from ncp.assembly.renewal import Renewal
from ncp.assembly.shared import Shared, open_shared
from ncp.country_b.dispensing.register_letters import REGISTER
from ncp.gateway import Gateway
from ncp.jobs import Courier, HeadFolder, LogKeeper, PeriodicJob, RecordingWatch
from ncp.national.foreign_dispensations import RegisterCarrier
from ncp.ports import Clock, FreshIds, RandomIds, SystemClock
from ncp.settings.model import Settings

RENEWAL_PERIOD = timedelta(minutes=1)
COURIER_PERIOD = timedelta(seconds=2)
RECORDING_PERIOD = timedelta(seconds=5)


def assemble(
    settings: Settings,
    clock: Clock | None = None,
    ids: FreshIds | None = None,
    *,
    settings_file: Path | None = None,
    fleet: FleetNow | None = None,
) -> Gateway:
    """Build everything the settings describe, without opening a door.

    Parameters
    ----------
    settings_file
        Read again when keys, pins or anchors change; left out, ``settings`` stay, and
        only the files that they name may change.
    fleet
        Tells how many processes serve the same doors; None where this is the only one.

    Raises
    ------
    ConfigurationError
        A file, key or certificate is missing or unfit; the text names the setting.
    """
    with ExitStack() as resources:
        shared = open_shared(
            settings, clock or SystemClock(), ids or RandomIds(), resources
        )
        renewal = Renewal(shared)
        resources.callback(renewal.hang_up_lines)
        return Gateway(
            settings,
            Doors(shared, renewal, resources, fleet).all(),
            shared.metrics,
            shared.store,
            renewal.rotation(settings_file),
            shared.clock,
            resources.pop_all(),
            tuple(_jobs(shared, renewal)),
        )


def _jobs(shared: Shared, renewal: Renewal) -> Iterator[PeriodicJob]:
    """Build what is done again and again beside the purge."""
    yield PeriodicJob("trust", RENEWAL_PERIOD, renewal.renew)
    # Ended after the log: what is signed at the end is stamped.
    yield from _time_stamping(shared)
    yield _log_keeping(shared, renewal)
    yield _recording_watch(shared)
    yield from audit_delivery(shared, lambda: renewal.material.seal)
    yield from access_telling(shared)
    if shared.dispensing is not None:
        period = timedelta(seconds=shared.settings.prescriptions.reconcile_s)
        yield PeriodicJob("dispensing", period, shared.dispensing.reconciler.turn)
    courier = _register_courier(shared)
    if courier is not None:
        yield PeriodicJob(
            "dispensation-register", COURIER_PERIOD, courier.turn, courier.finish
        )
    if shared.discovery is not None:
        period = timedelta(seconds=shared.settings.directory.refresh_s)
        yield PeriodicJob("directory", period, renewal.look)
    if shared.trust_lists is not None:
        period = timedelta(seconds=shared.settings.trust_lists.refresh_s)
        yield PeriodicJob("trust-lists", period, renewal.look_at_lists)


def _time_stamping(shared: Shared) -> Iterator[PeriodicJob]:
    if shared.settings.record.time_stamps is not None:
        from ncp.assembly.time_stamping import (  # noqa: PLC0415 - where it is used
            time_stamping,
        )

        yield from time_stamping(shared)


def _register_courier(shared: Shared) -> Courier | None:
    """Build what tells the national register of dispensations, if one is named."""
    if shared.pharmacy is None or shared.pharmacy.register is None:
        return None
    carrier = RegisterCarrier(shared.pharmacy.register)
    outbox = shared.store.outbox
    return Courier(outbox, REGISTER, carrier, shared.clock, shared.metrics)


def _recording_watch(shared: Shared) -> PeriodicJob:
    """Build what tells that for a while nothing could be recorded."""
    source = shared.settings.gateway.audit_source
    watch = RecordingWatch(shared.store, shared.clock, source)
    return PeriodicJob("recording", RECORDING_PERIOD, watch.turn, watch.turn)


def _log_keeping(shared: Shared, renewal: Renewal) -> PeriodicJob:
    """Build what gives records their places in the log, and signs its heads."""
    record = shared.settings.record
    folder = record.heads_folder
    keeper = LogKeeper(
        shared.store.log,
        lambda: renewal.material.seal,
        shared.clock,
        shared.metrics,
        timedelta(seconds=record.head_s),
        None if folder is None else HeadFolder(folder),
    )
    period = timedelta(seconds=record.sequence_s)
    return PeriodicJob("record-log", period, keeper.turn, at_the_end=keeper.finish)

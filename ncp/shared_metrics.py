"""Metrics of several processes, told as those of one gateway.

Each process counts in files of its own in one folder, and whoever is asked adds them
up: counters are summed, gauges as each of them says.

Spec: prometheus_client, "Multiprocess Mode".
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"


def share_metrics(folder: Path) -> None:
    """Count in ``folder`` from now on; call it before any metric is made."""
    os.environ[_FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]


def are_shared() -> bool:
    """Tell whether other processes count too."""
    return _FOLDER in os.environ


def exposition(registry: CollectorRegistry) -> bytes:
    """Return the metrics in Prometheus' text form, those of all processes together."""
    if are_shared():
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def forget_process(pid: int) -> None:
    """Leave a process that has ended out of what is true only of living ones."""
    if are_shared():
        mark_process_dead(pid)  # type: ignore[no-untyped-call]

"""How each service of each country has answered lately.

Kept in memory for the operations door; the counters that last are metrics. It knows
countries and services, and no person.

Spec: fact sheet 06 §4 (availability per country and service).
"""

from __future__ import annotations

import statistics
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ncp.peers.directory import Service
from trust.identifiers import CountryCode

WINDOW: Final = 100


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """The last answers of one service of one country.

    Attributes
    ----------
    error_rate
        Of the last hundred requests at most.
    median_s, slowest_s
        Of those of them that were answered; None where none was.
    """

    country: CountryCode
    service: Service
    requests: int
    error_rate: float
    last_success: datetime | None
    last_failure: datetime | None
    last_outcome: str
    median_s: float | None
    slowest_s: float | None


@dataclass(slots=True)
class _Record:
    outcomes: deque[float | None] = field(default_factory=lambda: deque(maxlen=WINDOW))
    last_success: datetime | None = None
    last_failure: datetime | None = None
    last_outcome: str = ""


class PeerHealth:
    """Remembers outcomes; safe to share by threads."""

    def __init__(self) -> None:
        self._records: dict[tuple[CountryCode, Service], _Record] = {}
        self._lock = threading.Lock()

    def succeeded(
        self, country: CountryCode, service: Service, seconds: float, now: datetime
    ) -> None:
        """Remember an answer and how long it took."""
        with self._lock:
            record = self._record(country, service)
            record.outcomes.append(seconds)
            record.last_success, record.last_outcome = now, "answered"

    def failed(
        self, country: CountryCode, service: Service, outcome: str, now: datetime
    ) -> None:
        """Remember that none came, and the reason's name."""
        with self._lock:
            record = self._record(country, service)
            record.outcomes.append(None)
            record.last_failure, record.last_outcome = now, outcome

    def snapshot(self) -> tuple[ServiceHealth, ...]:
        """Return what is known of every service that was asked."""
        with self._lock:
            return tuple(
                _health(country, service, record)
                for (country, service), record in sorted(self._records.items())
            )

    def _record(self, country: CountryCode, service: Service) -> _Record:
        return self._records.setdefault((country, service), _Record())


def _health(country: CountryCode, service: Service, record: _Record) -> ServiceHealth:
    answered = [each for each in record.outcomes if each is not None]
    number = len(record.outcomes)
    return ServiceHealth(
        country,
        service,
        number,
        (number - len(answered)) / number if number else 0.0,
        record.last_success,
        record.last_failure,
        record.last_outcome,
        statistics.median(answered) if answered else None,
        max(answered) if answered else None,
    )

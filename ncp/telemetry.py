"""The log and the metrics of a gateway; neither knows a person.

The log takes events whose names are constants and whose keys are on a list; anything
else is withheld, by name, so that a careless call cannot leak a patient. Audit is not
logging and lives in ``ncp.audit``.

Spec: STYLE "Logging and audit" / ARCHITECTURE "metrics carry no person".
"""

from __future__ import annotations

import json
import logging
import math
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, Final, Literal, TextIO, TypeAlias

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from ncp.shared_metrics import are_shared

ALLOWED_KEYS: Final = frozenset(
    {
        "event", "level", "timestamp", "withheld", "trace", "message_id",
        "action", "address", "attempt", "check", "condition", "core", "count",
        "country",
        "decision", "destination", "document_kind", "door", "duration_ms",
        "environment", "error", "host", "key", "library", "operation", "operator",
        "outcome", "peer", "pid", "places", "port", "purpose", "reason", "remedy",
        "roles", "route", "rule", "sentence", "service", "severity", "side", "signal",
        "size_bytes", "stage", "status", "template", "transaction", "version",
    }
)  # fmt: skip
_EVENT: Final = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")
_SCALARS: Final = (str, int, float, bool, type(None))
# Who writes messages without data of people; of others only the name is told.
_KNOWN_LIBRARIES: Final = ("ncp", "uvicorn", "asyncio")
_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def get_logger() -> Any:
    """Return the gateway's logger: ``log.info("door.opened", door="national")``."""
    return structlog.get_logger()


@contextmanager
def traced(trace: str) -> Iterator[None]:
    """Have every line that is logged within bear this trace id."""
    with structlog.contextvars.bound_contextvars(trace=trace):
        yield


def current_trace() -> str | None:
    """Return the trace id of what is being done; None outside of any request."""
    found: str | None = structlog.contextvars.get_contextvars().get("trace")
    return found


def configure_logging(
    level: str = "info", form: str = "json", stream: TextIO | None = None
) -> None:
    """Write the log to ``stream`` (standard error) as JSON lines or for a console."""
    _configure_events(level, form, stream)
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, _LibraryHandler)]:
        root.removeHandler(handler)
    root.addHandler(_LibraryHandler())
    root.setLevel(max(_LEVELS[level], logging.WARNING))


def _configure_events(level: str, form: str, stream: TextIO | None) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            withhold_unlisted,
            _renderer(form),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=lambda *_: structlog.PrintLogger(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def withhold_unlisted(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    """Keep listed keys with plain values; tell the names of the rest, not the values.

    An exception is reduced to its type: texts of foreign exceptions quote their input.
    """
    error = event.pop("exc_info", None)
    kept = {
        key: value
        for key, value in event.items()
        if key in ALLOWED_KEYS and _is_plain(value)
    }
    withheld = sorted(key for key in event if key not in kept and key.isidentifier())
    if not _EVENT.fullmatch(str(kept.get("event", ""))):
        kept["event"] = "event.withheld"
    if withheld:
        kept["withheld"] = " ".join(withheld)
    if error is not None:
        kept["error"] = _type_name(error)
    return kept


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(each, _SCALARS) for each in value)
    return isinstance(value, _SCALARS)


def _type_name(error: object) -> str:
    if isinstance(error, tuple) and error and isinstance(error[0], type):
        return error[0].__name__
    if error is True:
        kind = sys.exc_info()[0]
        return "none" if kind is None else kind.__name__
    return type(error).__name__


def _renderer(form: str) -> Any:
    if form == "json":
        return structlog.processors.JSONRenderer(serializer=json.dumps)
    return structlog.dev.ConsoleRenderer(colors=False)


class _LibraryHandler(logging.Handler):
    """Turns messages of libraries into events without their arguments."""

    def emit(self, record: logging.LogRecord) -> None:
        library = record.name.split(".")[0]
        known = library in _KNOWN_LIBRARIES
        fields: dict[str, Any] = {"library": record.name}
        if known:
            fields["template"] = str(record.msg).strip()
        if record.exc_info:
            fields["error"] = _type_name(record.exc_info)
        method = "error" if record.levelno >= logging.ERROR else "warning"
        getattr(get_logger(), method)("library.message", **fields)


_Across: TypeAlias = Literal["mostrecent", "livesum", "max"]


class Metrics:
    """The counters of one gateway; labels are closed lists, countries or doors."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._days_told: set[tuple[str, str, str]] = set()
        self._count_doors()
        self._count_records()
        self._count_peers()
        self._count_trust()
        self._count_abuse()

    def _count_doors(self) -> None:
        self.handshakes_refused = self._counter(
            "ncp_tls_handshakes_refused",
            "TLS handshakes that ended without a connection",
            ("door", "reason"),
        )
        self.handshakes_unrecorded = self._counter(
            "ncp_tls_refusals_unrecorded",
            "Refused handshakes that were counted and could not be recorded",
            ("door",),
        )
        self.requests = self._counter(
            "ncp_requests", "Requests answered", ("door", "service", "status")
        )
        self.request_seconds = self._histogram(
            "ncp_request_seconds",
            "Time from the last byte of a request to its answer",
            ("door", "service"),
        )
        self.requests_in_flight = self._gauge(
            "ncp_requests_in_flight",
            "Requests being answered",
            ("door",),
            across="livesum",
        )

    def _count_records(self) -> None:
        self.records_unlogged = self._gauge(
            "ncp_records_unlogged",
            "Records that have no place in the log yet, up to a page of each table",
        )
        self.log_unstamped_seconds = self._gauge(
            "ncp_log_unstamped_seconds",
            "For how long no time stamp covers the newest signed head of the log",
        )
        self.dispensations_open = self._gauge(
            "ncp_dispensations_open",
            "Dispensations and discards of which the register has not said what became",
        )
        self.outbox_waiting = self._gauge(
            "ncp_outbox_waiting",
            "Letters that a destination has not got yet",
            ("destination",),
        )
        self.outbox_dead = self._gauge(
            "ncp_outbox_dead",
            "Letters that did not arrive and are not tried any more",
            ("destination",),
        )
        self.outbox_oldest_seconds = self._gauge(
            "ncp_outbox_oldest_seconds",
            "How long the oldest letter to a destination waits; 0 where none does",
            ("destination",),
        )

    def _count_peers(self) -> None:
        self.peer_requests = self._counter(
            "ncp_peer_requests",
            "Requests sent to other countries",
            ("country", "service", "outcome"),
        )
        self.peer_seconds = self._histogram(
            "ncp_peer_request_seconds",
            "Time from a request to another country to the end of its answer",
            ("country", "service"),
        )
        self.peer_last_success = self._gauge(
            "ncp_peer_last_success_timestamp_seconds",
            "When another country last answered",
            ("country", "service"),
            across="max",
        )
        self.peer_breakers_open = self._gauge(
            "ncp_peer_breakers_open",
            "Services of another country that a process does not ask for a while",
            ("country",),
            across="livesum",
        )
        self.directory_events = self._counter(
            "ncp_directory_events",
            "What happened to entries of directories",
            ("country", "service", "happening", "reason"),
        )
        self.directory_fetched = self._gauge(
            "ncp_directory_entry_fetched_timestamp_seconds",
            "When the entry that is held was last fetched",
            ("country", "service"),
        )

    def _count_trust(self) -> None:
        self.trust_list_events = self._counter(
            "ncp_trust_list_events",
            "What became of trust lists when they were fetched",
            ("country", "happening", "reason"),
        )
        self.trust_list_next_update = self._gauge(
            "ncp_trust_list_next_update_timestamp_seconds",
            "Until when the trust list that is believed holds; 0 where none is",
            ("country",),
        )
        self.certificate_days_left = self._gauge(
            "ncp_certificate_days_left",
            "Whole days until no certificate is left for a purpose",
            ("owner", "country", "purpose"),
        )
        self.revocation_unknown = self._counter(
            "ncp_revocation_unknown",
            "Certificates believed by policy although their revocation is not known",
            ("country", "purpose"),
        )
        self.rotations = self._counter(
            "ncp_rotations",
            "New sets of keys, pins and anchors, adopted or refused",
            ("outcome",),
        )

    def _count_abuse(self) -> None:
        self.abuse_events = self._counter(
            "ncp_abuse_events", "Rules against abuse that were broken", ("rule", "side")
        )
        self.held_back = self._counter(
            "ncp_requests_held_back",
            "Requests that a rule against abuse kept from being answered",
            ("rule", "side"),
        )

    def _counter(
        self, name: str, meaning: str, labels: tuple[str, ...] = ()
    ) -> Counter:
        return Counter(name, meaning, labels, registry=self.registry)

    def _histogram(
        self, name: str, meaning: str, labels: tuple[str, ...] = ()
    ) -> Histogram:
        return Histogram(name, meaning, labels, registry=self.registry)

    def _gauge(
        self,
        name: str,
        meaning: str,
        labels: tuple[str, ...] = (),
        across: _Across = "mostrecent",
    ) -> Gauge:
        """Make a gauge; ``across`` says what several processes tell together."""
        return Gauge(
            name, meaning, labels, registry=self.registry, multiprocess_mode=across
        )

    def tell_noticed(self, rule: str, side: str, *, is_new: bool) -> None:
        """Count that a rule against abuse was broken, or held somebody back."""
        counter = self.abuse_events if is_new else self.held_back
        counter.labels(rule, side).inc()

    def tell_breakers_open(self, country: str, number: int) -> None:
        """Tell of how many services of a country this process's breaker is open."""
        self.peer_breakers_open.labels(country).set(number)

    def tell_days_left(self, days_left: Mapping[tuple[str, str, str], int]) -> None:
        """Tell how long certificates last; of those that are no more, nothing."""
        gauge = self.certificate_days_left
        for gone in self._days_told - days_left.keys():
            if are_shared():
                # What was told to other processes cannot be taken back.
                gauge.labels(*gone).set(math.nan)
            else:
                gauge.remove(*gone)
        for labels, days in days_left.items():
            gauge.labels(*labels).set(days)
        self._days_told = set(days_left)


# structlog's own defaults print exceptions with what they quote: nobody shall meet
# them, not even where no settings were read.
_configure_events("warning", "json", None)

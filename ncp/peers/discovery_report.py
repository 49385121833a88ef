"""Tells the operator what happens to the entries of directories: log and metrics.

Spec: fact sheet 06 F18 (alarm while the last good entry serves) / STYLE "Logging".
"""

from __future__ import annotations

from typing import Final

from ncp.peers.entry_folder import EntryFolder
from ncp.telemetry import Metrics, get_logger
from trust.decision import Reason
from trust.identifiers import CountryCode
from trust.smp import Event, Happening, SmpService, country_of, service_of

# Not every country publishes these: that they are absent is no news.
_OPTIONAL: Final = frozenset(SmpService) - {
    SmpService.IDENTIFICATION,
    SmpService.QUERY,
}
_QUIET: Final = frozenset({Happening.FOUND, Happening.CONFIRMED})
_TAKEN: Final = _QUIET | {Happening.CHANGED}


class DiscoveryReport:
    """Listens to the cache of entries."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._folder: EntryFolder | None = None

    def keep_in(self, folder: EntryFolder | None) -> None:
        """Keep what is believed in this folder too."""
        self._folder = folder

    def told(self, event: Event) -> None:
        """Count, log and keep."""
        country = country_of(event.entry.participant) or "unknown"
        service = service_of(event.entry.document)
        if self._folder and event.held and event.happening in _TAKEN:
            self._folder.keep(event.held)
        if (
            event.decision.reason is Reason.DIRECTORY_ENTRY_ABSENT
            and service in _OPTIONAL
            and event.held is None
        ):
            return
        name = "unknown" if service is None else service.value
        self._metrics.directory_events.labels(
            country, name, event.happening.value, event.decision.reason.value
        ).inc()
        if event.held is not None:
            self._metrics.directory_fetched.labels(country, name).set(
                event.held.fetched_at.timestamp()
            )
        log = get_logger()
        (log.info if event.happening in _QUIET else log.warning)(
            f"directory.{event.happening}",
            country=str(country),
            service=name,
            reason=event.decision.reason.value,
            sentence=event.decision.sentence,
        )

    def certificate_of_another(self, country: CountryCode) -> None:
        """Tell that a country published a certificate that is another's."""
        get_logger().error(
            "directory.certificate-of-another",
            country=str(country),
            sentence="its entry carries a certificate that is pinned for another "
            "country; the certificate is left out",
        )

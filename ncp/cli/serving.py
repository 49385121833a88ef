"""``ncp serve``: settings, checks, assembly, doors.

Spec: ARCHITECTURE "``ncp serve`` refuses in production what ``ncp check`` calls stop".
"""

from __future__ import annotations

import gc
from pathlib import Path

from ncp.errors import ConfigurationError
from ncp.ports import SystemClock
from ncp.settings import Finding, Settings, Severity, inspect, load_settings
from ncp.telemetry import configure_logging, get_logger
from ncp.web.doors import run


def serve_gateway(settings_file: Path, ready_file: Path | None) -> None:
    """Serve until the process is told to stop."""
    # What a start makes it keeps: collecting meanwhile costs a sixth of its time.
    gc.disable()
    settings = load_settings(settings_file)
    configure_logging(settings.telemetry.level, settings.telemetry.form)
    refuse_stops(settings, inspect(settings, SystemClock().now()))
    _serve(settings, settings_file, ready_file)


def refuse_stops(settings: Settings, findings: tuple[Finding, ...]) -> None:
    """Log the findings; raise for a stop in production."""
    log = get_logger()
    for finding in findings:
        log.warning(
            "settings.finding",
            severity=finding.severity.value,
            key=finding.key,
            sentence=finding.sentence,
        )
    stops = [each for each in findings if each.severity is Severity.STOP]
    if stops and settings.gateway.is_production:
        listing = "\n".join(f"  - {each.key}: {each.sentence}" for each in stops)
        raise ConfigurationError(
            f"The gateway does not start in production:\n{listing}",
            "`ncp check` says what to do about each.",
        )


def _serve(settings: Settings, settings_file: Path, ready_file: Path | None) -> None:
    if settings.doors.workers > 1:
        # One process needs nothing of it.
        from ncp.cli.serving_workers import serve_with_workers  # noqa: PLC0415

        serve_with_workers(settings, settings_file, ready_file)
        return
    if settings.doors.own_cores:
        from ncp.workers.cores import own_cores, stay_on  # noqa: PLC0415 - as above

        stay_on(*own_cores(1))
    # Put together late: `ncp check` must work where this does not.
    from ncp.assembly import assemble  # noqa: PLC0415

    with assemble(settings, settings_file=settings_file) as gateway:
        # What is loaded now stays: the collector need not look at it again.
        gc.freeze()
        gc.enable()
        run(
            gateway.doors,
            gateway.metrics,
            ready_file=ready_file,
            stop_timeout_s=settings.doors.stop_timeout_s,
            on_hang_up=gateway.rotation.hang_up,
        )

"""What would stop a gateway, found before it opens its doors.

A *stop* is a fault with which the gateway cannot or must not work; a *warning* is what
an operator should know. Some faults are stops in production only: a demonstration may
keep messages, production may not.

Spec: ARCHITECTURE "``ncp serve`` refuses in production what ``ncp check`` calls stop".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

from ncp.settings.directory_inspection import inspect_directory
from ncp.settings.dispensing_inspection import inspect_dispensing
from ncp.settings.files_inspection import inspect_files
from ncp.settings.finding import Finding, Severity, stop, warning
from ncp.settings.model import Role, Settings
from ncp.settings.prescriptions_inspection import inspect_prescriptions
from ncp.settings.terminology_inspection import inspect_terminology
from ncp.settings.types import is_loopback


def inspect(settings: Settings, now: datetime) -> tuple[Finding, ...]:
    """Return every finding about the settings and the files they name.

    Neighbours are not asked; ``ncp.cli.reach`` does that.
    """
    return (
        *inspect_files(settings, now),
        *inspect_directory(settings),
        *inspect_terminology(settings, now),
        *_choices(settings),
        *inspect_dispensing(settings),
        *_access_log(settings),
        *inspect_prescriptions(settings),
        *_people(settings),
    )


def has_stop(findings: tuple[Finding, ...]) -> bool:
    """Tell whether one of the findings is a stop."""
    return any(finding.severity is Severity.STOP for finding in findings)


def _choices(settings: Settings) -> Iterator[Finding]:
    """Find choices that do for a test and not for patients."""
    if settings.exchange.folder is not None:
        yield from _kept_exchanges(settings)
    if settings.demo.allow_missing_mandatory:
        yield _unfit(
            settings,
            "demo.allow_missing_mandatory",
            "documents that lack a mandatory fact would be sent",
            "Remove the [demo] section.",
        )
    yield from _national_choices(settings)
    if settings.gateway.is_production and not settings.audit.repositories:
        yield warning(
            "audit.repositories",
            "no audit repository is told of anything: events stay in this database",
            "Add an [[audit.repositories]] section for each that is to be told.",
        )
    if not settings.peers:
        yield warning(
            "peers",
            "no other country is known, so nobody can be asked or answered",
            "Add a [[peers]] section for each country.",
        )


def _kept_exchanges(settings: Settings) -> Iterator[Finding]:
    if settings.exchange.allow_in_production and settings.gateway.is_production:
        yield warning(
            "exchange.folder",
            "every message is kept, with patient data, in clear",
            "Remove exchange.folder as soon as it is not needed any more.",
        )
        return
    yield _unfit(
        settings,
        "exchange.folder",
        "every message would be kept, with patient data, in clear",
        "Remove exchange.folder, or set exchange.allow_in_production knowing this.",
    )


def _national_choices(settings: Settings) -> Iterator[Finding]:
    national = settings.national
    if national is None or Role.A not in settings.gateway.roles:
        return
    if national.consent.default == "permit":
        yield _unfit(
            settings,
            "national.consent.default",
            "patients of whom no consent is registered would count as consenting",
            'Set it to "deny".',
        )
    yield from _national_address(settings, urlsplit(national.base_url))
    if national.patient_identifier.check == "none":
        yield warning(
            "national.patient_identifier.check",
            "the digits of national identifiers are not checked",
            "Choose the check of your country, if there is one.",
        )


def _national_address(settings: Settings, address: SplitResult) -> Iterator[Finding]:
    if address.scheme == "http":
        yield _unfit(
            settings,
            "national.base_url",
            "patient data would cross the national network unencrypted",
            "Use an address that begins with https://",
        )
    if is_loopback(address.hostname or ""):
        yield warning(
            "national.base_url",
            "the national server is on this machine, as the sample country is",
            "Name the server of the national infrastructure, or leave a local proxy.",
        )


def _access_log(settings: Settings) -> Iterator[Finding]:
    stated = settings.accesses.national_log
    key = "accesses.national_log"
    if stated.told == "nothing" and Role.A in settings.gateway.roles:
        yield warning(
            f"{key}.told",
            "people do not see in the national access log who abroad had their data",
            "Name what is told, if the country has such a log; `ncp audit report` "
            "answers whoever asks.",
        )
    server = stated.server
    if server is not None and not server.base_url.startswith("https://"):
        yield _unfit(
            settings,
            f"{key}.server.base_url",
            "patient data would cross the national network unencrypted",
            "Use an address that begins with https://",
        )


def _people(settings: Settings) -> Iterator[Finding]:
    if Role.B in settings.gateway.roles and not settings.professionals:
        yield warning(
            "professionals",
            "nobody can use the national door",
            "Add a [[professionals]] section.",
        )
    if not settings.operators:
        yield warning(
            "operators",
            "nobody can read readiness and metrics",
            "Add an [[operators]] section.",
        )


def _unfit(settings: Settings, key: str, sentence: str, remedy: str) -> Finding:
    """Build a stop in production; elsewhere a warning that says so."""
    if settings.gateway.is_production:
        return stop(key, sentence, remedy)
    return warning(key, f"{sentence} (a stop in production)", remedy)

"""``ncp check``: list what would stop the gateway, and what to know.

Spec: ARCHITECTURE "``ncp serve`` refuses in production what ``ncp check`` calls stop".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeAlias

from ncp.cli.backlog_findings import inspect_backlog
from ncp.cli.clock_findings import inspect_clock
from ncp.cli.core_findings import inspect_cores
from ncp.cli.list_findings import inspect_lists
from ncp.cli.restraint_findings import inspect_holds
from ncp.cli.store_findings import inspect_store
from ncp.errors import ConfigurationError
from ncp.national.knock import knock
from ncp.peers.directory import PeerDirectory, Service, load_directory
from ncp.peers.reach import unreachable
from ncp.peers.trust import load_trust, online_revocation
from ncp.ports import Clock
from ncp.settings import Finding, Role, Settings, Severity, inspect
from ncp.settings.finding import stop_by, warning
from ncp.told_time import ToldTimes

# The setting that says where, and what asks there: returns why nobody answers.
_Question: TypeAlias = tuple[str, Callable[[], str | None]]


def check(
    settings: Settings, clock: Clock, *, with_neighbours: bool
) -> tuple[Finding, ...]:
    """Return all findings, stops first."""
    findings = [
        *inspect(settings, clock.now()),
        *inspect_cores(settings),
        *inspect_lists(settings, clock),
        *inspect_store(settings, clock),
        *inspect_backlog(settings, clock),
        *inspect_holds(settings, clock),
    ]
    if with_neighbours:
        findings += _neighbours(settings, clock)
    return tuple(sorted(findings, key=lambda each: each.severity is not Severity.STOP))


def report(findings: Sequence[Finding]) -> str:
    """Write the findings for a person, one paragraph each."""
    if not findings:
        return "Nothing stops this gateway, and there is nothing to warn of."
    lines = []
    for finding in findings:
        lines.append(f"{finding.severity.upper():8}{finding.key}: {finding.sentence}.")
        lines.append(f"{'':8}{finding.remedy}")
    stops = sum(finding.severity is Severity.STOP for finding in findings)
    lines.append(f"\n{_count(stops, 'stop')}, "
                 f"{_count(len(findings) - stops, 'warning')}.")  # fmt: skip
    return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _neighbours(settings: Settings, clock: Clock) -> list[Finding]:
    """Knock at every neighbour's door, all at once, and hear what time it is there."""
    times = ToldTimes(clock)
    questions = list(_national(settings, times))
    unreadable = []
    try:
        directory = load_directory(settings.peers)
        questions += _peers(settings, directory, clock, times)
    except ConfigurationError as error:
        unreadable = [stop_by("peers", error)]
    silent = _silent(questions)
    return [*unreadable, *silent, *inspect_clock(settings, times.all())]


def _silent(questions: Sequence[_Question]) -> list[Finding]:
    with ThreadPoolExecutor(max(1, len(questions))) as pool:
        answers = pool.map(lambda question: question[1](), questions)
    return [
        warning(key, reason, "Check the address, the network and the certificates.")
        for (key, _), reason in zip(questions, answers, strict=True)
        if reason is not None
    ]


def _peers(
    settings: Settings, directory: PeerDirectory, clock: Clock, times: ToldTimes
) -> Iterator[_Question]:
    answering = [
        (index, peer)
        for index, peer in enumerate(directory, 1)
        if peer.endpoints is not None
    ]
    if Role.B not in settings.gateway.roles or not answering:
        return
    # Revocation is asked about too: a dead responder is found before a message is.
    online = online_revocation(settings.revocation, times)
    trust = load_trust(settings, directory, online=online)
    client = settings.keys.tls_client
    for index, peer in answering:
        for service in Service:
            key = f"peers[{index}].endpoints.{service.value}"
            yield key, partial(unreachable, peer, service, client, trust, clock)


def _national(settings: Settings, times: ToldTimes) -> Iterator[_Question]:
    log = settings.accesses.national_log
    servers = {
        "national": settings.national,
        "accesses.national_log.server": log.server if log.told != "nothing" else None,
    }
    for key, server in servers.items():
        if server is not None:
            asked = partial(knock, server.base_url, server.tls_authorities, times)
            yield f"{key}.base_url", asked

"""``ncp check``: list what would stop the gateway, and what to know.

Spec: ARCHITECTURE "``ncp serve`` refuses in production what ``ncp check`` calls stop".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from ncp.cli.backlog_findings import inspect_backlog
from ncp.cli.list_findings import inspect_lists
from ncp.cli.restraint_findings import inspect_holds
from ncp.cli.store_findings import inspect_store
from ncp.errors import ConfigurationError
from ncp.peers.directory import PeerDirectory, Service, load_directory
from ncp.peers.reach import unreachable, unreachable_address
from ncp.peers.trust import load_trust, online_revocation
from ncp.ports import Clock
from ncp.settings import Finding, Role, Settings, Severity, inspect
from ncp.settings.finding import stop, warning


def check(
    settings: Settings, clock: Clock, *, with_neighbours: bool
) -> tuple[Finding, ...]:
    """Return all findings, stops first."""
    findings = [
        *inspect(settings, clock.now()),
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
    """Knock at every neighbour's door, all at once."""
    try:
        directory = load_directory(settings.peers)
        questions = _questions(settings, directory, clock)
    except ConfigurationError as error:
        return [stop("peers", error.public_message.rstrip("."), error.remedy)]
    with ThreadPoolExecutor(max(1, len(questions))) as pool:
        answers = pool.map(lambda question: question[1](), questions)
    return [
        warning(key, reason, "Check the address, the network and the certificates.")
        for (key, _), reason in zip(questions, answers, strict=True)
        if reason is not None
    ]


def _questions(
    settings: Settings, directory: PeerDirectory, clock: Clock
) -> list[tuple[str, Callable[[], str | None]]]:
    questions: list[tuple[str, Callable[[], str | None]]] = []
    answering = [
        (index, peer)
        for index, peer in enumerate(directory, 1)
        if peer.endpoints is not None
    ]
    if Role.B in settings.gateway.roles and answering:
        # Revocation is asked about too: a dead responder is found before a message is.
        online = online_revocation(settings.revocation)
        trust = load_trust(settings, directory, online=online)
        client = settings.keys.tls_client
        questions += [
            (
                f"peers[{index}].endpoints.{service.value}",
                partial(unreachable, peer, service, client, trust, clock),
            )
            for index, peer in answering
            for service in Service
        ]
    if settings.national is not None:
        address = settings.national.base_url
        questions.append(("national.base_url", partial(unreachable_address, address)))
    log = settings.accesses.national_log
    if log.told != "nothing" and log.server is not None:
        key, address = "accesses.national_log.server.base_url", log.server.base_url
        questions.append((key, partial(unreachable_address, address)))
    return questions

"""Pytest plugin: what was skipped for which missing capability, at the end of a run.

With ``NCP_ACCEPT=1`` every skip is a failure, whoever asked for it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterable

import pytest

from tests.capabilities import SKIP_PREFIX, is_acceptance

_CAPABILITY = re.compile(
    re.escape(SKIP_PREFIX) + r"(?P<name>[^()]+?) \((?P<remedy>.*)\)"
)
OTHER = "other reasons"


def skip_reason(longrepr: object) -> str:
    """Return the reason of a skip from the form pytest keeps it in."""
    if isinstance(longrepr, tuple):
        return str(longrepr[-1]).removeprefix("Skipped: ")
    return str(longrepr)


def capability_of(reason: str) -> tuple[str, str]:
    """Split a skip's reason into capability and remedy."""
    match = _CAPABILITY.search(reason)
    if match is None:
        return OTHER, reason
    return match["name"], match["remedy"]


def count_by_capability(reasons: Iterable[str]) -> Counter[tuple[str, str]]:
    """Count the skips of each missing capability."""
    return Counter(capability_of(reason) for reason in reasons)


def refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skipped report into a failed one; an expected failure stays as it is."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = skip_reason(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"skipped, and NCP_ACCEPT allows no skip: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if is_acceptance():
        refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if is_acceptance():
        refuse_skip(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.stats.get("skipped", [])
    terminalreporter.section("skipped for a missing capability")
    if not reports:
        terminalreporter.write_line("nothing was skipped")
        return
    counts = count_by_capability(skip_reason(report.longrepr) for report in reports)
    for (capability, remedy), number in sorted(counts.items()):
        tests = "test" if number == 1 else "tests"
        terminalreporter.write_line(f"{capability}: {number} {tests} ({remedy})")

"""Pytest plugin: which rule of which text is proved by which tests, with what result.

Tests say it with ``@pytest.mark.spec("ITI TF-2 3.55.4.2")``. The report is written to
``reports/spec-coverage.json`` and ``.md``; it speaks of the tests of this run only.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

PROPERTY = "spec"
_RANK = {"passed": 0, "skipped": 1, "failed": 2}


class SpecReport:
    """Collects the outcome of each marked test and writes the report."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._outcomes: dict[str, dict[str, str]] = defaultdict(dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, citation in report.user_properties:
            if name == PROPERTY:
                self._note(str(citation), report.nodeid, report.outcome)

    def _note(self, citation: str, test: str, outcome: str) -> None:
        # Setup, call and teardown report separately: the worst of them counts.
        known = self._outcomes[citation].get(test, "passed")
        self._outcomes[citation][test] = max(known, outcome, key=_RANK.__getitem__)

    def pytest_sessionfinish(self) -> None:
        if self._outcomes:
            self._folder.mkdir(exist_ok=True)
            rows = self.rows()
            _replace(self._folder / "spec-coverage.json", _as_json(rows))
            _replace(self._folder / "spec-coverage.md", _as_markdown(rows))

    def rows(self) -> list[dict[str, object]]:
        """Return one row per rule, in order of the citation."""
        return [
            {
                "rule": citation,
                "result": max(tests.values(), key=_RANK.__getitem__),
                "tests": dict(sorted(tests.items())),
            }
            for citation, tests in sorted(self._outcomes.items())
        ]


def _as_json(rows: list[dict[str, object]]) -> str:
    return json.dumps({"rules": rows}, indent=1) + "\n"


def _as_markdown(rows: list[dict[str, object]]) -> str:
    lines = ["# Rules and the tests that prove them", ""]
    lines += ["| rule | result | tests |", "|---|---|---|"]
    for row in rows:
        tests = row["tests"]
        names = "<br>".join(tests) if isinstance(tests, dict) else ""
        rule = str(row["rule"]).replace("|", "\\|")
        lines.append(f"| {rule} | {row['result']} | {names} |")
    return "\n".join(lines) + "\n"


def _replace(path: Path, text: str) -> None:
    # Several runs may end at the same moment: a reader never sees half a file.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in item.iter_markers(PROPERTY):
            for citation in marker.args:
                # A user property travels with the report from a worker process.
                item.user_properties.append((PROPERTY, citation))


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    if not is_worker:
        folder = config.rootpath / "reports"
        config.pluginmanager.register(SpecReport(folder), "spec-report")

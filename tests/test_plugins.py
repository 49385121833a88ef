"""The test suite's own reports can be believed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import capabilities
from tests.plugins.capability_report import capability_of, count_by_capability
from tests.plugins.scheduling import TWO_COUNTRIES, scope_of

pytest_plugins = ["pytester"]

SAMPLE = """
import pytest
from tests.capabilities import missing, require_data

@pytest.mark.spec("RULE 1")
def test_one():
    pass

@pytest.mark.spec("RULE 1", "RULE 2")
def test_two():
    assert False

def test_three():
    require_data("no-such-kind")

def test_four():
    missing("Java", "install it")

def test_five():
    pytest.skip("not today")
"""
CONFTEST = """
pytest_plugins = ["tests.plugins.capability_report", "tests.plugins.spec_report"]
"""


@pytest.fixture
def sample_run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_sample=SAMPLE)
    pytester.makeini(
        "[pytest]\npythonpath = "
        f"{capabilities.REPOSITORY}\nmarkers = spec(citation): rule\n"
    )
    monkeypatch.delenv("NCP_ACCEPT", raising=False)
    return pytester


def test_a_skip_names_its_capability_and_remedy():
    assert capability_of("missing capability: Java (install it)") == (
        "Java",
        "install it",
    )
    assert capability_of("not today") == ("other reasons", "not today")


def test_skips_are_counted_by_capability():
    counts = count_by_capability(["missing capability: Java (install it)"] * 2)
    assert counts == {("Java", "install it"): 2}


@pytest.mark.parametrize("workers", ["-pno:xdist", "-n2"])
def test_a_run_ends_with_what_was_missing_and_what_was_proved(sample_run, workers):
    result = sample_run.runpytest_subprocess(workers)
    result.assert_outcomes(passed=1, failed=1, skipped=3)
    result.stdout.fnmatch_lines(["Java: 1 test (install it)"])
    result.stdout.fnmatch_lines(["test data: 1 test (set NCP_TEST_DATA*"])
    result.stdout.fnmatch_lines(["other reasons: 1 test (not today)"])
    report = json.loads((sample_run.path / "reports/spec-coverage.json").read_text())
    assert [(row["rule"], row["result"]) for row in report["rules"]] == [
        ("RULE 1", "failed"),
        ("RULE 2", "failed"),
    ]
    assert report["rules"][0]["tests"] == {
        "test_sample.py::test_one": "passed",
        "test_sample.py::test_two": "failed",
    }


def test_in_acceptance_every_skip_is_a_failure(sample_run, monkeypatch):
    monkeypatch.setenv("NCP_ACCEPT", "1")
    result = sample_run.runpytest_subprocess("-pno:xdist")
    result.assert_outcomes(passed=1, failed=4)


def test_the_data_folder_is_a_setting(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("NCP_TEST_DATA", str(tmp_path))
    (tmp_path / "fhir-dev").mkdir()
    assert capabilities.require_data("fhir-dev") == tmp_path / "fhir-dev"


def test_what_uses_the_two_countries_stays_on_one_worker():
    for name in ("corpus", "handshake", "refusals", "way"):
        file = f"tests/integration/test_{name}.py"
        assert (capabilities.REPOSITORY / file).exists()
        assert scope_of(f"{file}::test_x[1]") == TWO_COUNTRIES
    assert scope_of("tests/a/test_b.py::test_c") == "tests/a/test_b.py"

"""What a start leaves out: libraries, and what was proven before."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ncp.cli.left_out import leave_out

# Tracebacks and models nobody uses; readers that a child loads; the DNS where no zone
# is named; migrations where the schema is today's; paths of certificates not shown yet.
UNNEEDED = (
    "rich",
    "pydantic.v1",
    "pikepdf",
    "PIL",
    "dns",
    "alembic",
    "pyhanko_certvalidator",
)

START = f"""
import sys
from ncp.cli.left_out import UNUSED, leave_out
leave_out(*UNUSED)
import ncp.cli.serving, ncp.assembly
from ncp.telemetry import Metrics
from ncp.web.operations import Desks, operations_app
operations_app({{}}, Metrics(), tuple, Desks(object(), object(), object()))
loaded = [each for each in {UNNEEDED!r} if sys.modules.get(each) is not None]
sys.exit(str(loaded) if loaded else 0)
"""


def test_serving_loads_nothing_that_only_others_need():
    done = subprocess.run(
        [sys.executable, "-c", START], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr


def test_what_is_left_out_is_not_found_and_what_is_loaded_stays(monkeypatch):
    monkeypatch.setattr(sys, "modules", {**sys.modules})
    sys.modules.pop("this", None)
    leave_out("pytest", "this")
    assert sys.modules["pytest"] is pytest
    assert sys.modules["this"] is None

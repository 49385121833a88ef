"""``ncp check`` says what ``ncp serve`` refuses: more workers than cores."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from ncp.cli.core_findings import inspect_cores
from ncp.settings import Severity
from ncp.settings.doors import DoorsSettings


@pytest.fixture(autouse=True)
def _one_core(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0})


def found(**stated: object) -> list[tuple[str, Severity]]:
    settings = SimpleNamespace(doors=DoorsSettings(**stated))
    return [(each.key, each.severity) for each in inspect_cores(settings)]


def test_more_workers_than_cores_stop_a_gateway_that_binds_them():
    assert found(workers=2, own_cores=True) == [("doors.own_cores", Severity.STOP)]


@pytest.mark.parametrize(
    "stated", [{"workers": 1, "own_cores": True}, {"workers": 2}, {}]
)
def test_nothing_is_said_where_each_has_its_core_or_wants_none(stated):
    assert found(**stated) == []

"""The benchmark end to end still knows every stage of an exchange."""

from __future__ import annotations

from benchmarks import bench_end_to_end
from benchmarks.end_to_end.rounds import HTTP, NATIONAL, PLACES
from benchmarks.end_to_end.scene import running
from benchmarks.end_to_end.stages import AFTER, BEFORE, USE_CASE


def test_every_stage_of_every_exchange_can_be_measured_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(bench_end_to_end, "WARM_UP", 0)
    monkeypatch.setattr(bench_end_to_end, "SESSIONS", 1)
    with running(tmp_path / "scene") as scene:
        sheets = bench_end_to_end.measure(scene, rounds=1)
    assert [sheet.title for sheet in sheets] == list(bench_end_to_end.TITLES)
    for sheet, use_case in zip(sheets, USE_CASE.values(), strict=True):
        stages = [name for name, _ in (*BEFORE, *use_case, *AFTER)]
        assert set(sheet.parts) == {HTTP, NATIONAL, PLACES, *stages}
        assert all(len(rounds) == 1 for rounds in sheet.parts.values())

"""The benchmark end to end still knows every stage of an exchange."""

from __future__ import annotations

from benchmarks import bench_end_to_end
from benchmarks.end_to_end.scene import running


def test_every_stage_of_every_exchange_can_be_measured_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(bench_end_to_end, "WARM_UP", 0)
    monkeypatch.setattr(bench_end_to_end, "SESSIONS", 1)
    with running(tmp_path / "scene") as scene:
        sheets = bench_end_to_end.measure(scene, rounds=1)
    assert [sheet.title for sheet in sheets] == list(bench_end_to_end.TITLES)
    for sheet in sheets:
        [floor] = sheet.floors()
        assert floor.cpu_us > 0
        assert all(cost.cpu_us > 0 for [cost] in sheet.parts.values())

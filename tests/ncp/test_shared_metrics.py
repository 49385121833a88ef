"""What several processes count is told as of one gateway."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

_HEAD = """
import sys
from pathlib import Path
from ncp.shared_metrics import exposition, forget_process, share_metrics
share_metrics(Path(sys.argv[1]))
from ncp.telemetry import Metrics
metrics = Metrics()
"""
_WORKER = """
import os
metrics.tell_breakers_open("PT", 2)
metrics.tell_breakers_open("PT", int(sys.argv[2]))
print(os.getpid())
"""
_ASKED = """
for pid in sys.argv[2:]:
    forget_process(int(pid))
print(exposition(metrics.registry).decode())
"""


def ran(code: str, *arguments: object) -> str:
    return subprocess.run(
        [sys.executable, "-c", _HEAD + code, *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_open_breakers_are_added_up_over_the_processes_that_live(tmp_path: Path):
    first, _ = (ran(_WORKER, tmp_path, number).strip() for number in (1, 3))
    assert open_of(ran(_ASKED, tmp_path)) == 4
    assert open_of(ran(_ASKED, tmp_path, first)) == 3


def open_of(exposition: str) -> float:
    [(_, number)] = re.findall(
        r'^ncp_peer_breakers_open\{country="(PT)"\} (\S+)$', exposition, re.MULTILINE
    )
    return float(number)

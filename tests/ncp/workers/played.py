"""A supervisor with workers of one small application, as a process for tests.

Arguments: the ready file, how many workers, how a worker begins ("well", "badly"). Who
hangs is noticed after three seconds here.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import ExitStack
from pathlib import Path

from ncp.errors import ConfigurationError
from ncp.telemetry import Metrics
from ncp.web.doors import Door, run_handed
from ncp.web.handed import HandedDoors
from ncp.web.places import Place, announce, bind, opened
from ncp.workers import Supervisor
from ncp.workers.channel import Fleet, WorkerEnd
from ncp.workers.watch import Watch

PLACE = Place("national", "127.0.0.1", 0, is_tls=False)


def serve_one(
    end: WorkerEnd, number: int, count: int, beginning: str, heard: Path
) -> int:
    if beginning == "badly":
        return 3
    (heard / f"worker-{number}").write_text(str(os.getpid()))
    handed = HandedDoors(end, Fleet(0, count), beat_s=0.05)

    async def app(scope, receive, send):
        if scope["path"] == "/end":
            os._exit(9)
        if scope["path"] == "/slow":
            await asyncio.sleep(0.5)
        fleet = handed.fleet
        text = f"{os.getpid()} {fleet.ready}/{fleet.wanted}"
        length = (b"content-length", str(len(text)).encode())
        head = {"type": "http.response.start", "status": 200, "headers": [length]}
        await send(head)
        await send({"type": "http.response.body", "body": text.encode()})

    def on_hang_up() -> None:
        (heard / str(os.getpid())).touch()

    door = Door("national", app, "127.0.0.1", 0)
    run_handed([door], Metrics(), handed, stop_timeout_s=5, on_hang_up=on_hang_up)
    return 0


def main(ready: str, count: str, beginning: str) -> int:
    with ExitStack() as stack:
        bound = stack.enter_context(bind(PLACE))
        supervisor = Supervisor(
            [bound],
            int(count),
            lambda end, number: serve_one(
                end, number, int(count), beginning, Path(ready).parent
            ),
            stop_timeout_s=5,
            watch=Watch(look_s=0.1, most_missed=30),
        )
        try:
            supervisor.run(lambda: announce(Path(ready), [opened(PLACE, bound)]))
        except ConfigurationError as error:
            print(error.public_message, flush=True)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

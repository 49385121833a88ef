"""A process that sends one dispensation many times at once.

It says that it is ready, waits for a line, and then tells what each was answered.
"""

from __future__ import annotations

import sys
import threading

from ncp.errors import NcpError
from ncp.ports import SystemClock
from ncp.store import DataKey, Store
from tests.ncp.country_a.dispensing.counter import order
from tests.ncp.country_a.dispensing.victims import desk_over, prescription_of

MANY = 25


def main() -> None:
    url, server = sys.argv[1:]
    store = Store.open(url, DataKey(b"k" * 32), SystemClock())
    desk, _ = desk_over(store, server, SystemClock())
    sent = order(0, prescription_of(0))
    told: list[str] = []

    def send() -> None:
        try:
            told.append(str(desk.carry_out(sent).refusal))
        except NcpError as error:
            told.append(str(error.refusal))

    threads = [threading.Thread(target=send) for _ in range(MANY)]
    print("ready", flush=True)
    sys.stdin.readline()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(*told, flush=True)
    store.close()


if __name__ == "__main__":
    main()

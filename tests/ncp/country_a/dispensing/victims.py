"""Processes that dispense until they are killed: ``python -m ... URL SERVER``.

The one that is started imports everything and forks on demand: a line ``<first>`` on
its input makes a worker that dispenses the documents from that number on, and takes
every third one back. A worker says its pid, and then, on lines of its own, what it was
answered.
"""

from __future__ import annotations

import os
import sys
import threading
import time

from ncp.country_a.dispensing import Bench, DispensingDesk, Reconciler
from ncp.country_a.prescriptions import DispensabilityJudge
from ncp.errors import NcpError
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_prescriptions import FhirPrescriptionSource
from ncp.national.fhir_register import FhirDispensationRegister
from ncp.national.server_base import ServerBase
from ncp.ports import Clock, SystemClock
from ncp.store import DataKey, Store
from tests.ncp.country_a.dispensing.counter import Ids, discard_of, order

THREADS = 3
# Far above what is dispensed before anybody is killed.
_MOST = 400


def prescription_of(number: int) -> str:
    return f"1.3.182.99.5^rx-{number}"


def desk_over(store: Store, server: str, clock: Clock) -> tuple[DispensingDesk, Bench]:
    client = FhirClient(ServerBase.parse(server))
    bench = Bench(
        store.deeds,
        FhirPrescriptionSource(client),
        FhirDispensationRegister(client),
        DispensabilityJudge(),
        clock,
        Ids(),
    )
    return DispensingDesk(bench), bench


def work(url: str, server: str, first: int) -> None:
    store = Store.open(url, DataKey(b"k" * 32), SystemClock())
    desk, bench = desk_over(store, server, SystemClock())
    threads = [
        threading.Thread(target=_dispense, args=(desk, first + each), daemon=True)
        for each in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    reconciler = Reconciler(desk, bench)
    while True:
        reconciler.turn()
        time.sleep(0.05)


def _dispense(desk: DispensingDesk, first: int) -> None:
    for number in range(first, first + _MOST, THREADS):
        _say("dispense", number, desk, order(number, prescription_of(number)))
        if number % 3 == 0:
            _say("discard", number, desk, discard_of(number, prescription_of(number)))


def _say(what: str, number: int, desk: DispensingDesk, sent) -> None:
    try:
        told = desk.carry_out(sent).refusal
    except NcpError as error:
        told = error.refusal
    os.write(1, f"{what} {number} {told}\n".encode())


def main() -> None:
    url, server = sys.argv[1:]
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os.write(1, f"pid {os.getpid()} \n".encode())
            work(url, server, int(line))
        os.waitpid(pid, 0)
        os.write(1, b"dead  \n")


if __name__ == "__main__":
    main()

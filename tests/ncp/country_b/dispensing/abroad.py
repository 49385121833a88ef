"""Country A in a process of its own, which outlives the pharmacies that are killed."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

from ncp.exchange import HttpPayload, OutboundHttp
from ncp.ihe.codes import Transaction
from tests.ncp.country_a.scene import NOW, CountryA, StoppedClock
from tests.ncp.country_b.dispensing.scene import country_abroad
from tests.trust import pki
from trust.certificates import SigningKey

# What is asked: the transaction, media type and body, and what time it is.
Asked = tuple[str, str, bytes, datetime]
# What is answered: status, media type, body.
Answered = tuple[int, str, bytes]


@dataclass
class CountryAbroad:
    """The line to that process; in the scene of a pharmacy it is country A."""

    connection: Connection
    clock: StoppedClock
    seal: SigningKey

    @classmethod
    def reached(cls, address: str, moment: datetime = NOW) -> CountryAbroad:
        return cls(Client(address, "AF_UNIX"), StoppedClock(moment), pki.seal("seal"))

    def deliver(self, transaction: Transaction, payload: HttpPayload) -> OutboundHttp:
        asked = (transaction.value, payload.content_type, payload.body)
        self.connection.send((*asked, self.clock.now()))
        status, content_type, body = self.connection.recv()
        return OutboundHttp(status, HttpPayload(content_type, body))


def begin_abroad(folder: Path, prescriptions: Collection[str]) -> Listener:
    """Let country A begin in a process of its own; return where it listens.

    It ends when the caller and all its children have ended.
    """
    pki.seal("seal")  # once, before they part: all have the same
    listener = Listener(None, "AF_UNIX")
    outlived, _held_open = os.pipe()
    if os.fork() == 0:
        os.close(_held_open)
        threading.Thread(target=_end_after, args=(outlived,), daemon=True).start()
        _answer_all(listener, country_abroad(folder, prescriptions))
    return listener


def _end_after(outlived: int) -> None:
    os.read(outlived, 1)
    os._exit(0)


def _answer_all(listener: Listener, country_a: CountryA) -> None:
    while True:
        with listener.accept() as connection:
            try:
                while True:
                    connection.send(_answer(country_a, connection.recv()))
            except (EOFError, OSError):
                continue  # the pharmacy is dead; the next one comes


def _answer(country_a: CountryA, asked: Asked) -> Answered:
    transaction, content_type, body, country_a.clock.moment = asked
    payload = HttpPayload(content_type, body)
    answer = country_a.deliver(Transaction(transaction), payload)
    return answer.status, answer.payload.content_type, answer.payload.body

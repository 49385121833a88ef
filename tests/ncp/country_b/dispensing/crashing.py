"""Crashes at every point at which a dispensation touches the disk or the line.

A crash is an exception that nothing of ours catches, in the thread of whoever called;
what was committed by then stays, and the store is opened anew.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ncp.country_b.dispensing.register_letters import REGISTER
from ncp.peers.directory import Service
from ncp.store.unit_of_work import StoreUnitOfWork
from tests.ncp.country_b.dispensing.scene import PharmacyScene


class Crash(BaseException):
    """The machine went down."""


def crash(point: str) -> None:
    """Let the machine go down."""
    raise Crash(point)


@dataclass
class Points:
    """Counts the points that are passed; dies at the one that is named.

    ``before`` a commit nothing of it is written; ``after`` it, all is. ``before`` the
    line nothing is sent; ``after`` it, the answer is lost.
    """

    at: str | None = None
    dies: Callable[[str], None] = crash
    passed: list[str] = field(default_factory=list)

    def reach(self, name: str) -> None:
        self.passed.append(name)
        if name == self.at:
            self.dies(name)

    def around(self, name: str, work: Callable[[], object]) -> object:
        number = sum(each.startswith(f"before {name} ") for each in self.passed) + 1
        self.reach(f"before {name} {number}")
        done = work()
        self.reach(f"after {name} {number}")
        return done


@contextmanager
def points(
    scene: PharmacyScene,
    at: str | None = None,
    dies: Callable[[str], None] = crash,
) -> Iterator[Points]:
    """Name the points of what is done inside, and die at one of them."""
    passing = Points(at, dies)
    commit, send = StoreUnitOfWork.commit, scene.line.send
    own = scene.store._write_statements

    def committed(work: StoreUnitOfWork) -> None:
        if work._context.write != own:
            return commit(work)
        return passing.around("commit", lambda: commit(work))

    def sent(peer, service, payload):
        if service is not Service.XDR:
            return send(peer, service, payload)
        return passing.around("sending", lambda: send(peer, service, payload))

    StoreUnitOfWork.commit = committed
    scene.line.send = sent
    try:
        yield passing
    finally:
        StoreUnitOfWork.commit = commit
        scene.line.send = send


def crashes(scene: PharmacyScene, at: str, act: Callable[[], object]) -> bool:
    """Do something, crash at a point, open the store anew; say whether it came so."""
    try:
        with points(scene, at):
            act()
    except Crash:
        scene.restart()
        return True
    return False


def booked(folder: Path) -> Counter[str]:
    """Return what the other country holds as dispensed: documents by their ids."""
    with closing(sqlite3.connect(folder / "register.sqlite")) as connection:
        rows = connection.execute("SELECT document_id FROM dispensed").fetchall()
    return Counter(row[0] for row in rows)


def told(scene: PharmacyScene) -> Counter[str]:
    """Return what the national register is told, by the ids of the letters."""
    return Counter(
        letter.id
        for batch in scene.store.outbox.due(REGISTER.name, 1000)
        for letter in batch.letters
    )

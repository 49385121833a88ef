"""Holds the doors open, hands connections on, and keeps the workers alive.

It runs no thread and no event loop, so that it can fork at any moment. Everything it
decides is small: whom to give a connection, whom to start again, when to give up.

- A connection goes to the ready worker that has the fewest open. Neighbours keep few
  connections and keep them long: left to the kernel, two of them land in one process as
  often as not.
- The first worker is alone at first: it brings the database to today's schema.
- The doors open when all workers are ready. One that ends later is started again, and
  the others serve on; if they end again and again, all is stopped and that is an error.
- A worker that is stuck does not end. Whoever has said nothing for two minutes is
  killed, and so is started again.

Spec: fact sheet 08 8.4 (connections and workers).
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeAlias

from ncp.errors import ConfigurationError
from ncp.shared_metrics import forget_process
from ncp.telemetry import get_logger
from ncp.workers.channel import (
    Fleet,
    OtherSideGone,
    SupervisorEnd,
    WorkerEnd,
    channel,
)
from ncp.workers.watch import Watch

# So many ends within so long are no accident.
MOST_ENDS: Final = 5
WITHIN_S: Final = 60.0
_BACKLOG: Final = 2_048
# Accepting failed, most likely for want of descriptors: some will be free again.
_ACCEPT_PAUSE_S: Final = 0.5
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)

Work: TypeAlias = Callable[[WorkerEnd, int], int]
"""What a worker does from its birth to its end; returns its exit status.

It is told its number, from 0: whoever replaces a worker has the number of that one.
"""


@dataclass(slots=True)
class _Worker:
    """A process, and what is known of it."""

    pid: int
    number: int
    end: SupervisorEnd
    is_ready: bool = False
    connections: int = 0


class Supervisor:
    """Runs ``count`` workers behind the listening sockets.

    Parameters
    ----------
    doors
        Bound, not listening yet; a worker is told their places in this sequence.
    work
        What a worker does, in a process of its own.
    stop_timeout_s
        How long workers may take to stop before they are killed.
    watch
        Notices workers that hang.
    """

    def __init__(
        self,
        doors: Sequence[socket.socket],
        count: int,
        work: Work,
        *,
        stop_timeout_s: float = 30.0,
        watch: Watch | None = None,
    ) -> None:
        self._doors = doors
        self._count = count
        self._work = work
        self._stop_timeout_s = stop_timeout_s
        self._watch = watch or Watch()
        self._workers: dict[int, _Worker] = {}
        self._ends: deque[float] = deque(maxlen=MOST_ENDS)
        self._selector = selectors.DefaultSelector()
        self._is_open = False
        self._stop_signal: int | None = None

    def run(self, on_open: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT; ``on_open`` is called when all are ready.

        Raises
        ------
        ConfigurationError
            A worker did not start, or they end again and again. All are stopped.
        """
        with ExitStack() as stack:
            stack.callback(self._selector.close)
            stack.callback(self._stop_all)
            signals = stack.enter_context(_heard_signals())
            self._selector.register(signals, selectors.EVENT_READ, self._on_signal)
            self._start_one()
            while self._stop_signal is None:
                self._turn()
                if not self._is_open and self._fleet.is_whole:
                    self._open()
                    on_open()

    # --- one turn ------------------------------------------------------------------

    def _turn(self) -> None:
        for key, _ in self._selector.select(self._watch.seconds_left()):
            key.data(key.fileobj)
            if self._stop_signal is not None:
                return
        # Whatever was said meanwhile is heard by now.
        self._kill_hung()

    def _on_signal(self, signals: socket.socket) -> None:
        for number in signals.recv(256):
            if number == signal.SIGHUP:
                self._pass_on(signal.SIGHUP)
            elif number == signal.SIGCHLD:
                self._reap()
            else:
                get_logger().info("gateway.stopping", signal=_name(number))
                self._stop_signal = number

    def _on_knock(self, door: socket.socket) -> None:
        try:
            connection, _ = door.accept()
        except (BlockingIOError, ConnectionError):
            return  # gone between the knock and the opening
        except OSError as error:
            get_logger().error("tls.accept.failed", exc_info=error)
            time.sleep(_ACCEPT_PAUSE_S)
            return
        with connection:
            self._hand(self._doors.index(door), connection)

    def _hand(self, door: int, connection: socket.socket) -> None:
        ready = [each for each in self._workers.values() if each.is_ready]
        for worker in sorted(ready, key=lambda each: each.connections):
            if worker.end.hand(door, connection):
                worker.connections += 1
                return
        get_logger().error("worker.none-ready", count=len(ready))

    def _on_word(self, end: SupervisorEnd) -> None:
        found = (each for each in self._workers.values() if each.end is end)
        worker = next(found, None)
        if worker is None:
            return  # buried in the same turn
        try:
            has_become_ready, gone = end.hear()
        except OtherSideGone:
            # The end of the process itself is told by a signal.
            self._selector.unregister(end)
            worker.is_ready = False
            return
        self._watch.heard(worker.pid)
        worker.connections -= gone
        if has_become_ready:
            worker.is_ready = True
            get_logger().info("worker.ready", pid=worker.pid)
            while len(self._workers) < self._count:
                self._start_one()
            self._tell_fleet()

    # --- workers -------------------------------------------------------------------

    @property
    def _fleet(self) -> Fleet:
        ready = sum(each.is_ready for each in self._workers.values())
        return Fleet(ready, self._count)

    def _tell_fleet(self) -> None:
        for worker in self._workers.values():
            worker.end.tell(self._fleet)

    def _start_one(self) -> None:
        ours, theirs = channel()
        number = self._free_number()
        pid = os.fork()
        if pid == 0:
            self._become_worker(number, theirs, ours)
        theirs.close()
        self._workers[pid] = _Worker(pid, number, ours)
        self._selector.register(ours, selectors.EVENT_READ, self._on_word)
        get_logger().info("worker.started", pid=pid)

    def _free_number(self) -> int:
        taken = {each.number for each in self._workers.values()}
        return next(each for each in range(self._count) if each not in taken)

    def _become_worker(
        self, number: int, own: WorkerEnd, others: SupervisorEnd
    ) -> NoReturn:
        """Let go of all that is the supervisor's, work, and end; never returns."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            for each in _SIGNALS:
                signal.signal(each, signal.SIG_DFL)
            self._selector.close()
            others.close()
            for door in self._doors:
                door.close()
            for worker in self._workers.values():
                worker.end.close()
            status = self._work(own, number)
        except BaseException as error:  # noqa: BLE001 - nobody above may go on in this process
            get_logger().error("worker.failed", exc_info=error)
        finally:
            os._exit(status)

    def _kill_hung(self) -> None:
        """End workers that are stuck; their end is noticed like any other."""
        ready = [pid for pid, worker in self._workers.items() if worker.is_ready]
        for pid in self._watch.hung(ready):
            get_logger().error("worker.hung", pid=pid)
            os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        """Take note of workers that have ended, and start others in their place."""
        for pid in list(self._workers):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._bury(self._workers.pop(pid), os.waitstatus_to_exitcode(status))

    def _bury(self, worker: _Worker, status: int) -> None:
        get_logger().error("worker.ended", pid=worker.pid, status=status)
        forget_process(worker.pid)
        self._forget(worker)
        if not self._is_open:
            raise ConfigurationError(
                "A worker ended before it was ready.", "The log above says why."
            )
        now = time.monotonic()
        self._ends.append(now)
        if len(self._ends) == MOST_ENDS and now - self._ends[0] < WITHIN_S:
            raise ConfigurationError(
                f"Workers ended {MOST_ENDS} times within {WITHIN_S:g} seconds.",
                "The log above says why; the gateway is stopped until it is mended.",
            )
        self._start_one()
        self._tell_fleet()

    def _forget(self, worker: _Worker) -> None:
        self._watch.forget(worker.pid)
        if worker.end.fileno() in self._selector.get_map():
            self._selector.unregister(worker.end)
        worker.end.close()

    def _pass_on(self, number: signal.Signals) -> None:
        for pid in self._workers:
            os.kill(pid, number)

    # --- opening and stopping ------------------------------------------------------

    def _open(self) -> None:
        self._is_open = True
        for door in self._doors:
            door.listen(_BACKLOG)
            self._selector.register(door, selectors.EVENT_READ, self._on_knock)

    def _stop_all(self) -> None:
        """Stop accepting, then the workers: politely, and then at once."""
        for door in self._doors:
            door.close()
        self._pass_on(signal.SIGTERM)
        deadline = time.monotonic() + self._stop_timeout_s
        while self._workers and time.monotonic() < deadline:
            self._collect_ended()
            time.sleep(0.02)
        for pid in self._workers:
            get_logger().error("worker.killed", pid=pid)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _collect_ended(self) -> None:
        for pid in list(self._workers):
            if os.waitpid(pid, os.WNOHANG)[0]:
                self._forget(self._workers.pop(pid))


@contextmanager
def _heard_signals() -> Iterator[socket.socket]:
    """Give a socket on which each signal is a byte; nothing is done in a handler."""
    reading, writing = socket.socketpair()
    with reading, writing:
        writing.setblocking(False)
        former: dict[int, Any] = {
            number: signal.signal(number, lambda *_: None) for number in _SIGNALS
        }
        before = signal.set_wakeup_fd(writing.fileno())
        try:
            yield reading
        finally:
            signal.set_wakeup_fd(before)
            for number, handler in former.items():
                signal.signal(number, handler)


def _name(number: int) -> str:
    return signal.Signals(number).name

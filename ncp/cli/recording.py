"""Records what commands ask of directories and write there, as the gateway does."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from ncp.cli.recording_store import recording_store
from ncp.peers.directory_record import DirectoryRecord, RecordingNode
from ncp.ports import Clock
from ncp.settings import Settings
from ncp.store import record_alone


@contextmanager
def directory_record(
    settings: Settings, clock: Clock, operator: str | None = None
) -> Iterator[DirectoryRecord]:
    """Open the gateway's store for the records of one command.

    Parameters
    ----------
    operator
        Who has it run; the user of this machine where left out.
    """
    with recording_store(settings, clock) as store:
        node = RecordingNode.of(settings, operator or getpass.getuser())
        yield DirectoryRecord(partial(record_alone, store), node, clock)

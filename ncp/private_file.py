"""New files that only their owner reads, from their first byte on.

There may be no file of that name yet: whoever put one there, or a link, may read what
is written into it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


def open_private(path: Path) -> BinaryIO:
    """Make a new file with mode 0600 and open it for writing.

    Raises
    ------
    FileExistsError
        There is a file, or a link, of that name.
    OSError
        It cannot be made.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "wb")


def write_private(path: Path, data: bytes) -> None:
    """Make a new file with mode 0600 that holds ``data``; raises as above."""
    with open_private(path) as file:
        file.write(data)

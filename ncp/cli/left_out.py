"""Has the libraries of a process leave out what it never uses.

structlog loads ``rich``, where it is installed, for tracebacks that show the variables
of each frame: a patient would stand in them, and the log tells of an exception its type
only. FastAPI loads the models of Pydantic 1 to ask whether a model is one of them; ours
are none. Both take what is not there for an answer, and the start is shorter for it.

Seen: structlog 26.1 (``structlog.dev``, ``structlog.tracebacks``) / FastAPI 0.165
(``fastapi._compat.shared``).
"""

from __future__ import annotations

import sys
from typing import Any, Final

UNUSED: Final = ("rich", "pydantic.v1")


def leave_out(*packages: str) -> None:
    """Have imports of these packages fail from now on, unless they are loaded.

    None in the table of modules is Python's own way to say so.
    """
    modules: dict[str, Any] = sys.modules
    for each in packages:
        modules.setdefault(each, None)

"""The child of :mod:`.apart`: bounds itself, then looks into what stands on its input.

Spec: POSIX setrlimit.
"""

from __future__ import annotations

import json
import resource
import sys

from transformations.inspection.apart import answer


def main() -> int:
    """Answer the question on standard input."""
    data = sys.stdin.buffer.read()
    _bound(data)
    sys.stdout.buffer.write(answer(data))
    return 0


def _bound(data: bytes) -> None:
    """Give up memory, time, files and core dumps before the content is looked at."""
    question = json.loads(data[: data.index(b"\n")])
    for what, most in (
        (resource.RLIMIT_AS, int(question["memory_bytes"])),
        (resource.RLIMIT_CPU, int(question["processor_s"])),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    sys.exit(main())

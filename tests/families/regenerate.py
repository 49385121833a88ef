"""Shows how the expected messages differ from what is answered now, and writes them.

    python -m tests.families.regenerate           shows the differences, writes nothing
    python -m tests.families.regenerate --write   writes what was shown

Nothing else writes them: a message that changed is read by a person before it is what
is expected.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from difflib import unified_diff
from pathlib import Path

from ncp.answers import Dialect
from tests.families.meanings import meanings
from tests.families.table import GOLDEN, MEANINGS, Row, answers


def wanted(told: Mapping[Row, str]) -> dict[Path, str]:
    """Return what should stand in each file.

    Raises
    ------
    ValueError
        In one dialect one condition is answered in two ways.
    """
    files: dict[Path, str] = {}
    for row, text in told.items():
        path = row.file(row.dialect)
        if files.setdefault(path, text) != text:
            raise ValueError(f"{row} is answered as no other family is")
    for row in told:
        own, ours = row.file(row.dialect), row.file(Dialect.OURS)
        if own != ours and files.get(own) == files.get(ours):
            files.pop(own, None)
    return files


def differences(files: Mapping[Path, str]) -> Iterator[str]:
    """Yield the lines by which the files on disk differ."""
    for path in sorted({*files, *_files()}):
        name = str(path.relative_to(GOLDEN))
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        lines = (before.splitlines(), files.get(path, "").splitlines())
        yield from unified_diff(*lines, name, name, lineterm="")


def _files() -> list[Path]:
    return [path for path in GOLDEN.rglob("*") if path.is_file()]


def write(files: Mapping[Path, str]) -> None:
    """Make the files what is wanted, and remove the others."""
    for path in _files():
        if path not in files:
            path.unlink()
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@contextmanager
def silence() -> Iterator[None]:
    """Keep the log of the gateways to themselves: what is printed here is read."""
    nowhere = io.StringIO()
    with redirect_stdout(nowhere), redirect_stderr(nowhere):
        yield


def main(arguments: list[str]) -> int:
    """Show the differences; the exit status says whether there are any."""
    with tempfile.TemporaryDirectory() as folder, silence():
        files = wanted(answers(Path(folder)))
        files |= {
            MEANINGS / name: text for name, text in meanings(Path(folder)).items()
        }
    lines = list(differences(files))
    print("\n".join(lines) or "The messages are as expected.")
    if lines and "--write" in arguments:
        write(files)
        print(f"Written: {len(files)} files.")
        return 0
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

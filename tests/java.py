"""Programs in Java that ask libraries of others, whose jars a variable names."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.capabilities import JAVA, missing, require_program, require_setting

# Libraries print, too: what a program of ours says begins with this.
_MARK = "SAID"
_SILENT = Path(__file__).with_name("silent-logback.xml")


@dataclass(frozen=True)
class Jars:
    """A folder of jars.

    Attributes
    ----------
    variable
        The environment variable that names it.
    needed
        Patterns of jars without which it is another folder.
    """

    variable: str
    capability: str
    needed: tuple[str, ...]

    def require(self) -> Path:
        """Return the folder, or skip."""
        folder = Path(require_setting(self.variable, self.capability))
        for pattern in self.needed:
            if not list(folder.glob(pattern)):
                missing(self.capability, f"{self.variable} has no {pattern}")
        return folder

    def said_by(self, program: Path, folder: Path) -> list[list[str]]:
        """Run a program over the files of a folder; return what each of its lines says.

        A line begins with a mark; its parts are parted by tabs.
        """
        done = subprocess.run(
            [
                require_program("java", JAVA),
                f"-Dlogback.configurationFile={_SILENT}",
                "-cp",
                f"{self.require()}{os.sep}*",
                str(program),
                str(folder),
            ],
            capture_output=True,
            check=True,
            text=True,
            timeout=300,
        )
        return list(_marked(done.stdout))


def _marked(output: str) -> Iterator[list[str]]:
    for line in output.splitlines():
        mark, *said = line.split("\t")
        if mark == _MARK:
            yield said


def write_numbered(messages: Sequence[bytes], folder: Path, ending: str) -> None:
    """Write messages into a folder, under names that sort as they stand here."""
    for number, message in enumerate(messages):
        (folder / f"{number:05}.{ending}").write_bytes(message)

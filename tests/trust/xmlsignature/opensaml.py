"""Asks OpenSAML and Apache Santuario, which OpenNCP is built on, of our assertions.

``NCP_OPENSAML_JARS`` names a folder with the jar of ``opensaml-saml-impl`` and with all
that it needs.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.capabilities import JAVA, OPENSAML, missing, require_program, require_setting

PROGRAM = Path(__file__).with_name("VerifyAsOpenNcp.java")


@dataclass(frozen=True)
class Judged:
    """What the libraries say of one assertion, in place and cut out of its message."""

    opensaml: bool
    opensaml_cut_out: bool
    santuario: bool
    subject: str
    attributes: int

    @property
    def verdicts(self) -> set[bool]:
        return {self.opensaml, self.opensaml_cut_out, self.santuario}


def _require_jars() -> Path:
    folder = Path(require_setting("NCP_OPENSAML_JARS", OPENSAML))
    if not list(folder.glob("opensaml-saml-impl-*.jar")):
        missing(OPENSAML, "NCP_OPENSAML_JARS names a folder without opensaml-saml-impl")
    return folder


def judged_in_java(
    messages: Mapping[str, bytes], folder: Path
) -> dict[str, list[Judged]]:
    """Return what becomes of each assertion of messages; the folder is an empty one."""
    for name, message in messages.items():
        (folder / name).write_bytes(message)
    java = require_program("java", JAVA)
    classes = f"{_require_jars()}{os.sep}*"
    done = subprocess.run(
        [java, "-cp", classes, str(PROGRAM), str(folder)],
        capture_output=True,
        check=True,
        text=True,
        timeout=300,
    )
    judged: dict[str, list[Judged]] = {}
    for line in done.stdout.splitlines():
        name, _, *verdicts, subject, attributes = line.split("\t")
        believed = (each == "true" for each in verdicts)
        judged.setdefault(name, []).append(Judged(*believed, subject, int(attributes)))
    return judged

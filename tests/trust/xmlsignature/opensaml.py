"""Asks OpenSAML and Apache Santuario, which OpenNCP is built on, of our assertions.

``NCP_OPENSAML_JARS`` names a folder with the jar of ``opensaml-saml-impl`` and with all
that it needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.capabilities import OPENSAML
from tests.java import Jars

PROGRAM = Path(__file__).with_name("VerifyAsOpenNcp.java")
JARS = Jars("NCP_OPENSAML_JARS", OPENSAML, ("opensaml-saml-impl-*.jar",))


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


def judged_in_java(
    messages: Mapping[str, bytes], folder: Path
) -> dict[str, list[Judged]]:
    """Return what becomes of each assertion of messages; the folder is an empty one."""
    for name, message in messages.items():
        (folder / name).write_bytes(message)
    judged: dict[str, list[Judged]] = {}
    for name, _, *verdicts, subject, attributes in JARS.said_by(PROGRAM, folder):
        believed = (each == "true" for each in verdicts)
        judged.setdefault(name, []).append(Judged(*believed, subject, int(attributes)))
    return judged

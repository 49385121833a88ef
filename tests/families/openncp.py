"""Asks OpenNCP: what it reads, what it believes, and what it answers.

``NCP_OPENNCP_JARS`` names a folder with the jars of ``openncp-core-client`` and
``openncp-core-server``, as its source builds them, and with all that they need.

    python -m tests.families.openncp

writes down what is read today; a person reads the difference.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from conformance.simulators.dialect import Dialect as Family
from conformance.simulators.mtom import unpack
from ncp.answers import Dialect
from tests.capabilities import OPENNCP
from tests.families.table import Answering, Row, table
from tests.java import Jars, write_numbered

READER = Path(__file__).with_name("ReadAsOpenNcp.java")
BELIEVER = Path(__file__).with_name("BelieveAsOpenNcp.java")
ANSWERER = Path(__file__).with_name("AnswerAsOpenNcp.java")
UNDERSTOOD = Path(__file__).with_name("understood")
DIALECTS = (Dialect.OURS, Dialect.OPENNCP_NEW)
JARS = Jars(
    "NCP_OPENNCP_JARS",
    OPENNCP,
    ("openncp-core-client-[0-9]*.jar", "openncp-core-server-[0-9]*.jar"),
)


def read_by_openncp(envelopes: Sequence[bytes], folder: Path) -> list[str]:
    """Return what OpenNCP reads in each envelope; the folder is an empty one."""
    read = [told for _, told in _asked(READER, envelopes, folder)]
    assert len(read) == len(envelopes)
    return read


def believed_by_openncp(
    envelopes: Mapping[str, bytes], folder: Path
) -> dict[str, dict[str, str]]:
    """Return what OpenNCP says of the assertions of each envelope, by who is asked."""
    names = list(envelopes)
    said: dict[str, dict[str, str]] = {name: {} for name in names}
    for file, what, told in _asked(BELIEVER, list(envelopes.values()), folder):
        said[names[int(file.partition(".")[0])]][what] = told
    return said


def answered_by_openncp(
    envelopes: Sequence[bytes], folder: Path
) -> list[tuple[str, bytes]]:
    """Return what OpenNCP asked its nation for each envelope, and its answer's body."""
    return [
        (heard, (folder / f"{file}.answer").read_bytes())
        for file, heard in _asked(ANSWERER, envelopes, folder)
    ]


def _asked(program: Path, envelopes: Sequence[bytes], folder: Path) -> list[list[str]]:
    write_numbered(envelopes, folder, "soap")
    return JARS.said_by(program, folder)


def understood(folder: Path) -> dict[str, str]:
    """Return what OpenNCP reads in each answer to it, a text for each transaction."""
    rows = [row for row in table() if _is_for_openncp(row)]
    country, asked = folder / "country", folder / "asked"
    country.mkdir()
    asked.mkdir()
    with closing(Answering(country)) as answering:
        answers = [answering.exchanged(row).answer.payload for row in rows]
    envelopes = [unpack(each.content_type, each.body).envelope for each in answers]
    texts: dict[str, str] = {}
    for row, told in zip(rows, read_by_openncp(envelopes, asked), strict=True):
        name = f"{row.transaction}.txt"
        line = f"{row.condition.name}, {row.dialect}\n  {told}\n"
        texts[name] = texts.get(name, "") + line
    return texts


def _is_for_openncp(row: Row) -> bool:
    return row.family is Family.OPENNCP_NEW and row.dialect in DIALECTS


def main() -> None:
    """Write down what is read today."""
    UNDERSTOOD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in understood(Path(folder)).items():
            (UNDERSTOOD / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

"""Three bad messages, and what the command says of them.

``python -m tests.ncp.cli.explain_page`` writes the transcripts into the page; a test
compares them, so that no sentence an operator reads changes without its page.
"""

from __future__ import annotations

import re
import tempfile
import uuid
from pathlib import Path

from typer.testing import CliRunner

from ncp.cli.main import app
from tests.capabilities import REPOSITORY
from tests.trust import pki
from tests.trust.assertions.cast import envelope_bytes, hcp_bytes, own_hcp, trc_bytes

PAGE = REPOSITORY / "docs" / "reference" / "trust-explain.md"
AT = "2026-03-02T10:00:00Z"
TRANSCRIPT = re.compile(
    r"(?<=```\n)\$ ncp trust explain (?P<name>[a-z-]+\.xml)\b.*?(?=```\n)", re.DOTALL
)
# Keys are made anew for each run, so their digests differ: a letter for each key.
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b|(?<=begins )[0-9a-f]{16}")
_LETTERS = "abcdef"


def altered() -> bytes:
    good = envelope_bytes(hcp_bytes(), trc_bytes())
    return good.replace(b"1985051512345", b"1985051512346")


def new_seal() -> bytes:
    new = pki.seal("new")
    hcp = hcp_bytes(key=new)
    return envelope_bytes(hcp, trc_bytes(own_hcp(hcp, key=new), key=new))


def two_professionals() -> bytes:
    second = hcp_bytes(assertion_id=uuid.UUID(int=5), key=pki.seal("evil"))
    return envelope_bytes(second, hcp_bytes(), trc_bytes())


MESSAGES = {
    "altered.xml": altered,
    "new-seal.xml": new_seal,
    "two-professionals.xml": two_professionals,
}


def pin_folder(folder: Path) -> Path:
    """Make a folder that knows Denmark's seal."""
    seals = folder / "pins" / "DK" / "seal"
    seals.mkdir(parents=True, exist_ok=True)
    (seals / "denmark.pem").write_bytes(pki.pem(pki.seal("seal").certificate))
    return folder / "pins"


def transcript(folder: Path, name: str) -> str:
    """Return what a person types and reads."""
    (folder / name).write_bytes(MESSAGES[name]())
    arguments = ["trust", "explain", str(folder / name), "--at", AT, "--pins"]
    told = CliRunner().invoke(app, [*arguments, str(pin_folder(folder))])
    return (
        f"$ ncp trust explain {name} --pins pins --at {AT}\n{_stable(told.output)}"
        f"$ echo $?\n{told.exit_code}\n"
    )


def _stable(output: str) -> str:
    keys = list(dict.fromkeys(each[:16] for each in _DIGEST.findall(output)))
    return _DIGEST.sub(
        lambda found: _LETTERS[keys.index(found[0][:16])] * len(found[0]), output
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = TRANSCRIPT.sub(
            lambda found: transcript(Path(folder), found["name"]),
            PAGE.read_text(encoding="utf-8"),
        )
    PAGE.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()

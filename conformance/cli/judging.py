"""``ncp-conformance judge``: whether messages keep the rules, offline.

Spec: exit status 0 clean, 1 at least one finding of level error, 2 unreadable.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.rules import Finding, Verdict, judge, read_message_file
from conformance.simulators.soap import NotUnderstood
from trust.xml import DOCUMENT_LIMITS, XmlRefused, parse_xml

CLEAN, BROKEN, UNREADABLE = 0, 1, 2
_SUFFIXES: Final = frozenset({".xml", ".bin", ".http", ".mime", ".soap", ".txt"})
_ENVELOPE: Final = "Envelope"
_LARGEST: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Told:
    """What the command prints and the status it ends with."""

    text: str
    status: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a file could not be judged."""

    why: str


_Judged = tuple[Path, Verdict | Unreadable]


def tell(named: Sequence[Path], *, as_json: bool = False) -> Told:
    """Judge files, and the messages in folders, and say what was found."""
    judged = [each for path in named for each in _judged(path)]
    status = max((_status(found) for _, found in judged), default=UNREADABLE)
    if not judged:
        return Told("There is no message in there.\n", status)
    return Told(_json(judged) if as_json else "".join(_lines(judged)), status)


def _judged(path: Path) -> Iterator[_Judged]:
    if not path.is_dir():
        yield path, _verdict(path)
        return
    for each in sorted(path.rglob("*")):
        # Beside the messages an exchange is kept with documents and notes.
        if each.suffix.lower() in _SUFFIXES and not _is_document(each):
            yield each, _verdict(each)


def _verdict(path: Path) -> Verdict | Unreadable:
    try:
        message = read_message_file(_read(path))
        return judge(message.content_type, message.body)
    except OSError as error:
        return Unreadable(f"The file cannot be read: {error.strerror}.")
    except NotUnderstood as error:
        return Unreadable(f"This is no message between countries: {error}.")


def _read(path: Path) -> bytes:
    if path.stat().st_size > _LARGEST:
        raise NotUnderstood(f"it is larger than {_LARGEST >> 20} MiB")
    return path.read_bytes()


def _is_document(path: Path) -> bool:
    """Tell whether a file is XML of another kind than a message, or no file."""
    if not path.is_file():
        return True
    try:
        root = parse_xml(_read(path), DOCUMENT_LIMITS)
    except (OSError, NotUnderstood, XmlRefused):
        return False
    return not str(root.tag).endswith(f"}}{_ENVELOPE}")


def _status(found: Verdict | Unreadable) -> int:
    match found:
        case Unreadable():
            return UNREADABLE
        case Verdict():
            return CLEAN if found.is_good else BROKEN


def _lines(judged: Sequence[_Judged]) -> Iterator[str]:
    for path, found in judged:
        match found:
            case Unreadable():
                yield f"{path}: {found.why}\n"
            case Verdict():
                yield f"{path}: {found.kind}, {_summary(found)}\n"
                for finding in found.findings:
                    yield from _finding_lines(finding)


def _summary(verdict: Verdict) -> str:
    warnings = len(verdict.findings) - len(verdict.errors)
    return (
        f"judged by {verdict.asked} rules: {len(verdict.errors)} broken, "
        f"{warnings} warned about"
    )


def _finding_lines(finding: Finding) -> Iterator[str]:
    yield f"  {finding.level}  {finding.rule}\n"
    yield f"    {finding.what}\n"
    yield f"    where   {finding.where}\n"
    yield f"    to do   {finding.remedy}\n"
    yield f"    source  {finding.source}\n"
    if finding.conflict:
        yield f"    but     {finding.conflict}\n"


def _json(judged: Sequence[_Judged]) -> str:
    told = [{"file": str(path), **_as_json(found)} for path, found in judged]
    return json.dumps({"messages": told}, indent=1, ensure_ascii=False) + "\n"


def _as_json(found: Verdict | Unreadable) -> dict[str, object]:
    match found:
        case Unreadable():
            return {"unreadable": found.why}
        case Verdict():
            return found.as_json()

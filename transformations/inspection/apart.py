"""Looks into a document in a process of its own, with bounds of memory and time.

The readers of PDF and images are large programs in C++ and C. What comes from abroad
reaches them in a child that can take no more memory than it was given, write no file,
and is ended when its time is over. What the child says is read as data: a child that
was taken over can still only refuse, or claim that something is harmless.

Spec: POSIX setrlimit / CWE-409 (decompression bombs), CWE-400.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, fields
from typing import Any

from transformations.inspection.inspected import Inspected, Remark
from transformations.inspection.looking import inspect
from transformations.inspection.media_types import Kind, MediaType
from transformations.inspection.policy import (
    Danger,
    Handling,
    InspectionPolicy,
    Limits,
)
from transformations.inspection.refusal import OriginalRefused
from transformations.inspection.sniffing import sniff

_MODULE = "transformations.inspection.child"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the child may use."""

    memory_bytes: int = 512 << 20
    processor_s: int = 10
    whole_s: float = 30.0


def inspect_apart(
    content: bytes,
    declared: MediaType | None,
    kind: Kind,
    policy: InspectionPolicy,
    bounds: Bounds = Bounds(),
) -> Inspected:
    """Look into a document as :func:`inspect` does, in a child.

    Raises
    ------
    OriginalRefused
        As :func:`inspect` does; and where the child did not come to an end within its
        bounds.
    """
    limit = policy.limits.of(kind.code)
    if len(content) > limit:
        # Not worth a child; it is told in the same words.
        return inspect(content, declared, kind, policy)
    told, clean = _asked(_question(declared, kind, policy, bounds), content, bounds)
    if "refused" in told:
        raise OriginalRefused(str(told["refused"]), str(told["sentence"]))
    return _believed(told, content, clean)


def _question(
    declared: MediaType | None,
    kind: Kind,
    policy: InspectionPolicy,
    bounds: Bounds,
) -> bytes:
    limits = {each.name: getattr(policy.limits, each.name) for each in fields(Limits)}
    question = {
        "declared": declared,
        "code": kind.code,
        "name": kind.name,
        "handling": {each.value: policy.of(each).value for each in Danger},
        "limits": limits | {"bytes_of": dict(policy.limits.bytes_of)},
        "memory_bytes": bounds.memory_bytes,
        "processor_s": bounds.processor_s,
    }
    return json.dumps(question).encode()


def _asked(
    question: bytes, content: bytes, bounds: Bounds
) -> tuple[dict[str, Any], bytes]:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-I", "-m", _MODULE],
            input=question + b"\n" + content,
            capture_output=True,
            timeout=bounds.whole_s,
            env={},
            check=True,
        )
        line, _, clean = done.stdout.partition(b"\n")
        told = json.loads(line)
    except (subprocess.SubprocessError, OSError, ValueError):
        raise _not_ended() from None
    if not isinstance(told, dict):
        raise _not_ended()
    return told, clean


def _not_ended() -> OriginalRefused:
    return OriginalRefused(
        "not-looked-into",
        "the document could not be looked into within the bounds of memory and time",
    )


def _believed(told: dict[str, Any], content: bytes, clean: bytes) -> Inspected:
    """Take the child's word as far as it can be checked."""
    is_stripped = told.get("is_stripped") is True
    shown = clean if is_stripped else content
    media_type = sniff(shown)
    if media_type is None or media_type != told.get("media_type"):
        raise _not_ended()
    findings = tuple(
        Remark(str(rule), str(sentence)) for rule, sentence in told.get("findings", [])
    )
    return Inspected(media_type, shown, is_stripped, findings)


# In the child -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Named:
    code: str
    name: str


def answer(data: bytes) -> bytes:
    """Answer a question in the child: one line of JSON, then what was stripped."""
    line, _, content = data.partition(b"\n")
    question = json.loads(line)
    kind = _Named(question["code"], question["name"])
    declared = question["declared"] and MediaType(question["declared"])
    policy = InspectionPolicy(
        {Danger(each): Handling(how) for each, how in question["handling"].items()},
        Limits(**question["limits"]),
    )
    try:
        found = inspect(content, declared or None, kind, policy)
    except OriginalRefused as refused:
        refusal = {"refused": refused.rule, "sentence": refused.sentence}
        return json.dumps(refusal).encode() + b"\n"
    told = {
        "media_type": found.media_type,
        "is_stripped": found.is_stripped,
        "findings": [(each.rule, each.sentence) for each in found.findings],
    }
    return json.dumps(told).encode() + b"\n" + (found.content * found.is_stripped)

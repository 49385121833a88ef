"""In a child with bounds: the same verdicts, and an end to what takes too much."""

from __future__ import annotations

import json
import subprocess
import zlib
from dataclasses import replace

import pikepdf
import pytest

from tests.transformations.inspection.test_looking import (
    action,
    with_open_action,
)
from tests.transformations.original_documents.originals import (
    blank_pdf,
    image_bytes,
    pdf_bytes,
)
from transformations.inspection import (
    REFUSING,
    STRIPPING,
    Limits,
    MediaType,
    OriginalRefused,
    apart,
    inspect,
)
from transformations.inspection.apart import Bounds, inspect_apart
from transformations.original_documents import LABORATORY_RESULT, MEDICAL_IMAGE

SCRIPT = pdf_bytes(
    with_open_action(action("JavaScript", JS=pikepdf.String("app.alert(1)")))
)


@pytest.mark.parametrize(
    ("content", "declared", "kind"),
    [
        (pdf_bytes(), MediaType.PDF, LABORATORY_RESULT),
        (SCRIPT, MediaType.PDF, LABORATORY_RESULT),
        (image_bytes("PNG"), MediaType.PNG, MEDICAL_IMAGE),
        (image_bytes("JPEG") + b"trail", MediaType.JPEG, MEDICAL_IMAGE),
    ],
    ids=["plain", "script", "image", "trail"],
)
def test_the_child_says_what_we_would_say(content, declared, kind):
    here = inspect(content, declared, kind, STRIPPING)
    assert inspect_apart(content, declared, kind, STRIPPING) == here


@pytest.mark.parametrize(
    ("content", "declared", "policy"),
    [
        (SCRIPT, MediaType.PDF, REFUSING),
        (b"%PDF-1.7 nothing", MediaType.PDF, STRIPPING),
        (image_bytes("PNG"), None, STRIPPING),
        (
            pdf_bytes(),
            MediaType.PDF,
            replace(STRIPPING, limits=Limits(other_bytes=10)),
        ),
    ],
    ids=["script", "broken", "undeclared", "large"],
)
def test_the_child_refuses_what_we_would_refuse(content, declared, policy):
    rules = []
    for look in (inspect, inspect_apart):
        with pytest.raises(OriginalRefused) as refused:
            look(content, declared, LABORATORY_RESULT, policy)
        rules.append((refused.value.rule, refused.value.sentence))
    assert rules[0] == rules[1]


def test_a_child_that_takes_too_long_is_a_refusal():
    bounds = Bounds(whole_s=0.001)
    with pytest.raises(OriginalRefused) as refused:
        inspect_apart(pdf_bytes(), MediaType.PDF, LABORATORY_RESULT, STRIPPING, bounds)
    assert refused.value.rule == "not-looked-into"


def hexadecimal_bomb(size: int) -> bytes:
    """An object stream that unpacks to ``size``, in a packing nobody looks through."""
    packed = zlib.compress(b"3 0 <</A 1>>" + b" " * size, 9).hex().encode() + b">"
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/X 3 0 R>>",
        2: b"<</Type/Pages/Kids[5 0 R]/Count 1>>",
        4: b"<</Type/ObjStm/N 1/First 4/Filter[/ASCIIHexDecode/FlateDecode]"
        b"/Length %d>>\nstream\n%s\nendstream" % (len(packed), packed),
        5: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    }
    out, places = b"%PDF-1.5\n", {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = [(0, 0, 65535), *((1, places.get(n, len(out)), 0) for n in range(1, 7))]
    rows[3] = (2, 4, 0)
    table = b"".join(
        kind.to_bytes(1) + a.to_bytes(4) + b.to_bytes(2) for kind, a, b in rows
    )
    head = b"6 0 obj\n<</Type/XRef/Size 7/W[1 4 2]/Root 1 0 R/Length %d>>" % len(table)
    tail = b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % len(out)
    return out + head + b"\nstream\n" + table + tail


def test_a_bomb_in_another_packing_meets_the_bound_of_memory():
    bounds = Bounds(memory_bytes=320 << 20)
    content = hexadecimal_bomb(400 << 20)
    inspected = inspect_apart(
        content, MediaType.PDF, LABORATORY_RESULT, STRIPPING, bounds
    )
    # What could not be unpacked was not looked at, and is not shown.
    assert [each.rule for each in inspected.findings] == ["document-holds-damage"]
    assert len(inspected.content) < 2_000


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"[]\n",
        b"not json\n",
        b'{"media_type": "image/png"}\n',
        b'{"media_type": "application/pdf", "is_stripped": true}\n<html>',
    ],
)
def test_what_a_child_says_is_believed_only_as_far_as_it_can_be_checked(
    monkeypatch, output
):
    def run(command, **_):
        return subprocess.CompletedProcess(command, 0, output)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(OriginalRefused) as refused:
        inspect_apart(pdf_bytes(), MediaType.PDF, LABORATORY_RESULT, STRIPPING)
    assert refused.value.rule == "not-looked-into"


def test_the_child_sees_nothing_of_the_environment(monkeypatch):
    seen = {}

    def run(command, **options):
        seen.update(options, command=command)
        told = json.dumps({"media_type": "application/pdf"}).encode()
        return subprocess.CompletedProcess(command, 0, told + b"\n")

    monkeypatch.setattr(subprocess, "run", run)
    content = pdf_bytes(blank_pdf())
    inspect_apart(content, MediaType.PDF, LABORATORY_RESULT, STRIPPING)
    assert seen["env"] == {}
    assert "-I" in seen["command"]
    assert content not in " ".join(seen["command"]).encode()
    assert apart._MODULE in seen["command"]

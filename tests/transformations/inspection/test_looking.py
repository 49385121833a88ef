"""What is inside a foreign PDF or image: shown, taken out, or refused."""

from __future__ import annotations

import io
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from tests.transformations.original_documents.originals import (
    blank_pdf,
    image_bytes,
    pdf_bytes,
    png_claiming,
)
from transformations.inspection import (
    REFUSING,
    STRIPPING,
    Danger,
    Handling,
    InspectionPolicy,
    Limits,
    MediaType,
    OriginalRefused,
    inflation,
    inspect,
)
from transformations.inspection.inflation import refuse_bombs
from transformations.inspection.pdf_dangers import dangers_of
from transformations.original_documents import LABORATORY_RESULT, MEDICAL_IMAGE


def action(kind: str, **entries: object) -> Dictionary:
    return Dictionary(S=Name(f"/{kind}"), **entries)


def with_open_action(act: Dictionary) -> pikepdf.Pdf:
    pdf = blank_pdf()
    pdf.Root.OpenAction = pdf.make_indirect(act)
    return pdf


def with_annotation(**entries: object) -> pikepdf.Pdf:
    pdf = blank_pdf()
    note = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **entries)
    pdf.pages[0].Annots = Array([pdf.make_indirect(note)])
    return pdf


def with_embedded_file() -> pikepdf.Pdf:
    pdf = blank_pdf()
    pdf.attachments["tool.exe"] = b"MZ"
    return pdf


def with_page_trigger() -> pikepdf.Pdf:
    pdf = blank_pdf()
    pdf.pages[0].AA = Dictionary(O=action("JavaScript", JS=String("app.alert(1)")))
    return pdf


def with_orphan_script() -> pikepdf.Pdf:
    """A script that no page refers to, kept by a reference from the catalogue."""
    pdf = blank_pdf()
    act = pdf.make_indirect(action("JavaScript", JS=String("app.alert(1)")))
    pdf.Root.PieceInfo = Dictionary(X=Array([Array([act])]))
    return pdf


def with_xfa() -> pikepdf.Pdf:
    pdf = blank_pdf()
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp:xdp/>"))
    return pdf


def with_external_stream() -> pikepdf.Pdf:
    pdf = blank_pdf()
    stream = pdf.make_stream(b"")
    stream.F = String("http://192.0.2.1/page")
    pdf.pages[0].Contents = stream
    return pdf


STRIPPABLE = {
    "script at opening": (
        lambda: with_open_action(action("JavaScript", JS=String("app.alert(1)"))),
        Danger.SCRIPT,
    ),
    "script of a page": (with_page_trigger, Danger.SCRIPT),
    "script nobody refers to": (with_orphan_script, Danger.SCRIPT),
    "launch": (
        lambda: with_open_action(action("Launch", F=String("cmd.exe"))),
        Danger.ACTION,
    ),
    "submit": (
        lambda: with_annotation(
            Subtype=Name.Link,
            A=action("SubmitForm", F=String("https://192.0.2.1/")),
        ),
        Danger.ACTION,
    ),
    "remote go-to": (
        lambda: with_open_action(action("GoToR", F=String("other.pdf"))),
        Danger.ACTION,
    ),
    "link": (
        lambda: with_annotation(
            Subtype=Name.Link, A=action("URI", URI=String("https://192.0.2.1/"))
        ),
        Danger.LINK,
    ),
    "embedded file": (with_embedded_file, Danger.EMBEDDED_FILE),
    "attached file": (
        lambda: with_annotation(Subtype=Name.FileAttachment),
        Danger.EMBEDDED_FILE,
    ),
    "film": (lambda: with_annotation(Subtype=Name.RichMedia), Danger.MULTIMEDIA),
}
REFUSED = {
    "xfa": (with_xfa, Danger.XFA_FORM),
    "content elsewhere": (with_external_stream, Danger.EXTERNAL_CONTENT),
}


def look(content: bytes, policy: InspectionPolicy = STRIPPING):
    return inspect(content, MediaType.PDF, LABORATORY_RESULT, policy)


def rule_of(content, declared, kind, policy=STRIPPING) -> str:
    with pytest.raises(OriginalRefused) as refused:
        inspect(content, declared, kind, policy)
    return refused.value.rule


# By the standard, not by our own tables.
NAMED = [
    *(("S", "JavaScript", Danger.SCRIPT), ("S", "URI", Danger.LINK)),
    *(
        ("S", name, Danger.ACTION)
        for name in [
            "Launch",
            "SubmitForm",
            "ImportData",
            "ResetForm",
            "GoToR",
            "GoToE",
        ]
    ),
    *(
        ("S", name, Danger.MULTIMEDIA)
        for name in ["GoTo3DView", "RichMediaExecute", "Rendition", "Sound", "Movie"]
    ),
    *(
        ("Subtype", name, Danger.MULTIMEDIA)
        for name in ["RichMedia", "3D", "Movie", "Sound", "Screen"]
    ),
    ("Subtype", "FileAttachment", Danger.EMBEDDED_FILE),
    ("Type", "EmbeddedFile", Danger.EMBEDDED_FILE),
]
KEYED = [
    ("JS", Danger.SCRIPT),
    ("JavaScript", Danger.SCRIPT),
    ("AA", Danger.ACTION),
    ("EF", Danger.EMBEDDED_FILE),
    ("EmbeddedFiles", Danger.EMBEDDED_FILE),
    ("AF", Danger.EMBEDDED_FILE),
    ("RichMediaContent", Danger.MULTIMEDIA),
    ("XFA", Danger.XFA_FORM),
]


@pytest.mark.spec("ISO 32000-1 12.6.4", "ISO 32000-1 12.5.6", "ISO 32000-1 7.11.4")
@pytest.mark.parametrize(
    ("entries", "danger"),
    [
        *(({key: Name(f"/{name}")}, danger) for key, name, danger in NAMED),
        *(({key: Dictionary()}, danger) for key, danger in KEYED),
    ],
    ids=lambda each: str(each) if isinstance(each, Danger) else "-".join(each),
)
def test_each_known_danger_is_found_wherever_it_stands(entries, danger):
    pdf = blank_pdf()
    node = Dictionary(**entries)
    pdf.Root.PieceInfo = Dictionary(X=Array([Array([pdf.make_indirect(node)])]))
    assert dangers_of(pdf) == {danger}


def test_a_plain_pdf_is_shown_as_it_was_sent():
    content = pdf_bytes()
    inspected = look(content)
    assert inspected.content is content
    assert not inspected.is_stripped
    assert inspected.findings == ()


@pytest.mark.spec("ISO 32000-1 12.6")
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", STRIPPABLE)
def test_what_acts_is_taken_out_and_told(name, packed):
    make, danger = STRIPPABLE[name]
    mode = pikepdf.ObjectStreamMode
    content = pdf_bytes(
        make(), object_stream_mode=mode.generate if packed else mode.disable
    )
    inspected = look(content)
    assert inspected.is_stripped
    assert f"document-holds-{danger.value}" in {f.rule for f in inspected.findings}
    again = look(inspected.content)
    assert not again.is_stripped
    assert again.findings == ()
    with pikepdf.open(io.BytesIO(inspected.content)) as pdf:
        assert len(pdf.pages) == 1


@pytest.mark.parametrize("name", sorted(STRIPPABLE.keys() - {"link"}))
def test_what_leaves_the_country_is_refused_not_changed(name):
    make, _ = STRIPPABLE[name]
    rule = rule_of(pdf_bytes(make()), MediaType.PDF, LABORATORY_RESULT, REFUSING)
    assert rule.startswith("document-holds-")


def test_a_link_may_leave_the_country_with_a_finding():
    make, _ = STRIPPABLE["link"]
    content = pdf_bytes(make())
    inspected = look(content, REFUSING)
    assert inspected.content is content
    assert [f.rule for f in inspected.findings] == ["document-holds-link"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_out_is_refused(name):
    make, danger = REFUSED[name]
    rule = rule_of(pdf_bytes(make()), MediaType.PDF, LABORATORY_RESULT)
    assert rule == f"document-holds-{danger.value}"


def test_a_policy_cannot_strip_what_would_leave_an_empty_page():
    with pytest.raises(ValueError, match="cannot be stripped"):
        InspectionPolicy({Danger.XFA_FORM: Handling.STRIP})


def test_what_a_policy_says_nothing_about_is_refused():
    assert InspectionPolicy({}).of(Danger.LINK) is Handling.REFUSE


def test_a_pdf_with_a_password_is_refused():
    content = pdf_bytes(encryption=pikepdf.Encryption(owner="o", user="u"))
    assert rule_of(content, MediaType.PDF, LABORATORY_RESULT) == "pdf-needs-password"


def test_a_pdf_encrypted_without_a_password_is_shown_decrypted():
    content = pdf_bytes(encryption=pikepdf.Encryption(owner="o", user=""))
    inspected = look(content)
    assert inspected.is_stripped
    with pikepdf.open(io.BytesIO(inspected.content)) as pdf:
        assert not pdf.is_encrypted
    assert rule_of(content, MediaType.PDF, LABORATORY_RESULT, REFUSING) == (
        "document-holds-encryption"
    )


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"%PDF-1.7\nnothing", "pdf-broken"),
        (pdf_bytes(pikepdf.new()), "pdf-pages"),
        (b"<html>%PDF-1.7", "media-type-unknown"),
        (b"", "media-type-unknown"),
    ],
    ids=["broken", "no page", "html", "empty"],
)
def test_what_is_no_readable_pdf_is_refused(content, rule):
    assert rule_of(content, MediaType.PDF, LABORATORY_RESULT) == rule


def bomb(layers: int = 1) -> bytes:
    data = bytes(40 << 20)
    for _ in range(layers):
        data = zlib.compress(data, 9)
    return (
        b"%PDF-1.5\n1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode"
        b"/Length 1>>\nstream\n" + data + b"\nendstream\nendobj\n"
    )


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_is_refused_before_any_reader_unpacks_it(layers):
    policy = InspectionPolicy({}, Limits(inflated_bytes=16 << 20))
    rule = rule_of(bomb(layers), MediaType.PDF, LABORATORY_RESULT, policy)
    assert rule == "compression-bomb"


def test_the_work_for_a_stream_is_that_of_its_own_length(monkeypatch):
    # Each of many streams once cost the length of everything behind it.
    fed = []
    make = zlib.decompressobj

    class Counting:
        def __init__(self) -> None:
            self._real = make()

        def decompress(self, data: bytes, most: int) -> bytes:
            fed.append(len(data))
            return self._real.decompress(data, most)

        def __getattr__(self, name: str) -> object:
            return getattr(self._real, name)

    monkeypatch.setattr(inflation.zlib, "decompressobj", Counting)
    stream = b"stream\n" + zlib.compress(b"x" * 50) + b"\nendstream\n"
    refuse_bombs(b"%PDF-1.7\n" + stream * 5_000, 1 << 30)
    assert 5_000 <= len(fed) <= 2 * 5_000
    assert max(fed) <= inflation._FED


def test_many_small_streams_are_counted_together():
    stream = b"stream\n" + zlib.compress(bytes(1 << 20), 9) + b"\nendstream\n"
    refuse_bombs(stream * 3, 4 << 20)
    with pytest.raises(OriginalRefused, match="unpacks to more than 4 MB"):
        refuse_bombs(stream * 5, 4 << 20)


def test_limits_are_per_type():
    limits = Limits(bytes_of={"x-clinical-image": 10}, other_bytes=10_000_000)
    policy = InspectionPolicy(STRIPPING.handling, limits)
    inspect(pdf_bytes(), MediaType.PDF, LABORATORY_RESULT, policy)
    rule = rule_of(image_bytes("PNG"), MediaType.PNG, MEDICAL_IMAGE, policy)
    assert rule == "document-too-large"


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_an_image_is_shown_as_it_was_sent(form):
    content = image_bytes(form)
    inspected = inspect(content, MediaType[form], MEDICAL_IMAGE, STRIPPING)
    assert inspected.content is content
    assert inspected.media_type is MediaType[form]


@pytest.mark.parametrize(
    ("content", "declared", "rule"),
    [
        (image_bytes("PNG"), MediaType.JPEG, "media-type-other-than-declared"),
        (image_bytes("PNG"), None, "media-type-other-than-declared"),
        (pdf_bytes(), MediaType.PDF, "media-type-not-of-this-document"),
        (image_bytes("PNG")[:-20], MediaType.PNG, "image-broken"),
        (image_bytes("JPEG")[:-40], MediaType.JPEG, "image-broken"),
        (png_claiming(60_000, 60_000), MediaType.PNG, "image-too-large"),
        (png_claiming(9_000, 9_000), MediaType.PNG, "image-too-large"),
    ],
    ids=["other", "undeclared", "pdf", "short png", "short jpeg", "huge", "large"],
)
def test_what_is_no_honest_image_is_refused(content, declared, rule):
    assert rule_of(content, declared, MEDICAL_IMAGE) == rule


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_what_stands_behind_an_image_is_cut_off_or_refused(form):
    picture = image_bytes(form)
    content = picture + b"PK\x03\x04 a second file"
    inspected = inspect(content, MediaType[form], MEDICAL_IMAGE, STRIPPING)
    assert inspected.content == picture
    assert inspected.is_stripped
    assert rule_of(content, MediaType[form], MEDICAL_IMAGE, REFUSING) == (
        "document-holds-trailing-data"
    )


def test_a_refusal_repeats_nothing_of_the_document():
    content = pdf_bytes(with_open_action(action("Launch", F=String("secret-name"))))
    with pytest.raises(OriginalRefused) as refused:
        look(content, REFUSING)
    assert "secret-name" not in str(refused.value)


def with_hidden_objects(tail: bytes) -> bytes:
    """A PDF whose object stream cannot be read, with a script inside for who can."""
    pdf = with_open_action(action("JavaScript", JS=String("app.alert(1)")))
    content = pdf_bytes(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    start = content.index(b"stream\n", content.index(b"/ObjStm")) + len(b"stream\n")
    return content[: start + 4] + tail + content[start + 4 + len(tail) :]


def test_what_cannot_be_read_here_is_not_shown_to_who_perhaps_can():
    content = with_hidden_objects(b"\xff\xff\xff\xff")
    with pytest.raises(OriginalRefused) as refused:
        look(content, REFUSING)
    assert refused.value.rule in {"pdf-broken", "document-holds-damage"}


def test_a_damaged_pdf_is_written_anew_with_what_was_looked_at():
    content = pdf_bytes().replace(b"startxref", b"startxxxx")
    inspected = look(content)
    assert inspected.is_stripped
    assert [f.rule for f in inspected.findings] == ["document-holds-damage"]
    assert look(inspected.content).findings == ()
    assert rule_of(content, MediaType.PDF, LABORATORY_RESULT, REFUSING) == (
        "document-holds-damage"
    )

"""Hardened parsing: what is let in, and the rule that keeps the rest out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from trust.xml import (
    DOCUMENT_LIMITS,
    SOAP_LIMITS,
    ParseLimits,
    XmlRefusal,
    XmlRefused,
    parse_xml,
    parser,
)
from trust.xml.prolog import may_be_crowded

SMALL = ParseLimits(max_bytes=100_000, max_depth=4, max_nodes=6)
BOMB = (
    '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
    '<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><a>&d;&d;&d;</a>'
)
EXTERNAL = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


def reason_of(data: bytes, limits: ParseLimits = SOAP_LIMITS) -> XmlRefusal:
    with pytest.raises(XmlRefused) as refused:
        parse_xml(data, limits)
    return refused.value.reason


@pytest.mark.parametrize(
    "data",
    [
        b"<a/>",
        b"\xef\xbb\xbf<a/>",
        b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?><a/>',
        b'<?xml version="1.0" encoding="us-ascii"?><a/>',
        '<?xml version="1.0" encoding="UTF-16"?><a>é</a>'.encode("utf-16"),
        "<a>é</a>".encode("utf-16"),
        b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xe9</a>',
        b'<?xml version="1.0" encoding="windows-1252"?><a>\x80</a>',
    ],
)
def test_ordinary_encodings_are_read(data):
    assert parse_xml(data, SOAP_LIMITS).tag == "a"


def test_a_recoded_text_reads_the_same():
    data = '<?xml version="1.0" encoding="utf-16"?><a>Søn €</a>'.encode("utf-16")
    assert parse_xml(data, SOAP_LIMITS).text == "Søn €"


@pytest.mark.parametrize(
    "data",
    [
        "<a/>".encode("utf-32"),
        "<a/>".encode("utf-16-le"),
        "<a/>".encode("utf-16-be"),
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        b'<?xml version="1.0" encoding="utf-16"?><a/>',
        b'<?xml version="1.0" encoding="cp037"?><a/>',
        b'<?xml version="1.0" encoding="klingon"?><a/>',
        b'\xef\xbb\xbf<?xml version="1.0" encoding="iso-8859-1"?><a/>',
        '<?xml version="1.0" encoding="iso-8859-1"?><a/>'.encode("utf-16"),
        b"\xff\xfe<\x00a",
    ],
)
def test_an_unusual_or_contradicting_encoding_is_refused(data):
    assert reason_of(data) is XmlRefusal.ENCODING


@pytest.mark.parametrize(
    "data",
    [
        BOMB.encode(),
        EXTERNAL.encode(),
        b"<!DOCTYPE a><a/>",
        b'<?xml version="1.0"?>\n<!-- why -->\n<?pi x?><!DOCTYPE a><a/>',
        b"<!--" + b"x" * 10_000 + b"--><!DOCTYPE a><a/>",
        b'<?xml version="1.0" encoding="UTF-8"?>' + b" " * 9_000 + b"<!DOCTYPE a><a/>",
        ('<?xml version="1.0" encoding="utf-16"?>' + BOMB).encode("utf-16"),
        b"\xef\xbb\xbf<!DOCTYPE a><a/>",
    ],
)
@pytest.mark.parametrize("limits", [SOAP_LIMITS, DOCUMENT_LIMITS])
@pytest.mark.spec("SOAP 1.2 Part 1 5")
def test_a_document_type_declaration_is_refused_wherever_it_stands(data, limits):
    assert reason_of(data, limits) is XmlRefusal.DTD


def test_the_words_of_a_dtd_inside_a_text_are_no_dtd():
    root = parse_xml(b"<a><![CDATA[<!DOCTYPE a>]]></a>", SOAP_LIMITS)
    assert root.text == "<!DOCTYPE a>"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"\0",
        b"<a>",
        b"<a/><b/>",
        b"<a/>text",
        b"<a>\xff</a>",
        b"<a>&#0;</a>",
        b"<a>&undeclared;</a>",
        b'<a b="1" b="2"/>',
        b"<p:a/>",
        b'<a xmlns:x="u:u" xmlns:y="u:u" x:b="1" y:b="2"/>',
        b"<a><!-- -- --></a>",
        b"<a>]]></a>",
    ],
)
def test_what_is_not_well_formed_is_refused(data):
    assert reason_of(data) in {XmlRefusal.MALFORMED, XmlRefusal.ENCODING}


def test_a_refusal_never_repeats_content():
    with pytest.raises(XmlRefused) as refused:
        parse_xml(b"<a>Jansen<b></a>", SOAP_LIMITS)
    assert "Jansen" not in str(refused.value)
    assert "line 1" in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "data",
    [
        b"<?pi x?><a/>",
        b"<a/><?pi x?>",
        b"<a><?pi x?></a>",
        b"<a><b><?p?></b></a>",
        b"<?xml-stylesheet x?><a/>",
        b"<?xml version='1.0'?><?pi x?><a/>",
        b"<?xml version='1.0'?><a b='?'>? ?><?pi x?></a>",
        b"<a b='?'>? ?></a><?pi x?>",
        b"\xef\xbb\xbf<?xml version='1.0'?><a><?pi x?></a>",
        "<?xml version='1.0' encoding='UTF-16'?><a><?pi x?></a>".encode("utf-16"),
    ],
)
@pytest.mark.spec("SOAP 1.2 Part 1 5")
def test_a_processing_instruction_is_refused_before_in_and_after_the_root(data):
    assert reason_of(data) is XmlRefusal.PROCESSING_INSTRUCTION
    assert parse_xml(data, DOCUMENT_LIMITS).tag == "a"


@pytest.mark.spec("XML 1.0 2.6")
def test_what_only_looks_like_a_processing_instruction_is_none():
    data = b"<?xml version='1.0'?><!--<?a?>--><a><![CDATA[<?b?>]]></a>"
    assert parse_xml(data, SOAP_LIMITS).text == "<?b?>"


def test_bytes_are_bounded_before_parsing():
    data = b"<a>" + b"x" * SMALL.max_bytes
    assert reason_of(data, SMALL) is XmlRefusal.TOO_LARGE


@pytest.mark.parametrize("innermost", [b"<a></a>", b"<a/>"])
@pytest.mark.parametrize("before", [b"", b"<!--" + b" " * 4096 + b"-->"])
def test_depth_is_bounded_and_the_bound_itself_is_allowed(innermost, before):
    at_bound = b"<a>" * 3 + innermost + b"</a>" * 3
    assert parse_xml(before + at_bound, SMALL).tag == "a"
    too_deep = before + b"<a>" + at_bound + b"</a>"
    assert reason_of(too_deep, SMALL) is XmlRefusal.TOO_DEEP


@pytest.mark.parametrize("limits", [SOAP_LIMITS, DOCUMENT_LIMITS])
def test_depth_beyond_any_stack_is_refused(limits):
    data = b"<a>" * 100_000 + b"</a>" * 100_000
    assert reason_of(data, limits) is XmlRefusal.TOO_LARGE


@pytest.mark.parametrize("depth", [200, 300, 500])
def test_what_is_too_deep_is_never_called_malformed(depth):
    data = b"<a>" * depth + b"</a>" * depth
    reasons = {XmlRefusal.TOO_DEEP, XmlRefusal.TOO_LARGE}
    assert reason_of(data, SOAP_LIMITS) in reasons


def test_a_name_without_end_is_too_large():
    data = b"<" + b"a" * 200_000 + b"/>"
    assert reason_of(data, SOAP_LIMITS) is XmlRefusal.TOO_LARGE


def test_elements_are_bounded_and_the_bound_itself_is_allowed():
    assert parse_xml(b"<a>" + b"<b/>" * 5 + b"</a>", SMALL).tag == "a"
    assert reason_of(b"<a>" + b"<b/>" * 6 + b"</a>", SMALL) is XmlRefusal.TOO_MANY_NODES


@pytest.mark.parametrize("form", ['a{}=""', 'xmlns:a{}="u:u"', "b{} = '>'"])
def test_attributes_and_namespaces_of_one_element_are_bounded(form):
    def element(count: int) -> bytes:
        return f"<a {' '.join(form.format(n) for n in range(count))}/>".encode()

    assert parse_xml(element(256), SOAP_LIMITS).tag == "a"
    assert reason_of(element(257), SOAP_LIMITS) is XmlRefusal.TOO_MANY_NODES


def test_many_equals_signs_in_a_text_are_no_crowd():
    data = b"<a>" + b"=" * 5_000 + b"</a>"
    assert parse_xml(data, SOAP_LIMITS).text == "=" * 5_000


def test_a_long_text_is_read_only_where_it_was_allowed():
    data = b"<a>" + b"x" * 11_000_000 + b"</a>"
    roomy = ParseLimits(max_bytes=1 << 24, max_depth=4, max_nodes=6)
    assert reason_of(data, roomy) is XmlRefusal.TOO_LARGE
    huge = ParseLimits(max_bytes=1 << 24, max_depth=4, max_nodes=6, huge_text=True)
    assert len(parse_xml(data, huge).text or "") == 11_000_000


def test_a_comment_does_not_split_a_text():
    root = parse_xml(b"<a>doc<!-- -->tor</a>", SOAP_LIMITS)
    assert root.text == "doctor"
    assert len(root) == 0


def test_comments_are_kept_where_asked_for():
    keeping = ParseLimits(max_bytes=100, max_depth=4, max_nodes=6, keep_comments=True)
    assert root_comments(parse_xml(b"<a>doc<!-- -->tor</a>", keeping)) == 1


def root_comments(root: etree._Element) -> int:
    return sum(1 for _ in root.iter(etree.Comment))


def test_an_inclusion_is_not_followed():
    data = (
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude">'
        b'<xi:include href="file:///etc/passwd" parse="text"/></a>'
    )
    assert len(parse_xml(data, SOAP_LIMITS)) == 1


def test_a_dtd_that_only_the_parser_saw_is_refused_all_the_same():
    root = etree.fromstring(b"<!DOCTYPE a><a/>")
    with pytest.raises(XmlRefused) as refused:
        parser._refuse_dtd(root)
    assert refused.value.reason is XmlRefusal.DTD


@given(st.lists(st.sampled_from([0, 1, 700, 1279, 1280, 1281, 4000]), min_size=1))
def test_no_tag_that_may_be_crowded_is_overlooked(lengths):
    data = b"<".join(b"=" * length for length in lengths)
    assert may_be_crowded(data) is any(length > 1279 for length in lengths)


def test_the_number_of_elements_is_bounded_where_each_takes_the_least():
    limits = ParseLimits(max_bytes=10_000, max_depth=4, max_nodes=100)
    parse_xml(b"<a>" + b"<b/>" * 99 + b"</a>", limits)
    with pytest.raises(XmlRefused) as refused:
        parse_xml(b"<a>" + b"<b/>" * 100 + b"</a>", limits)
    assert refused.value.reason is XmlRefusal.TOO_MANY_NODES

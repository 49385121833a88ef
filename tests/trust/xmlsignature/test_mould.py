"""The mould: bytes around a few values, and what fits it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.xmlsignature import Mould

MOULD = Mould((b'<a ID="', b'"><b>', b"</b></a>"))


def test_the_values_of_what_fits_are_found_with_its_end() -> None:
    data = b'..<a ID="x1"><b>two</b></a>..'
    assert MOULD.fit(data, 2) == ([b"x1", b"two"], len(data) - 2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'<a ID="x1"><b>two</b></a',
        b'<a ID="x1"><c>two</c></a>',
        b'<a ID="x1" other="y"><b>two</b></a>',
        b'<a ID="x1"><b>two<!--c--></b></a>',
        b'<a  ID="x1"><b>two</b></a>',
        b'<a ID="x1',
        b' <a ID="x1"><b>two</b></a>',
    ],
)
def test_what_differs_anywhere_else_does_not_fit(data: bytes) -> None:
    assert MOULD.fit(data) is None


@given(first=st.binary(), second=st.binary())
def test_a_value_never_holds_the_byte_that_ends_its_place(
    first: bytes, second: bytes
) -> None:
    data = b'<a ID="%b"><b>%b</b></a>' % (first, second)
    fit = MOULD.fit(data)
    if b'"' in first or b"<" in second:
        assert fit is None or b'"' not in fit[0][0]
        assert fit is None or b"<" not in fit[0][1]
    else:
        assert fit == ([first, second], len(data))


@pytest.mark.parametrize("pieces", [(b"<a>",), (b"<a>", b""), ()])
def test_a_place_without_an_end_is_refused(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="needs an end"):
        Mould(pieces)

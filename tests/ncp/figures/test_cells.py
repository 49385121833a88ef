from __future__ import annotations

import pytest

from ncp.figures.cells import harmless


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x.example")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        " =1+1",
        "\t=1",
        "\r=1",
        "\ufeff=1",
        "\uff1d1+1",
        "\uff201",
    ],
)
@pytest.mark.spec("OWASP CSV Injection")
def test_what_begins_like_a_formula_becomes_text(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("value", ["urn:uuid:1", "1.3.182", "E1 = 2", "", 7, 0, None])
def test_everything_else_stays(value):
    assert harmless(value) == value


def test_what_no_cell_can_hold_is_marked_or_cut():
    assert harmless("a\x00\x0bb") == "a\ufffd\ufffdb"
    assert len(str(harmless("x" * 40_000))) == 32_000

"""Sets a page as PDF/A: what is shown comes in as data, nothing of it as markup.

Spec: ISO 19005-2 (PDF/A-2), ISO 14289-1 (PDF/UA-1).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import typst

Standard: TypeAlias = Literal["a-2a", "a-2b", "ua-1"]


def set_page(template: bytes, data: Any, standards: Sequence[Standard]) -> bytes:
    """Return a template with its data as PDF; the same data gives the same bytes.

    Parameters
    ----------
    data
        What the template shows, as plain values.
    standards
        ``a-2b``, or ``a-2a`` and ``ua-1`` for what can be read aloud too.
    """
    return typst.compile(
        template,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=[*standards],
        ignore_system_fonts=True,
    )

"""Sets the report as PDF/A that can be read aloud as well.

Spec: ISO 19005-2 (PDF/A-2a) / ISO 14289-1 (PDF/UA-1) / Directive (EU) 2016/2102 (what
public bodies publish is accessible).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

from ncp.accesses.report.page import page_of
from ncp.accesses.report.report import AccessReport
from transformations.display.pdf.typesetting import Standard, set_page

_STANDARDS: Final[tuple[Standard, ...]] = ("a-2a", "ua-1")


def report_pdf(report: AccessReport, language: str) -> bytes:
    """Return the report in one of our languages; the same one gives the same bytes."""
    return set_page(_template(), page_of(report, language), _STANDARDS)


@cache
def _template() -> bytes:
    return resources.files(__package__).joinpath("report.typ").read_bytes()

"""The section of the settings about prescriptions abroad, and what is dispensed there.

Spec: eHDSI ePrescription and eDispensation services / CP-036 (discard).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ncp.settings.section import Seconds, Section, Text

SwitchedRule = Literal[
    "partially-dispensed", "repeats", "narcotic", "compounded", "unmapped-product"
]
"""The rules of the table of crossing that a country may switch off."""


class PrescriptionsSettings(Section):
    """Which prescriptions cross the border, and the terms of dispensing.

    ``offered``: prescriptions are listed and given out; ``as_pdf``: each as PDF too,
    the national one or one set from its text. ``permitted``: rules of the
    table of crossing that are switched off. ``narcotic_atc``: beginnings of the ATC
    codes that need this country's own form. ``closed_days``: how long a dispensed one
    is still listed, as closed. ``key_needed``: what a TRC assertion must tell of a
    prescription before any is listed: "nothing", its "id", or "id-and-pin".
    ``releases_amounts``: an amount of a medicine whose package is not known is given
    out as one package that holds it, with a warning; without it, it is refused.
    """

    offered: bool = False
    key_needed: Literal["nothing", "id", "id-and-pin"] = "nothing"
    as_pdf: bool = True
    releases_amounts: bool = False
    permitted: tuple[SwitchedRule, ...] = ()
    narcotic_atc: tuple[Text, ...] = ("N01AH", "N02A", "N06BA", "N07BC")
    closed_days: int = Field(default=30, ge=0, le=3_660)
    discard_window_s: Annotated[float, Field(gt=0, le=2_592_000)] = 86_400.0
    duplicate_wait_s: Seconds = 20.0
    claim_s: Seconds = 120.0
    reconcile_s: Seconds = 10.0

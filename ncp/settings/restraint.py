"""The section of the settings about guessing: how often one may be wrong.

Spec: fact sheet 06 6.3 item 4 (enumeration) / eHDSI CP-059.
"""

from __future__ import annotations

from pydantic import Field

from ncp.settings.section import Seconds, Section


class RestraintSettings(Section):
    """How many wrong guesses are borne within ``window_s``, and from whom.

    ``unknown_per_professional`` and ``unknown_per_country``: patients who were asked
    for and are unknown. ``wrong_keys``: prescription ids and PINs that do not fit, of
    one country about one patient.
    """

    window_s: Seconds = 900.0
    unknown_per_professional: int = Field(default=30, ge=1)
    unknown_per_country: int = Field(default=1_000, ge=1)
    wrong_keys: int = Field(default=5, ge=1)

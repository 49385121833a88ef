"""The section of the settings about the rules documents are judged by.

Spec: eHDSI CDA implementation guides; Wave 8 is what all countries exchange.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ncp.settings.section import Section


class RulesSettings(Section):
    """What is done about a document that breaks a rule of its wave.

    ``outgoing`` is about what this country answers with, ``incoming`` about what it
    receives: an error refuses the document, or is recorded and told.
    """

    outgoing: Literal["refuse", "warn"] = "refuse"
    incoming: Literal["refuse", "warn"] = "warn"
    wave: int = Field(default=8, ge=5, le=8)

"""Our own words in further languages: labels, statuses and sentences of the narrative.

The key is the English text as the tables write it. A text without a line stays English,
and a finding says so. One module for each language, so that one person can review it.
"""

from __future__ import annotations

from typing import Final

from transformations.sections.labels.french import FRENCH
from transformations.sections.labels.german import GERMAN
from transformations.sections.labels.portuguese import PORTUGUESE

LABELS: Final = {"fr": FRENCH, "de": GERMAN, "pt": PORTUGUESE}

"""Our own words in further languages: labels, statuses and sentences of the narrative.

The key is the English text as the tables write it. A text without a line stays English,
and a finding says so. Two modules for each language, medicines apart, so that one
person can review them.
"""

from __future__ import annotations

from typing import Final

from transformations.sections.labels.french import FRENCH
from transformations.sections.labels.french_medication import FRENCH_MEDICATION
from transformations.sections.labels.german import GERMAN
from transformations.sections.labels.german_medication import GERMAN_MEDICATION
from transformations.sections.labels.portuguese import PORTUGUESE
from transformations.sections.labels.portuguese_medication import PORTUGUESE_MEDICATION

LABELS: Final = {
    "fr": FRENCH | FRENCH_MEDICATION,
    "de": GERMAN | GERMAN_MEDICATION,
    "pt": PORTUGUESE | PORTUGUESE_MEDICATION,
}

"""The words of the report, in the languages of the people who read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

LANGUAGES: Final = ("fr", "de", "en", "lb", "pt")

Words = Mapping[str, Any]


@cache
def words_in(language: str) -> Words:
    """Return the words of one of our languages."""
    if language not in LANGUAGES:
        raise ValueError(f"the report has no words in {language!r}")
    file = resources.files(__package__).joinpath("words", f"{language}.json")
    words: Words = json.loads(file.read_text(encoding="utf-8"))
    return words

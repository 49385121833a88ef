"""Language tags, and the order in which languages stand in for one another.

Our own chain: the language asked for, the same without its region, any other region of
it, then the further languages of the settings in the same way, and English last. Who
uses a name is told the language it is in.

Spec: BCP 47 (RFC 5646 §4.5, RFC 4647 §3.4 lookup) / eHDSI 42.6 eHDSILanguage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

ENGLISH = "en"
PIVOT_LANGUAGES = ("en-GB", "en")
"""In what the displays of pivot documents are."""

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def language_tag(text: str) -> str:
    """Return a tag in its usual spelling (``fr-LU``).

    Raises
    ------
    ValueError
        It is not of the form of a language tag.
    """
    if not _TAG.fullmatch(text):
        raise ValueError("not a language tag: expected one such as fr-LU")
    first, *rest = text.split("-")
    return "-".join([first.lower(), *(_subtag(part) for part in rest)])


def fallback_chain(language: str, further: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the languages to try in order: ``fr-LU``, ``fr``, the further, ``en``."""
    chain: dict[str, None] = {}
    for tag in (language, *further, ENGLISH):
        chain[tag] = None
        chain[base_language(tag)] = None
    return tuple(chain)


def base_language(tag: str) -> str:
    """Return the tag without region and all else."""
    return tag.split("-", 1)[0]


def matching_tags(wanted: str, existing: Iterable[str]) -> list[str]:
    """Return the existing tags that do for a wanted one, best first.

    The tag itself; for a bare language every region of it, in alphabetical order.
    """
    tags = sorted(existing)
    exact = [tag for tag in tags if tag == wanted]
    if "-" in wanted:
        return exact
    return exact + [tag for tag in tags if tag.startswith(f"{wanted}-")]


def _subtag(part: str) -> str:
    if len(part) == 2 and part.isalpha():
        return part.upper()
    return part.title() if len(part) == 4 and part.isalpha() else part.lower()

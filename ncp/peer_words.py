"""What another country told with an error, in its own words, fit to be shown.

The words may say anything, a patient's name too: they reach who asked and the sealed
part of the record, and never a log.

Spec: IHE ITI TF-2 §3.55.4.2.3 / ITI TF-3 §4.2.4.1 / SOAP 1.2 Part 1 §5.4.
Seen: OpenNCP writes a stack frame into ``location``, gematik all that matters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

LONGEST: Final = 300
_MARKUP: Final = re.compile(r"<[/!?A-Za-z][^<>]{0,200}>")
_CUT: Final = "…"


@dataclass(frozen=True, slots=True)
class PeerWords:
    """One error as it was told; what was not told is empty.

    Attributes
    ----------
    reason
        The code of XCPD's detected issue.
    text
        ``codeContext``, the text of an acknowledgement detail, or a fault's reason.
    """

    code: str = ""
    reason: str = ""
    text: str = field(default="", repr=False)
    location: str = field(default="", repr=False)

    def as_json(self) -> dict[str, str]:
        """Return what was told, without what was not."""
        told = {
            "code": self.code,
            "reason": self.reason,
            "text": self.text,
            "location": self.location,
        }
        return {name: value for name, value in told.items() if value}

    def __str__(self) -> str:
        beside = (
            f"reason {self.reason}" if self.reason else "",
            f"“{self.text}”" if self.text else "",
            f"at “{self.location}”" if self.location else "",
        )
        return (
            f"{self.code or 'no code'}: {', '.join(filter(None, beside)) or 'no words'}"
        )


def fit_words(value: str | None) -> str:
    """Return words fit to be shown: one line, no markup, not at any length.

    Letters that turn the direction of writing or cannot be seen are left out: with them
    a text reads otherwise than it is.
    """
    text = _MARKUP.sub(" ", (value or "")[: 8 * LONGEST]).translate(_UNFIT)
    seen = "".join(each for each in text if _is_seen(each))
    words = " ".join(seen.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + _CUT


_UNFIT: Final = {ord("<"): " ", ord(">"): " "}


def _is_seen(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter)[0] != "C"
